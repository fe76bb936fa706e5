"""Label selectors of the stand-in kubectl: `-l KEY=VALUE,KEY!=VALUE,KEY`, as Kubernetes reads them."""

from __future__ import annotations

import re
from typing import Any

from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal

Object = dict[str, Any]
NAME = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
TERM = re.compile(rf"(!?)((?:{NAME}/)?{NAME})(?:(==?|!=)((?:{NAME})?))?")
LIMIT = 63


def selected(items: list[Object], selector: str) -> list[Object]:
    """Those of `items` whose labels the selector wants; raises Refusal for a selector that is none."""
    terms = [_term(text) for text in selector.split(",")] if selector else []
    return [
        each for each in items if all(_fits(each["metadata"].get("labels") or {}, term) for term in terms)
    ]


def refuse_labels(labels: Object, title: str) -> None:
    """Raise Refusal for a label that a cluster does not take."""
    for key, value in labels.items():
        name = key.rpartition("/")[2]
        if len(name) > LIMIT or not re.fullmatch(NAME, name):
            raise ProgramRefusal(f'The {title} is invalid: metadata.labels: Invalid value: "{key}"')
        if len(value) > LIMIT:
            raise ProgramRefusal(
                f'The {title} is invalid: metadata.labels: Invalid value: "{value}": '
                f"must be no more than {LIMIT} characters"
            )
        if value and not re.fullmatch(NAME, value):
            raise ProgramRefusal(f'The {title} is invalid: metadata.labels: Invalid value: "{value}"')


def _term(text: str) -> re.Match[str]:
    found = TERM.fullmatch(text.strip())
    if not found or len(found[4] or "") > LIMIT:
        raise ProgramRefusal(f"error: unable to parse requirement: {text}")
    return found


def _fits(labels: Object, term: re.Match[str]) -> bool:
    absent, key, operator, value = term.groups()
    if not operator:
        return (key in labels) != bool(absent)
    return (labels.get(key) == value) == (operator != "!=")
