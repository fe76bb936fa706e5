"""The image auto release: which release config is read, how workflows run, and what is too old."""

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
    """storage bucket that workflows keep their logs and artifacts in; without it each app's own"""
    argo: ArgoPods | None = None
    """what the workflows run in that `nightly.add` makes with `engine: argo`"""
    job_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)] = (
        "image-release"
    )
    """JOB_NAME of the workflows; their names begin with it"""
    job_type: Literal["postsubmit", "periodic"] = "postsubmit"
    """JOB_TYPE that `job_types` are held against; a periodic job also runs what no commit of the night touched"""
    ui: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """where Argo's pages are, for links to workflows: https://argo.example.org"""
    at_once: Annotated[int, Field(ge=1, le=100)] = 8
    """how many workflows run side by side"""
    minutes: Annotated[float, Field(gt=0)] = 180
    """how long a workflow may take"""
    oldest_hours: Annotated[float, Field(gt=0)] = 36
    """how old the newest good nightly of an image may be"""
    not_covered: tuple[ImageName, ...] = ()
    """images of the project that intentionally no workflow builds"""
