// @apiVersion 0.1
// @name io.ksonnet.pkg.pytorch-operator
// @description The operator of PyTorchJobs
// @shortDescription The operator of PyTorchJobs
// @param name string Name of the component
// @optionalParam namespace string null Namespace of the operator; the environment's when it is null.
// @optionalParam pytorchJobImage string jgaguirr/pytorch-operator:latest The operator of PyTorchJobs.

local k = import "k.libsonnet";
local operator = import "kubeflow/pytorch-job/pytorch-operator.libsonnet";

std.prune(k.core.v1.list.new(operator.parts(params, env)))
