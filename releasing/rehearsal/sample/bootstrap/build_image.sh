#!/bin/sh
# build_image.sh: build the bootstrapper in a project and with a tag of your own.
set -e
project=${GCLOUD_PROJECT:-kubeflow-images-public}
tag=${TAG:-$(git describe --always)}
docker build --tag="gcr.io/${project}/bootstrapper:${tag}" "$(dirname "$0")"
gcloud docker -- push "gcr.io/${project}/bootstrapper:${tag}"
