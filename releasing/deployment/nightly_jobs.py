"""What starts the nightly: a CronWorkflow of Argo, and the same as a periodic job of Prow."""

from __future__ import annotations

from typing import Any

from releasing.config import Config
from releasing.deployment import pods
from releasing.deployment.release_workflow import SECONDS, step_template

Object = dict[str, Any]

NAME = "image-auto-release"
LATE = 6 * SECONDS  # a night that could not start by then is left out: the next one is near
KEPT = {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 10}


def cron_workflow(config: Config, image: str) -> Object:
    """The nightly as Argo starts it: one at a time, and not while a candidate's step is at work."""
    words = ["{{inputs.parameters.step}}", f"--profile={config.deploy.profile}"]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": {"name": NAME, "namespace": pods.namespace(config)},
        "spec": {
            "schedules": [config.deploy.schedule],
            "timezone": config.deploy.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": LATE,
            **KEPT,
            "workflowSpec": {
                "entrypoint": "step",
                "activeDeadlineSeconds": int(config.deploy.hours * SECONDS),
                "arguments": {"parameters": [{"name": "step", "value": "nightly.run"}]},
                **pods.pod(config),
                "templates": [step_template(config, image, words)],
            },
        },
    }


def periodic(config: Config, image: str) -> Object:
    """The nightly as Prow starts it, in a cluster of its own: its journal ends with the pod."""
    container = pods.container(config, image, ["nightly.run", f"--profile={config.deploy.profile}"])
    pod = pods.pod(config)
    volumes = [each for each in pod["volumes"] if each["name"] != "state"]
    seconds = int(config.deploy.step_hours * SECONDS)
    return {
        "name": NAME,
        "cron": config.deploy.schedule,
        "max_concurrency": 1,
        "decorate": True,
        "decoration_config": {"timeout": f"{seconds}s", "grace_period": "5m0s"},
        "spec": pod
        | {
            "volumes": [{"name": "state", "emptyDir": {}}, *volumes],
            "containers": [{"name": "nightly"} | container],
        },
    }
