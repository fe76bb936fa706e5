"""A recipe as an Argo WorkflowTemplate: one node for each step, in the order of their needs."""

from __future__ import annotations

from typing import Any

from releasing.config.release_yaml import Config
from releasing.deployment import pods
from releasing.deployment.pods import DAEMON_SIZE
from releasing.runbook.recipe import Recipe
from releasing.runbook.step import Step

Object = dict[str, Any]

LAST_CANDIDATE = 15
IMAGE = "{{workflow.parameters.image}}"
# `make push` of the bootstrapper builds in its own container.
BESIDE_DOCKER = ("update-bootstrapper",)
DAEMON = "tcp://127.0.0.1:2375"
SECONDS = 3600  # of an hour
# Failures for which a retry helps: exit codes for no answer and for another run at work, and a lost pod.
RETRIES = 'lastRetry.status == "Error" || asInt(lastRetry.exitCode) in [7, 8]'


def template(config: Config, recipe: Recipe) -> Object:
    """The workflow template of a recipe, for `argo submit --from`."""
    spec = {
        "entrypoint": "release",
        "activeDeadlineSeconds": int(config.deploy.hours * SECONDS),
        "arguments": {"parameters": _parameters(config)},
        **pods.pod(config),
        "templates": [
            {"name": "release", "dag": {"tasks": [_task(step) for step in recipe]}},
            step_template(config, IMAGE, _words()),
            _beside_docker(config, step_template(config, IMAGE, _words(), "step-beside-docker")),
        ],
    }
    metadata = {"name": f"release-{recipe.name}", "namespace": pods.namespace(config)}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": metadata,
        "spec": spec,
    }


def step_template(config: Config, image: str, words: list[str], name: str = "step") -> Object:
    """The template that runs one command of this tool, while none of its other pods runs.

    The state folder allows one run at a time, and its journal has the choices that all steps share. So the pods take
    turns: a node of any workflow that waits for the mutex has no pod yet.
    """
    return {
        "name": name,
        "inputs": {"parameters": [{"name": "step"}]},
        "synchronization": {"mutexes": [{"name": pods.MUTEX}]},
        "activeDeadlineSeconds": str(int(config.deploy.step_hours * SECONDS)),
        "retryStrategy": {
            "limit": "5",
            "retryPolicy": "Always",
            "expression": RETRIES,
            "backoff": {"duration": "1m", "factor": "2", "maxDuration": "1h"},
        },
        "container": pods.container(config, image, words),
    }


def _beside_docker(config: Config, template: Object) -> Object:
    """The template with a Docker daemon that only its own pod reaches; only the daemon has root rights."""
    daemon: Object = {
        "name": "dind",
        "image": config.deploy.docker,
        "command": ["dockerd-entrypoint.sh"],
        "args": ["dockerd", f"--host={DAEMON}"],
        "resources": DAEMON_SIZE,
        "securityContext": {"privileged": True, "runAsNonRoot": False, "runAsUser": 0},
    }
    template["container"]["env"].append({"name": "DOCKER_HOST", "value": DAEMON})
    return template | {"sidecars": [daemon]}


def _words() -> list[str]:
    given = [f"--{name}={{{{workflow.parameters.{name}}}}}" for name in ("version", "candidate", "profile")]
    return ["{{inputs.parameters.step}}", *given]


def _task(step: Step) -> Object:
    task: Object = {
        "name": step.name,
        "template": "step-beside-docker" if step.name in BESIDE_DOCKER else "step",
        "arguments": {"parameters": [{"name": "step", "value": step.name}]},
    }
    return task | ({"dependencies": [*step.needs]} if step.needs else {})


def _parameters(config: Config) -> list[Object]:
    """The parameters of a release; `next` is refused, because after the tag it means another candidate."""
    numbers = ["", *map(str, range(LAST_CANDIDATE + 1))]
    image: Object = {"name": "image", "description": "image of this suite, by digest"}
    if config.deploy.image:
        image |= {"value": config.deploy.image}
    return [
        {"name": "version", "description": "what is released, for example 0.2.1"},
        {
            "name": "candidate",
            "description": "number of the candidate; empty: the open one",
            "value": "",
            "enum": numbers,
        },
        {
            "name": "profile",
            "description": "profile of release.yaml",
            "value": config.deploy.profile,
            "enum": pods.profiles(config),
        },
        image,
    ]
