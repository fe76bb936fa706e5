// @apiVersion 0.1
// @name io.ksonnet.pkg.tf-serving-simple
// @description Serve one model, to try it
// @shortDescription Serve one model
// @param name string Name of the component

local k = import "k.libsonnet";
local deployment = import "kubeflow/core/deployment.libsonnet";
local image = "gcr.io/kubeflow-images-public/tf-model-server-cpu:v20180327-995786ec";

k.core.v1.list.new([deployment.of(params.name, env.namespace, image)])
