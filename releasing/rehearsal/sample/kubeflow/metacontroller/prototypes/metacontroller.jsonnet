// @apiVersion 0.1
// @name io.ksonnet.pkg.metacontroller
// @description Controllers as functions
// @shortDescription Controllers as functions
// @param name string Name of the component
// @optionalParam image string metacontroller/metacontroller:v0.2.1 Somebody else's image; its tag only looks like ours.
// @optionalParam certManagerImage string quay.io/jetstack/cert-manager-controller:v0.2.0 Likewise.
// @optionalParam networkImage string gcr.io/kubeflow-images-public/quay.io/coreos/flannel:v0.2.0 A mirror of somebody else's image.

local k = import "k.libsonnet";
local deployment = import "kubeflow/core/deployment.libsonnet";

k.core.v1.list.new([
  deployment.of(params.name, env.namespace, params.image),
  deployment.of(params.name + "-certificates", env.namespace, params.certManagerImage),
  deployment.of(params.name + "-network", env.namespace, params.networkImage),
])
