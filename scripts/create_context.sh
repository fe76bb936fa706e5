#!/bin/sh
# create_context.sh NAME NAMESPACE: make NAME a kubectl context for NAMESPACE, and the current one.
# Cluster and user are those of the current context; NAME may be that context itself.
set -eu

case "${1-}" in
-h | --help)
    sed -n '2,3s/^# //p' "$0"
    exit 0
    ;;
esac
if [ "$#" -ne 2 ] || [ -z "$1" ] || [ -z "$2" ]; then
    echo "usage: create_context.sh NAME NAMESPACE" >&2
    exit 2
fi

kubectl config current-context >/dev/null
cluster=$(kubectl config view --minify -o 'jsonpath={.contexts[0].context.cluster}')
user=$(kubectl config view --minify -o 'jsonpath={.contexts[0].context.user}')
kubectl config set-context "$1" --namespace="$2" --cluster="$cluster" --user="$user"
kubectl config use-context "$1"
