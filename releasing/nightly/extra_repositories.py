"""The repositories that a nightly workflow checks out beside the one of its app: EXTRA_REPOS of its containers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from releasing.clients.cluster.workflow_pods import pods_of

VARIABLE = "EXTRA_REPOS"
NEWEST = "HEAD"  # as a ref: of the repository's default branch


def named(workflows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """OWNER/NAME of each, with its ref: OWNER/NAME@REF;OWNER/NAME@REF:PULL is how workflows say it."""
    found: dict[str, str] = {}
    for workflow in workflows:
        for pod in pods_of(workflow):
            for variable in pod.container.get("env") or ():
                if variable.get("name") == VARIABLE:
                    found |= parsed(str(variable.get("value", "")))
    return found


def parsed(text: str) -> dict[str, str]:
    """The same from one text; without a ref the newest is meant."""
    parts = (each.strip().partition("@") for each in text.split(";") if each.strip())
    return {repository: ref or NEWEST for repository, _, ref in parts}
