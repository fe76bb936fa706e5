"""The workflows that build images, as Argo WorkflowTemplates: the nodes of Kubeflow's two releaser apps.

A checkout of the repository at the commit, one build_image.sh for each image beside a Docker daemon, and the copy
of logs and artifacts at the end. The apps' `prow_env` is six parameters here, because Argo passes each of them to
a variable unchanged, without a shell that splits a text. The teardown of the apps is left out: it removes things
that they never set up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from releasing.builds.submission import PROW
from releasing.config.placeholders import filled
from releasing.config.release_yaml import Argo, ArgoPods, Config
from releasing.deployment.pods import DAEMON_SIZE, namespace

Object = dict[str, Any]

VOLUME = "/mnt/test-data-volume"
RUN = f"{VOLUME}/{{{{workflow.name}}}}"
SOURCES = f"{RUN}/src"
OUTPUT = f"{RUN}/output"
ARTIFACTS = "kubeflow.testing.prow_artifacts"
# A build that requests a whole node keeps others from starting; the daemon does most of the work.
BUILD_SIZE = {"requests": {"cpu": "1", "memory": "500Mi"}, "limits": {"cpu": "4", "memory": "2Gi"}}
SECONDS = 3 * 3600
TESTING = "kubeflow/testing@HEAD"  # its prow_artifacts copies the logs


@dataclass(frozen=True)
class ImageBuild:
    """`build_image.sh DOCKERFILE ARGUMENTS` in the folder OWNER/NAME/FOLDER; arguments may have {image} and {tag}."""

    image: str
    context: str
    dockerfile: str
    arguments: tuple[str, ...]


def of_step(config: Config, step: str, argo: Argo) -> Object:
    """The template that builds the images of `argo`, with the name of the step that submits it."""
    builds = [
        ImageBuild(image, f"{config.repository}/{build.folder}", build.dockerfile, build.arguments)
        for image, build in argo.builds.items()
    ]
    return template(config, step, argo, builds)


def template(
    config: Config,
    name: str,
    pods: ArgoPods,
    images: Iterable[ImageBuild],
    extra: str = TESTING,
    seconds: int = SECONDS,
) -> Object:
    """The template `name` that builds `images`; `extra` are the further repositories that it checks out.

    Argo ends its workflows after `seconds`.
    """
    builds = [_build(config, pods, each) for each in images]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name, "namespace": namespace(config)},
        "spec": {
            "entrypoint": "e2e",
            "activeDeadlineSeconds": seconds,
            "arguments": {"parameters": _parameters(config, pods)},
            "volumes": _volumes(config, pods),
            **({"onExit": "copy-artifacts"} if pods.bucket else {}),
            "templates": [
                {"name": "e2e", "dag": {"tasks": _tasks(builds, pods)}},
                _checkout(pods, extra),
                *builds,
                *_copies(config, pods),
            ],
        },
    }


def _parameters(config: Config, pods: ArgoPods) -> list[Object]:
    """Prow's six variables and the tag are parameters without a value; the others have the values of release.yaml."""
    told: list[Object] = [{"name": name} for name in (*PROW, "versionTag")]
    bucket: list[Object] = [{"name": "bucket", "value": pods.bucket}] if pods.bucket else []
    return [*told, {"name": "registry", "value": config.registry}, *bucket]


def _tasks(builds: list[Object], pods: ArgoPods) -> list[Object]:
    after = [each["name"] for each in builds] + (["create-pr-symlink"] if pods.bucket else [])
    checkout: Object = {"name": "checkout", "template": "checkout"}
    return [checkout, *({"name": name, "template": name, "dependencies": ["checkout"]} for name in after)]


def _checkout(pods: ArgoPods, extra: str) -> Object:
    return {
        "name": "checkout",
        "container": {
            "image": pods.worker,
            "command": ["/usr/local/bin/checkout.sh"],
            "args": [SOURCES],
            "env": [*_prow(), {"name": "EXTRA_REPOS", "value": extra}],
            "volumeMounts": [{"name": "work", "mountPath": VOLUME}],
        },
    }


def _build(config: Config, pods: ArgoPods, build: ImageBuild) -> Object:
    folder = f"{SOURCES}/{build.context}"
    values = {
        "image": f"{{{{workflow.parameters.registry}}}}/{build.image}",
        "tag": "{{workflow.parameters.versionTag}}",
    }
    arguments = [filled(each, values) for each in build.arguments]
    # bash by name: the script is a file of a volume, where it may not be executable.
    words = ["/bin/bash", f"{folder}/build_image.sh", f"{folder}/{build.dockerfile}", *arguments]
    container = _container(config, pods, words)
    container["env"].append({"name": "DOCKER_HOST", "value": "127.0.0.1"})
    daemon: Object = {
        "name": "dind",
        "image": pods.docker,
        "resources": DAEMON_SIZE,
        "securityContext": {"privileged": True},
        "mirrorVolumeMounts": True,
    }
    retries: Object = {"retryStrategy": {"limit": str(pods.retries)}} if pods.retries else {}
    name = f"build-{build.image.translate(str.maketrans('./_', '---'))}"
    return {"name": name, **retries, "container": container | {"resources": BUILD_SIZE}, "sidecars": [daemon]}


def _copies(config: Config, pods: ArgoPods) -> list[Object]:
    """The steps that tell Gubernator where the logs are and that copy them; empty without a bucket."""
    found = []
    for name in ("create-pr-symlink", "copy-artifacts") if pods.bucket else ():
        copying = ["--bucket={{workflow.parameters.bucket}}"]
        words = ["python", "-m", ARTIFACTS, f"--artifacts_dir={OUTPUT}", name.replace("-", "_"), *copying]
        found.append({"name": name, "container": _container(config, pods, words)})
    return found


def _container(config: Config, pods: ArgoPods, words: list[str]) -> Object:
    token = {"secretKeyRef": {"name": config.deploy.github_secret, "key": "github_token"}}
    own = [
        {"name": "PYTHONPATH", "value": f"{SOURCES}/{config.repository}:{SOURCES}/kubeflow/testing/py"},
        {"name": "GOOGLE_APPLICATION_CREDENTIALS", "value": "/secret/gcp-credentials/key.json"},
        {"name": "GITHUB_TOKEN", "valueFrom": token},
    ]
    mounts = {
        "work": VOLUME,
        "github-token": "/secret/github-token",
        "gcp-credentials": "/secret/gcp-credentials",
    }
    return {
        "image": pods.worker,
        "command": words,
        "env": [*own, *_prow()],
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }


def _prow() -> list[Object]:
    return [{"name": name, "value": f"{{{{workflow.parameters.{name}}}}}"} for name in PROW]


def _volumes(config: Config, pods: ArgoPods) -> list[Object]:
    return [
        {"name": "github-token", "secret": {"secretName": config.deploy.github_secret}},
        {"name": "gcp-credentials", "secret": {"secretName": config.deploy.gcp_secret}},
        {"name": "work", "persistentVolumeClaim": {"claimName": pods.volume_claim}},
    ]
