// @apiVersion 0.1
// @name io.ksonnet.pkg.argo
// @description Workflows of containers
// @shortDescription Workflows of containers
// @param name string Name of the component
// @optionalParam imageTag string v2.1.1 The tag of both images.

local k = import "k.libsonnet";
local deployment = import "kubeflow/core/deployment.libsonnet";

k.core.v1.list.new([
  deployment.of(name, env.namespace, "argoproj/" + name + ":" + params.imageTag)
  for name in ["workflow-controller", "argoui"]
])
