// Build the notebook images and push them: checkout first, then each version for CPU and GPU.
{
  versions:: ["1.4.1", "1.5.1", "1.6.0", "1.7.0", "1.8.0"],

  // "A=1,B=2" as the environment of a container.
  environment(prow_env):: [
    { name: std.split(pair, "=")[0], value: std.split(pair, "=")[1] }
    for pair in std.split(prow_env, ",")
    if pair != ""
  ],

  baseImage(version, device)::
    if device == "cpu" then
      "ubuntu:latest"
    else if std.startsWith(version, "1.4.") then
      "nvidia/cuda:8.0-cudnn6-devel-ubuntu16.04"
    else
      "nvidia/cuda:9.0-cudnn7-devel-ubuntu16.04",

  // The wheel of TensorFlow for one version of Python.
  package(version, device, python)::
    "https://storage.googleapis.com/tensorflow/linux/" + device + "/tensorflow"
    + (if device == "gpu" then "_gpu" else "") + "-" + version + "-" + python + ".whl",

  release(params)::
    local root = "/mnt/test-data-volume/" + params.name;
    local notebook = root + "/src/kubeflow/kubeflow/components/tensorflow-notebook-image";
    local env = $.environment(params.prow_env) + [
      { name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/secret/gcp-credentials/key.json" },
      { name: "DOCKER_HOST", value: "127.0.0.1" },
    ];
    local volume = { name: "work", mountPath: "/mnt/test-data-volume" };
    local step(name, command) = {
      name: name,
      container: { image: params.step_image, command: command, env: env, volumeMounts: [volume] },
    };
    // The script lies on the volume, where it may not be executable: bash runs it.
    local build(version, device) =
      step("build-" + std.join("-", std.split(version, ".")) + "-" + device, [
        "/bin/bash",
        "-c",
        std.join(" ", [
          notebook + "/build_image.sh",
          notebook + "/Dockerfile",
          params.registry + "/tensorflow-" + version + "-notebook-" + device,
          params.versionTag,
          "true",
          $.baseImage(version, device),
          $.package(version, device, "cp36-cp36m-linux_x86_64"),
          $.package(version, device, "cp27-none-linux_x86_64"),
          if version < "1.6" then "no" else "yes",
        ]),
      ]) {
        // These builds are large, and a download fails now and then.
        retryStrategy: { limit: 3 },
        sidecars: [{ name: "dind", image: "docker:17.10-dind", securityContext: { privileged: true } }],
      };
    local builds = [
      build(version, device)
      for version in $.versions
      for device in ["cpu", "gpu"]
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
