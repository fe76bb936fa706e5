#!/bin/sh
# Give the katib images of 0.2 their release tag; run once, in June.
set -e
for name in katib-frontend katib-vizier-core; do
  gcloud container images add-tag --quiet \
    gcr.io/kubeflow-images-public/katib/${name}:v0.1.2-alpha-34-gb46378c \
    gcr.io/kubeflow-images-public/katib/${name}:v0.2.0
done
gcloud container images add-tag --quiet \
  gcr.io/kubeflow-images-public/bootstrapper:v20180618-715aafc gcr.io/kubeflow-images-public/bootstrapper:v0.2.0
