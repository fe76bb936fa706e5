"""Plans and results of promotions as text: one line per tag for people, or data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from releasing.clients.registry.promotion import PromotionPlan, PromotionReport, TagChange
from releasing.image import ImageRef


def lines(result: PromotionPlan | PromotionReport) -> list[str]:
    """Give one line per tag, failures last, then the counts."""
    if isinstance(result, PromotionPlan):
        counts = f"{len(result.changes)} to write, {len(result.held)} already there"
        return [*_held(result.held), *_changes("to write", result.changes), counts]
    failed = [f"failed         {change.wanted.tagged}: {error.message}" for change, error in result.failed]
    counts = f"{len(result.applied)} applied, {len(result.held)} already there, {len(failed)} failed"
    return [*_held(result.held), *_changes("applied", result.applied), *failed, counts]


def facts(result: PromotionPlan | PromotionReport) -> dict[str, Any]:
    """Give the report as plain data for JSON."""
    held = [_tag(tag) for tag in result.held]
    if isinstance(result, PromotionPlan):
        return {"to_write": [_change(change) for change in result.changes], "already_there": held}
    return {
        "applied": [_change(change) for change in result.applied],
        "already_there": held,
        "failed": [_change(change) | {"why": error.message} for change, error in result.failed],
    }


def _held(tags: Iterable[ImageRef]) -> list[str]:
    return [f"already there  {tag.tagged} on {tag.digest}" for tag in tags]


def _changes(what: str, changes: Iterable[TagChange]) -> list[str]:
    return [
        f"{what:<13}  {change.wanted.tagged} on {change.wanted.digest}"
        + (f" (was on {change.was})" if change.was else "")
        for change in changes
    ]


def _tag(tag: ImageRef) -> dict[str, str]:
    return {"image": tag.name, "tag": tag.tag, "digest": tag.digest}


def _change(change: TagChange) -> dict[str, str | None]:
    return _tag(change.wanted) | {"was": change.was}
