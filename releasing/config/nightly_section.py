"""The image auto release: its release config, how its workflows run, and when an image is too old."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from releasing.config.deploy import ArgoPods
from releasing.config.value_forms import ConfigSection, ImageName, RepositoryPath


class Nightly(ConfigSection):
    """Runbook: Image Auto Release; every image that the workflows of `config` cover, every night."""

    config: RepositoryPath
    """the release config: releasing/prow_config_release.yaml"""
    bucket: str = ""
    """storage bucket for the logs and artifacts of workflows; without it the bucket of each app"""
    argo: ArgoPods | None = None
    """the images and the volume of the workflows that `nightly.add` makes with `engine: argo`"""
    job_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)] = (
        "image-release"
    )
    """JOB_NAME of the workflows; their names begin with it"""
    job_type: Literal["postsubmit", "periodic"] = "postsubmit"
    """JOB_TYPE that is compared with `job_types`; a periodic job also builds what no commit of the night changed"""
    ui: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """address of Argo's pages, for links to workflows: https://argo.example.org"""
    at_once: Annotated[int, Field(ge=1, le=100)] = 8
    """how many workflows run at the same time"""
    minutes: Annotated[float, Field(gt=0)] = 180
    """how long a workflow may take"""
    oldest_hours: Annotated[float, Field(gt=0)] = 36
    """how old the newest good nightly of an image may be"""
    not_covered: tuple[ImageName, ...] = ()
    """images of the project that no workflow has to build"""
