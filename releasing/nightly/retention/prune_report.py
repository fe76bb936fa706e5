"""What pruning found or did: for people, and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.nightly.retention.old_tags import Pruned


def lines(found: Pruned, written: bool) -> list[str]:
    """What was found for people, the tags that stay with their reasons first."""
    empty = [f"? {image} has no tag in the registry" for image in found.empty]
    kept = [f"= {tag.tagged} stays: {reason}" for tag, reason in found.kept]
    doomed = [f"- {tag.tagged} ({tag.digest[:19]})" for tag in found.doomed]
    number = len(found.doomed) - len(found.stayed)
    end = f"{number} deleted" if written else f"{number} to delete; nothing is deleted without --write"
    stay = len(found.kept) + len(found.stayed)
    return [*empty, *kept, *doomed, *found.stayed, f"{end}, {stay} old ones stay"]


def as_json(found: Pruned) -> str:
    """What was found for programs."""
    kept = [{**vars(tag), "reason": reason} for tag, reason in found.kept]
    old = [vars(tag) for tag in found.doomed]
    return json.dumps({"old": old, "kept": kept, "stayed": found.stayed}, indent=2)
