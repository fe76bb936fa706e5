"""How kubectl shows objects: as a table for people, or in the form that `-o` names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from releasing.rehearsal.stand_ins.cluster import contexts
from releasing.rehearsal.stand_ins.cluster.resources import LEASE, POD, WORKFLOW, Kind
from releasing.rehearsal.stand_ins.command_grammar import as_json

Object = dict[str, Any]
Column = Callable[[Object], str]
UNKNOWN = "<unknown>"


def _at(*path: str) -> Column:
    def read(content: Any) -> str:
        for name in path:
            content = content.get(name) if isinstance(content, dict) else None
        return "" if content is None else str(content)

    return read


def _age(*path: str) -> Column:
    return lambda content: _since(_at(*path)(content))


def _since(moment: str) -> str:
    """How long ago it was, as kubectl writes it: 45s, 7m12s, 5h3m, 2d4h."""
    if not moment:
        return UNKNOWN
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    if seconds < 120:
        return f"{max(seconds, 0)}s"
    if seconds < 600:
        return f"{seconds // 60}m{seconds % 60}s"
    if seconds < 3 * 3600:
        return f"{seconds // 60}m"
    return f"{seconds // 3600}h" if seconds < 48 * 3600 else f"{seconds // 86400}d"


NAME = _at("metadata", "name")
COLUMNS: dict[str, dict[str, Column]] = {
    WORKFLOW.kind: {"NAME": NAME, "STATUS": _at("status", "phase"), "AGE": _age("status", "startedAt")},
    LEASE.kind: {
        "NAME": NAME,
        "HOLDER": _at("spec", "holderIdentity"),
        "AGE": _age("spec", "acquireTime"),
    },
    POD.kind: {
        "NAME": NAME,
        "READY": lambda content: f"0/{len(content['spec']['containers'])}",
        "STATUS": lambda content: {"Succeeded": "Completed", "Failed": "Error"}.get(
            _at("status", "phase")(content), _at("status", "phase")(content)
        ),
        "RESTARTS": lambda _content: "0",
        "AGE": _age("status", "startTime"),
    },
}


def show(kind: Kind, found: list[Object], output: str, *, single: bool, namespace: str) -> None:
    """Print the objects `found`, `single` when one was named; raises Refusal for a form that is not known."""
    form, _, template = output.partition("=")
    if output in ("", "wide"):
        _table(kind, found, single, namespace)
    elif output == "name":
        print("".join(f"{kind.title}/{each['metadata']['name']}\n" for each in found), end="")
    elif output not in ("json", "yaml") and form != "jsonpath":
        raise contexts.no_format(output)
    elif found or not single:
        content = found[0] if single else listed(found)
        print(_written(content, form, template), end="")


def listed(items: list[Object]) -> Object:
    """Several objects as one."""
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


def _written(content: Object, form: str, template: str) -> str:
    if form == "jsonpath":
        return contexts.jsonpath(content, template)
    if form == "json":
        return as_json(content) + "\n"
    import yaml  # noqa: PLC0415 - few commands print it

    return yaml.safe_dump(content, default_flow_style=False, allow_unicode=True, width=1_000_000)


def _table(kind: Kind, found: list[Object], single: bool, namespace: str) -> None:
    if not found:
        if not single:
            print(f"No resources found in {namespace} namespace.", file=sys.stderr)
        return
    columns = COLUMNS[kind.kind]
    rows = [[*columns], *([column(each) for column in columns.values()] for each in found)]
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(len(columns))]
    for row in rows:
        print("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
