"""The repositories that a nightly workflow checks out beside the one of its app: EXTRA_REPOS of its containers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasing.workflow_pods import pods_of

if TYPE_CHECKING:
    from releasing.nightly.release_config import Entry

VARIABLE = "EXTRA_REPOS"


def rendered(entry: Entry, checkout: Path, tag: str) -> dict[str, str]:
    """Read them from the entry's workflow, which renders; nothing of an entry that is no ksonnet app."""
    from releasing.ksonnet.app import read_app  # noqa: PLC0415 - loads YAML and jsonnet
    from releasing.ksonnet.render import render  # noqa: PLC0415

    folder = checkout / entry.folder
    if not (folder / "app.yaml").is_file():
        return {}
    app = read_app(folder)
    given = {"name": entry.name, **entry.params, "versionTag": tag}
    return named(render(app, app.environments[0], entry.component, given))


def named(workflows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """OWNER/NAME of each, with its ref: OWNER/NAME@REF;OWNER/NAME@REF:PULL is how workflows say it."""
    found: dict[str, str] = {}
    for workflow in workflows:
        for pod in pods_of(workflow):
            for variable in pod.container.get("env") or ():
                if variable.get("name") == VARIABLE:
                    found |= dict(_parts(str(variable.get("value", ""))))
    return found


def _parts(text: str) -> Iterable[tuple[str, str]]:
    for part in filter(None, (each.strip() for each in text.split(";"))):
        repository, _, ref = part.partition("@")
        yield repository, ref or "HEAD"
