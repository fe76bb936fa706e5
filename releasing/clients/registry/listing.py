"""The answer of a registry's tags/list; Google's registries list more than the specification requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class ListedBuild:
    """What a registry lists about one digest (Google's registries only)."""

    tags: tuple[str, ...]
    created: datetime | None


@dataclass(frozen=True)
class TagListing:
    """A repository's tags; Google's registries add `builds` by digest (None elsewhere) and `children`."""

    tags: tuple[str, ...] = ()
    builds: Mapping[str, ListedBuild] | None = None
    children: tuple[str, ...] = ()

    @property
    def all_tags(self) -> list[str]:
        """The tags in order, from either place in the answer."""
        return sorted({*self.tags, *(tag for build in (self.builds or {}).values() for tag in build.tags)})


def builds(page: Mapping[str, Any]) -> dict[str, ListedBuild] | None:
    """Read the digests in one answer; None for a registry that does not list them."""
    if not isinstance(page.get("manifest"), dict):
        return None
    return {
        digest: ListedBuild(tuple(entry.get("tag") or ()), _time(entry.get("timeCreatedMs")))
        for digest, entry in page["manifest"].items()
    }


def _time(milliseconds: str | None) -> datetime | None:
    """Read whole seconds, as gcloud prints them; registries give 0 for an unknown time."""
    seconds = int(milliseconds or 0) // 1000
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
