// Build the serving images and push them: checkout first, then all three side by side.
{
  // "A=1,B=2" as the environment of a container.
  environment(prow_env):: [
    { name: std.split(pair, "=")[0], value: std.split(pair, "=")[1] }
    for pair in std.split(prow_env, ",")
    if pair != ""
  ],

  release(params)::
    local root = "/mnt/test-data-volume/" + params.name;
    local server = root + "/src/kubeflow/kubeflow/components/k8s-model-server";
    local env = $.environment(params.prow_env) + [
      { name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/secret/gcp-credentials/key.json" },
      { name: "DOCKER_HOST", value: "127.0.0.1" },
    ];
    local volume = { name: "work", mountPath: "/mnt/test-data-volume" };
    local step(name, command) = {
      name: name,
      container: { image: params.testing_image, command: command, env: env, volumeMounts: [volume] },
    };
    // The script lies on the volume, where it may not be executable: bash runs it.
    local build(name, folder, dockerfile) = step("build-tf-serving-" + name, [
      "/bin/bash",
      "-c",
      folder + "/build_image.sh " + folder + "/" + dockerfile + " "
      + params.registry + "/tf-model-server-" + name + ":" + params.versionTag,
    ]) {
      sidecars: [{ name: "dind", image: "docker:17.10-dind", securityContext: { privileged: true } }],
    };
    local builds = [
      build("cpu", server + "/images", "Dockerfile.cpu"),
      build("gpu", server + "/images", "Dockerfile.gpu"),
      build("http-proxy", server + "/http-proxy", "Dockerfile"),
    ];
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { name: params.name, namespace: params.namespace },
      spec: {
        entrypoint: "release",
        onExit: "copy-artifacts",
        volumes: [{ name: "work", persistentVolumeClaim: { claimName: "nfs-external" } }],
        templates: [
          {
            name: "release",
            dag: {
              tasks: [{ name: "checkout", template: "checkout" }] + [
                { name: each.name, template: each.name, dependencies: ["checkout"] }
                for each in builds
              ],
            },
          },
          step("checkout", ["/usr/local/bin/checkout.sh", root + "/src"]),
          step("copy-artifacts", ["gsutil", "cp", "-r", root + "/output", "gs://" + params.bucket]),
        ] + builds,
      },
    },
}
