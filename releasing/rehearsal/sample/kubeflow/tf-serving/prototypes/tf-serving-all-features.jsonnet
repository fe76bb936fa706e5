// @apiVersion 0.1
// @name io.ksonnet.pkg.tf-serving
// @description Serve a TensorFlow model, with a proxy that speaks HTTP
// @shortDescription Serve a TensorFlow model
// @param name string Name of the component
// @optionalParam modelPath string null Where the model is.
// @optionalParam modelServerImage string gcr.io/kubeflow-images-public/tf-model-server-cpu:v20180327-995786ec The server without GPU.
// @optionalParam gpuImage string gcr.io/kubeflow-images-public/tf-model-server-gpu:v20180327-995786ec The server with GPU.
// @optionalParam httpProxyImage string gcr.io/kubeflow-images-public/tf-model-server-http-proxy:v20180606-9dfda4f2 The proxy.

local k = import "k.libsonnet";
local serving = import "kubeflow/tf-serving/tf-serving.libsonnet";

k.core.v1.list.new(serving.parts(params, env))
