#!/bin/bash
# The values that were right for 0.2.0; edit before you run it.
set -e
python scripts/update_prototype.py --file=kubeflow/core/prototypes/all.jsonnet \
  --values=tfJobImage=gcr.io/kubeflow-images-public/tf_operator:v20180522-77375baf
python scripts/update_prototype.py --file=bootstrap/bootstrapper.yaml \
  --values=image=gcr.io/kubeflow-images-public/bootstrapper:v0.2.0
