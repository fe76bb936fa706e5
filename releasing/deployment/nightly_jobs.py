"""The jobs that start and check the nightly: CronWorkflows of Argo, and the same as periodic jobs of Prow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from releasing.config.release_yaml import Config
from releasing.deployment import pods
from releasing.deployment.release_workflow import SECONDS, step_template

Object = dict[str, Any]

LATE = 6 * SECONDS  # what could not start by then is left out: the next one is near
KEPT = {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 10}


@dataclass(frozen=True)
class Job:
    """A command of this tool that runs on a schedule."""

    name: str
    task: str
    schedule: str
    words: tuple[str, ...] = ()

    def arguments(self, config: Config) -> list[str]:
        """The arguments after the command."""
        return [*self.words, f"--profile={config.deploy.profile}"]


def night(config: Config) -> Job:
    """The nightly itself."""
    return Job("image-auto-release", "nightly.run", config.deploy.schedule)


def check(config: Config) -> Job:
    """The check of it, as a job of its own: a nightly that does not run cannot report that."""
    return Job("image-auto-release-check", "nightly.check", config.deploy.check_schedule, ("--tell",))


def cron_workflow(config: Config, image: str, job: Job) -> Object:
    """A job for Argo: one at a time, and never beside a step of a candidate."""
    words = ["{{inputs.parameters.step}}", *job.arguments(config)]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": {"name": job.name, "namespace": pods.namespace(config)},
        "spec": {
            "schedules": [job.schedule],
            "timezone": config.deploy.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": LATE,
            **KEPT,
            "workflowSpec": {
                "entrypoint": "step",
                "activeDeadlineSeconds": int(config.deploy.hours * SECONDS),
                "arguments": {"parameters": [{"name": "step", "value": job.task}]},
                **pods.pod(config),
                "templates": [step_template(config, image, words)],
            },
        },
    }


def periodic(config: Config, image: str, job: Job) -> Object:
    """A job for Prow, in its own cluster: its journal is lost with the pod."""
    container = pods.container(config, image, [job.task, *job.arguments(config)])
    pod = pods.pod(config)
    volumes = [each for each in pod["volumes"] if each["name"] != "state"]
    seconds = int(config.deploy.step_hours * SECONDS)
    return {
        "name": job.name,
        "cron": job.schedule,
        "max_concurrency": 1,
        "decorate": True,
        "decoration_config": {"timeout": f"{seconds}s", "grace_period": "5m0s"},
        "spec": pod
        | {
            "volumes": [{"name": "state", "emptyDir": {}}, *volumes],
            "containers": [{"name": "nightly"} | container],
        },
    }
