#!/bin/bash
# build_image.sh DOCKERFILE IMAGE:TAG
#
# Build an image and push it; a step of the releaser's workflow.
set -e
dockerfile=$1
image=$2

# The daemon is a sidecar, which may start later than this container.
until docker ps; do sleep 3; done
docker build --pull --tag="${image}" --file="${dockerfile}" "$(dirname "${dockerfile}")"
gcloud auth activate-service-account --key-file="${GOOGLE_APPLICATION_CREDENTIALS}"
gcloud docker -- push "${image}"
