"""How registries are reached: the settings of release.yaml, and the form that each must have.

Two modules read them: config/config_file.py, with everything else, and config/registry_settings.py, which loads
faster. The rules are here, so that both refuse the same values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from releasing.image import HOST, RELEASE_TAG, TAG

Backend = Literal["http", "gcloud"]


@dataclass(frozen=True)
class HostSettings:
    """How one registry is reached; the keys of `registries.HOST` are these names with dashes."""

    requests_per_second: float | None = None
    plain_http: bool = False
    backend: Backend = "http"


@dataclass(frozen=True)
class Settings:
    """`registries` and `floating-tags` of release.yaml."""

    registries: Mapping[str, HostSettings] = field(default_factory=dict)
    floating_tags: tuple[str, ...] = ()

    def of(self, host: str) -> HostSettings:
        """Give the settings of the registry at HOST[:PORT]."""
        return self.registries.get(host.lower(), HostSettings())


def host(text: object) -> str:
    """Read a registry host as image names have it; raises ValueError."""
    if isinstance(text, str) and HOST.fullmatch(text) and ({".", ":"} & {*text} or text == "localhost"):
        return text.lower()
    raise ValueError(
        "expected a registry host as image names begin with it, such as gcr.io or localhost:5000"
    )


def rate(text: object) -> float:
    """Read a number of requests a second; raises ValueError."""
    if isinstance(text, str | int | float):
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if 0 < number < math.inf:
            return number
    raise ValueError("expected a number above 0, such as 80 or 0.5")


def switch(text: object) -> bool:
    """Read true or false; raises ValueError."""
    if isinstance(text, bool):
        return text
    if text in ("true", "false"):
        return text == "true"
    raise ValueError("expected true or false")


def known_backend(text: object) -> Backend:
    """Read which program writes tags; raises ValueError."""
    for known in get_args(Backend):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise ValueError(f"expected {' or '.join(get_args(Backend))}")


def floating_tag(text: object) -> str:
    """Read an image tag that may move; raises ValueError, also for a release tag."""
    if not isinstance(text, str) or not TAG.fullmatch(text):
        raise ValueError("expected an image tag, such as latest")
    if RELEASE_TAG.fullmatch(text):
        raise ValueError("a release tag must not float; --allow-move allows a single move")
    return text


RULES = {"requests-per-second": rate, "plain-http": switch, "backend": known_backend}
