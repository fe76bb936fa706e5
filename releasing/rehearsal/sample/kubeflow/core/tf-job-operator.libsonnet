local deployment = import "kubeflow/core/deployment.libsonnet";

{
  parts(params):: [deployment.of("tf-job-operator", params.namespace, params.tfJobImage)],
}
