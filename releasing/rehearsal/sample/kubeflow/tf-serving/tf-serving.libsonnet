local deployment = import "kubeflow/core/deployment.libsonnet";

{
  // Exactly what the last load test ran with; both parts of it belong together.
  tested:: {
    server: "gcr.io/kubeflow-images-public/tf-model-server-cpu:v20180327-995786ec@sha256:7be35e0f9a4c6c2d7d4a2e9d1f0b3c5a8e6f7d9c0b1a2e3f4d5c6b7a8990e1f2",
    proxy: "gcr.io/kubeflow-images-public/tf-model-server-http-proxy@sha256:0d8c4b9a7f6e5d3c2b1a09e8f7d6c5b4a3928170e5f4d3c2b1a09f8e7d6c5b4a",
  },
  // The image of a name, where the registry and the tag are known apart.
  image(registry, name, tag):: registry + "/" + name + ":" + tag,

  parts(params, env):: [
    deployment.of(params.name, env.namespace, params.modelServerImage),
    deployment.of(params.name + "-gpu", env.namespace, params.gpuImage),
    deployment.of(params.name + "-http-proxy", env.namespace, params.httpProxyImage),
  ],
}
