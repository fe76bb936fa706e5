"""What runs this suite inside the cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from releasing.config.forms import Section


class Deploy(Section):
    """How the suite itself runs in the cluster: `deploy.render` and `nightly.deploy` make manifests of it."""

    image: Annotated[str, Field(pattern=r"^[^@\s]+@sha256:[0-9a-f]{64}$")]
    """image of this suite, by digest: a nightly does the same tomorrow as today"""
    schedule: str = "0 0 * * *"
    """when the nightly starts, as cron has it, in UTC"""
