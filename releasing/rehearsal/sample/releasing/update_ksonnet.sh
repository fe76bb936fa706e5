#!/bin/bash
# Put the prototypes at the images of a version: RELEASE=v0.2.1 releasing/update_ksonnet.sh
set -e
: "${RELEASE:?which version?}"
root=$(cd "$(dirname "$0")/.." && pwd)
python "${root}/scripts/update_prototype.py" \
  --file="${root}/kubeflow/core/prototypes/all.jsonnet" \
  --values=tfJobImage=gcr.io/kubeflow-images-public/tf_operator:${RELEASE}
python "${root}/scripts/update_prototype.py" \
  --file="${root}/kubeflow/tf-serving/prototypes/tf-serving-all-features.jsonnet" \
  --values=modelServerImage=gcr.io/kubeflow-images-public/tf-model-server-cpu:${RELEASE}
