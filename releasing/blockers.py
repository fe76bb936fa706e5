"""Blockers: open issues whose labels stop a candidate (runbook: "If no known blocker issues remain")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.shell import Shell

ROWS = '.[] | select(.pull_request | not) | "#\\(.number) \\(.title) (\\(.html_url))"'


def labelled(sh: Shell, slug: str, labels: tuple[str, ...]) -> list[str]:
    """The open issues of `slug` that have one of `labels`: number, title and link of each."""
    found: dict[str, None] = {}
    for label in labels:
        query = ["-X", "GET", f"repos/{slug}/issues", "-f", f"labels={label}", "-f", "state=open"]
        found.update(dict.fromkeys(sh.read(sh["gh"]["api", "--paginate", *query, "--jq", ROWS]).splitlines()))
    return list(found)
