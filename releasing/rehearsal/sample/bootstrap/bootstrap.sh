#!/bin/sh
# Set up the cluster that the pod runs in, from the config in the first argument.
set -e
config=${1:-/opt/kubeflow/config/default.yaml}
echo "setting up from ${config}"
