local deployment = import "kubeflow/core/deployment.libsonnet";

{
  parts(params, env)::
    local namespace = if params.namespace == "null" then env.namespace else params.namespace;
    [deployment.of("pytorch-operator", namespace, params.pytorchJobImage)],
}
