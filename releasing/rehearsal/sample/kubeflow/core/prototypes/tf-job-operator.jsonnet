// @apiVersion 0.1
// @name io.ksonnet.pkg.tf-job-operator
// @description The operator of TFJobs, without the rest of the core
// @shortDescription The operator of TFJobs
// @param name string Name of the component
// @optionalParam namespace string null Namespace of the operator; the environment's when it is null.
// @optionalParam tfJobImage string gcr.io/kubeflow-images-public/tf_operator:v20180329-a7511ff The operator of TFJobs.

local k = import "k.libsonnet";
local operator = import "kubeflow/core/tf-job-operator.libsonnet";

local updated = params {
  namespace: if params.namespace == "null" then env.namespace else params.namespace,
};

std.prune(k.core.v1.list.new(operator.parts(updated)))
