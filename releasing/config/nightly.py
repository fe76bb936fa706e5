"""The image auto release: which release config is read, how workflows run, and what is too old."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from releasing.config.forms import ImageName, RepositoryPath, Section


class Nightly(Section):
    """Runbook: Image Auto Release; every image that the workflows of `config` cover, every night."""

    config: RepositoryPath
    """the release config in the repository: releasing/prow_config_release.yaml"""
    bucket: str = ""
    """storage bucket that workflows keep their logs and artifacts in"""
    at_once: Annotated[int, Field(ge=1, le=100)] = 8
    """how many workflows run side by side"""
    minutes: Annotated[float, Field(gt=0)] = 180
    """how long a workflow may take"""
    oldest_hours: Annotated[float, Field(gt=0)] = 36
    """how old the newest good nightly of an image may be"""
    not_covered: tuple[ImageName, ...] = ()
    """images of ours that no workflow builds, on purpose"""
