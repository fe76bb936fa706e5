"""Rulesets, as NAME.rulesets.json has them: what they let somebody create is only told, and not refused.

[{"name": "releases", "target": "tag", "enforcement": "active", "current_user_can_bypass": "never",
  "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}, "rules": [{"type": "creation"}]}]
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from releasing.rehearsal.github.requests import Call, Reply, not_found, page_of
from releasing.rehearsal.github.settings_files import settings_in

DETAILS = ("conditions", "rules", "current_user_can_bypass")


@cache
def _form() -> TypeAdapter[list[dict[str, Any]]]:
    return TypeAdapter(list[dict[str, Any]])


def list_rulesets(call: Call) -> Reply:
    """GET rulesets: without what each of them says."""
    found = [{name: value for name, value in one.items() if name not in DETAILS} for one in _rulesets(call)]
    shown, headers = page_of(call, found)
    return Reply(200, list(shown), headers)


def get_ruleset(call: Call) -> Reply:
    """GET rulesets/{ruleset}: with its rules, and whether this login may pass it by."""
    wanted = int(call.names["ruleset"])
    for one in _rulesets(call):
        if one["id"] == wanted:
            return Reply(200, one)
    raise not_found()


def _rulesets(call: Call) -> list[dict[str, Any]]:
    listed = settings_in(call.repository.beside("rulesets.json"), _form(), [])
    place = {"source_type": "Repository", "source": call.repository.full_name}
    return [{"id": number, **place, **one} for number, one in enumerate(listed, 1)]
