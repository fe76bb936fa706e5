#!/bin/sh
# Deploy a version of Kubeflow to a cluster: VERSION=v0.2.0 scripts/gke/deploy.sh
set -e
: "${VERSION:?which version?}"
REGISTRY=${REGISTRY:-gcr.io/kubeflow-images-public}
ks param set bootstrapper image "${REGISTRY}/bootstrapper:${VERSION}"
ks param set serving modelServerImage "gcr.io/kubeflow-images-public/tf-model-server-cpu:${VERSION}"
ks param set serving httpProxyImage gcr.io/kubeflow-images-public/tf-model-server-http-proxy:v0.2.0
ks param set argo imageTag v2.1.1
KUBEFLOW_VERSION=${KUBEFLOW_VERSION:-"master"}
ks registry add kubeflow "github.com/kubeflow/kubeflow/tree/${KUBEFLOW_VERSION}/kubeflow"
