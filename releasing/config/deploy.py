"""How this tool runs inside the cluster, and in which images its builds run."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from releasing.config.value_forms import Address, ConfigSection, ImageName, RepositoryPath, value

BASE = "python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b"
DOCKER = "docker:27.5.1-dind@sha256:aa3df78ecf320f5fafdce71c659f1629e96e9de0968305fe1de670e0ca9176ce"


PinnedImage = Annotated[
    str,
    Field(pattern=r"^[^@\s]+@sha256:[0-9a-f]{64}$", description="NAME@sha256:DIGEST or NAME:TAG@sha256:…"),
]
ObjectName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
Schedule = Annotated[str, Field(pattern=r"^\S+( \S+){4}$", description="five fields, as cron has them")]
Argument = Annotated[str, value(("image", "tag"), r"[\x00-\x1f]|\{\{", "one word of a command line")]
Hours = Annotated[float, Field(gt=0, le=1000)]


class Deploy(ConfigSection):
    """How this tool itself runs in the cluster; `deploy.render` and `nightly.deploy` generate its manifests."""

    image: PinnedImage | None = None
    """image of this tool, by digest, so that every nightly runs the same version"""
    base: PinnedImage = BASE
    """base of that image: a Debian with Python 3.11 or later"""
    docker: PinnedImage = DOCKER
    """image of the Docker daemon beside `update-bootstrapper`"""
    cloud_cli: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+-[0-9]+$")] = "528.0.0-0"
    """version of Google's Debian packages google-cloud-cli, kubectl and its GKE plugin in the image"""
    profile: str = "production"
    """the profile that it runs with"""
    service_account: ObjectName = "release"
    """service account of its pods"""
    google_account: Address | None = None
    """Google service account of that service account, by workload identity; without it a key file is required"""
    github_secret: ObjectName = "github-token"  # noqa: S105 - a name
    """secret whose `github_token` is the token for GitHub"""
    gcp_secret: ObjectName = "gcp-credentials"  # noqa: S105
    """secret whose `key.json` is the service account's key, for builds, and for this tool without `google-account`"""
    smtp_secret: ObjectName | None = None
    """secret whose `password` is that of the mail server"""
    webhook_secret: ObjectName | None = None
    """secret whose `address` is the webhook to which `nightly.check --tell` posts"""
    storage: Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi|Ti)$")] = "5Gi"
    """size of the volume with the journals, the logs and the clone of the repository"""
    step_hours: Hours = 6
    """how long one step may take"""
    hours: Hours = 48
    """how long a whole candidate may take, including waits for people"""
    schedule: Schedule = "0 0 * * *"
    """when the nightly starts, as cron has it"""
    check_schedule: Schedule = "0 12 * * *"
    """when `nightly.check --tell` checks it"""
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")] = "Etc/UTC"
    """the time zone of both schedules"""


class ArgoBuild(ConfigSection):
    """How one image is built: `build_image.sh DOCKERFILE ARGUMENTS` of a folder of the repository."""

    folder: RepositoryPath
    """folder of build_image.sh and of the Dockerfile"""
    dockerfile: RepositoryPath = "Dockerfile"
    """the Dockerfile in it"""
    arguments: Annotated[tuple[Argument, ...], Field(min_length=1)] = ("{image}", "{tag}")
    """arguments after the Dockerfile; `{image}` and `{tag}` are replaced"""


class ArgoPods(ConfigSection):
    """The images and the volume of the pods of a build workflow, with `engine: argo`."""

    worker: str
    """image that its steps run in, with checkout.sh, gcloud and a docker client"""
    docker: str = "docker:17.10-dind"
    """image of the Docker daemon beside each build"""
    bucket: str = ""
    """storage bucket for logs and artifacts; without it they stay on the volume"""
    volume_claim: ObjectName = "nfs-external"
    """size of the volume that all steps share"""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """how often a failed build is repeated"""


class Argo(ArgoPods):
    """The build's Argo WorkflowTemplate, for `engine: argo`; `deploy.render` generates it."""

    builds: Annotated[dict[ImageName, ArgoBuild], Field(min_length=1)]
    """the images by name: exactly those of `images.names`"""

    @model_validator(mode="after")
    def _node_names_fit(self) -> Self:
        long = [name for name in self.builds if len(name) > NODE_NAME]
        if long:
            raise ValueError(f"names longer than {NODE_NAME} characters: {', '.join(long)}")
        return self


NODE_NAME = 57  # with `build-` before it, a template's name of 63 characters
