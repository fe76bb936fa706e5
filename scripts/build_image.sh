#!/bin/sh
# build_image.sh DOCKERFILE IMAGE TAG [--latest] [NAME=VALUE ...]
#
# Build the image of DOCKERFILE, with the folder that it is in as the context, and push it as IMAGE:TAG. The first of
# docker, podman and buildah that is there and answers does it. NAME=VALUE are build arguments; --latest also pushes
# IMAGE:latest. With GOOGLE_APPLICATION_CREDENTIALS, gcloud logs in to the registry first.
#
# A good example of the build contract: docs/build-contract.md. Exit codes: 2 the arguments, 69 nothing that builds
# images answers, else that of what failed.
set -eu

say() { echo "build_image.sh: $*" >&2; }

if [ "$#" -lt 3 ]; then
  say "expected DOCKERFILE IMAGE TAG, then --latest or NAME=VALUE"
  exit 2
fi
dockerfile=$1 image=$2 tag=$3
shift 3
if [ ! -f "$dockerfile" ]; then
  say "$dockerfile is no file; name the Dockerfile"
  exit 2
fi
latest=no
for word; do
  shift
  case $word in
    --latest) latest=yes ;;
    [A-Za-z_]*=*) set -- "$@" --build-arg "$word" ;;
    *)
      say "unknown argument $word; expected --latest or NAME=VALUE"
      exit 2
      ;;
  esac
done

# Prints the first program that answers, or says on which ones to wait.
answering() {
  for program in docker podman buildah; do
    command -v "$program" >/dev/null || continue
    if [ "$program" = docker ]; then question='ps'; else question='info'; fi
    if "$program" "$question" >/dev/null 2>&1; then
      echo "$program"
      return 0
    fi
    silent="${silent:+$silent, }$program"
  done
  echo "${silent:-}"
  return 1
}

# The daemon may be a sidecar, which starts later than this container; but not much later.
tries=30
until builder=$(answering); do
  tries=$((tries - 1))
  if [ -z "$builder" ]; then
    say "docker, podman and buildah are not installed; install one of them"
    exit 69
  fi
  if [ "$tries" -eq 0 ]; then
    say "$builder: installed, but does not answer after a minute; does its daemon run? see: docker ps"
    exit 69
  fi
  sleep 2
done

if [ -n "${GOOGLE_APPLICATION_CREDENTIALS:-}" ]; then
  gcloud auth activate-service-account --key-file="$GOOGLE_APPLICATION_CREDENTIALS"
  token=$(gcloud auth print-access-token)
  echo "$token" | "$builder" login --username=oauth2accesstoken --password-stdin "${image%%/*}"
fi

"$builder" build --pull --tag="$image:$tag" --file="$dockerfile" "$@" "$(dirname "$dockerfile")"
"$builder" push "$image:$tag"
if [ "$latest" = yes ]; then
  "$builder" tag "$image:$tag" "$image:latest"
  "$builder" push "$image:latest"
fi
