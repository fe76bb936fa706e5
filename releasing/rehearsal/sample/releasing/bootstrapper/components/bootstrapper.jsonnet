local env = std.extVar("__ksonnet/environments");
local params = std.extVar("__ksonnet/params").components.bootstrapper;

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
        command: [
          params.dockerfileDir + "/build_image.sh",
          params.dockerfileDir + "/Dockerfile",
          params.registry + "/" + params.image,
          params.versionTag,
        ],
      },
    }],
  },
}
