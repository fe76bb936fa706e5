"""What kubectl's answers mean: the API server's reason for a refusal, and whether a retry may help."""

from __future__ import annotations

import re

from releasing.errors import CommandError

REASON = re.compile(r"Error from server \((\w+)\)")
# Failures that a retry does not change.
HOPELESS = (
    "(Forbidden)",
    "have a resource type",
    "is not installed",
    "unknown flag",
    "no configuration has been",
)


def reason(error: CommandError) -> str:
    """The API server's reason for a refusal: Conflict, AlreadyExists, NotFound; empty for any other failure."""
    found = REASON.search("\n".join(error.said))
    return found[1] if found else ""


def is_hopeless(error: CommandError) -> bool:
    """Whether the same command would fail again."""
    return any(words in error.message for words in HOPELESS)
