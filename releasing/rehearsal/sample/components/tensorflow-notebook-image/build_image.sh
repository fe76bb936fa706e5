#!/bin/bash
# build_image.sh DOCKERFILE IMAGE TAG IS_LATEST BASE_IMAGE TF_PACKAGE TF_PACKAGE_PY_27 INSTALL_TFMA
#
# Build a notebook image and push it; a step of the releaser's workflow.
set -e
dockerfile=$1
image=$2
tag=$3
is_latest=$4

until docker ps; do sleep 3; done
docker build --pull --tag="${image}:${tag}" --file="${dockerfile}" \
  --build-arg="BASE_IMAGE=${5:-ubuntu:latest}" --build-arg="TF_PACKAGE=${6:-tf-nightly}" \
  --build-arg="TF_PACKAGE_PY_27=${7:-tf-nightly}" --build-arg="INSTALL_TFMA=${8:-no}" \
  "$(dirname "${dockerfile}")"
gcloud auth activate-service-account --key-file="${GOOGLE_APPLICATION_CREDENTIALS}"
gcloud docker -- push "${image}:${tag}"
if [ "${is_latest}" = true ]; then
  gcloud container images add-tag --quiet "${image}:${tag}" "${image}:latest"
fi
