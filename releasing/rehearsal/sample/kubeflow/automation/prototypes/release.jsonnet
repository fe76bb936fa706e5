// @apiVersion 0.1
// @name io.ksonnet.pkg.release
// @description A workflow that builds and pushes one image
// @shortDescription Release one image
// @param name string Name of the workflow
// @param image string Name of the image
// @param dockerfileDir string Folder of its Dockerfile
// @optionalParam registry string gcr.io/kubeflow-images-public Where it is pushed to.
// @optionalParam versionTag string latest The tag that it gets.
// @optionalParam extra_repos string kubeflow/testing@HEAD What is checked out beside, separated by semicolons.
// @optionalParam extra_args string null Further words for build_image.sh.

{
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { name: params.name, namespace: env.namespace },
  spec: {
    entrypoint: "build",
    templates: [{
      name: "build",
      container: {
        image: "gcr.io/kubeflow-releasing/worker:latest",
        env: [{ name: "EXTRA_REPOS", value: params.extra_repos }],
        command: [
          params.dockerfileDir + "/build_image.sh",
          params.dockerfileDir + "/Dockerfile",
          params.registry + "/" + params.image,
          params.versionTag,
        ] + if params.extra_args == "null" then [] else std.split(params.extra_args, " "),
      },
    }],
  },
}
