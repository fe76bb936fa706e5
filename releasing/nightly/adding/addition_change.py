"""The pull request that adds a workflow to the image auto release: its commands, for either engine.

Runbook: "Create Release Workflow" and "Update Release Config".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from releasing.changes.pull_requests import Change
from releasing.nightly import default_branch
from releasing.nightly.adding.addition import Addition, app_yaml, folder

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command

STEP = "nightly-add"
PACKAGE = "kubeflow/automation"
REGISTRY = "kubeflow"
LIBRARY = PurePosixPath(PACKAGE).name


def change(release: NightlyTask, asked: Addition) -> Change:
    """The pull request that adds the app, or the WorkflowTemplates, and the entries."""
    names = ", ".join(asked.images)

    def wanted(sh: StepShell) -> bool:
        entries = {each.name for each in default_branch.entries(release, sh)}
        return not {each.name for each in asked.entries(release)} <= entries

    def edits(sh: StepShell, place: str) -> list[Command]:
        made = _templates if release.config.engine == "argo" else _app
        return [*made(release, sh, asked, place), *_entries(release, sh, asked, place)]

    reason = f"{names} built from {', '.join(asked.contexts)} every night, by {folder(release, asked)}."
    # GitHub takes no more than 256 characters.
    what = names if len(asked.images) == 1 else f"the {len(asked.images)} images of {asked.name}"
    return Change(STEP, release.config.default_branch, f"Release {what} every night", reason, edits, wanted)


def _templates(release: NightlyTask, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    more = {"--extra-repos": asked.extra_repositories, "--extra-args": asked.extra_arguments}
    for entry, part in zip(asked.entries(release), asked.parts, strict=True):
        own = {"--image": part.image, "--dockerfile-dir": part.context, "--dockerfile": part.dockerfile}
        words = [f"{name}={text}" for name, text in {**own, **more}.items() if text]
        yield sh["render_build_template.py"][(f"{place}/{entry.template}", *words)]


def _app(release: NightlyTask, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    base = release.config.default_branch
    app = f"{place}/{folder(release, asked)}"
    present = app_yaml(release, sh, folder(release, asked))
    ks, server = sh["ks"], _server(release, sh)
    if not present:
        where = [f"--server={server}"] if server else []
        parent = str(PurePosixPath(app).parent)
        yield ks[("init", asked.name, *where, f"--namespace={release.namespace}")].within(parent)
    if REGISTRY not in (present.get("registries") or {}):
        address = f"github.com/{release.slug}/tree/{base}/kubeflow"
        yield ks["registry", "add", REGISTRY, address].within(app)
    # A package that app.yaml lists stays at its version; only what vendor/ lacks of it is copied again.
    listed = LIBRARY in (present.get("libraries") or {})
    yield ks["pkg", "install", PACKAGE if listed else f"{PACKAGE}@{base}"].within(app)
    more = {"extra_repos": asked.extra_repositories, "extra_args": asked.extra_arguments}
    for part in asked.parts:
        own = {"image": part.image, "dockerfileDir": part.context, "dockerfile": part.dockerfile}
        words = [f"--{name}={text}" for name, text in {**own, **more}.items() if text]
        yield ks[("generate", "release", part.component, *words)].within(app)
    yield sh["format_jsonnet.py"][app]
    # A .gitignore that names vendor/ kept the package out of two apps of Kubeflow's, which then built nothing.
    yield sh["git"]["-C", place, "add", "--force", f"{folder(release, asked)}/vendor"]


def _server(release: NightlyTask, sh: StepShell) -> str:
    """The cluster that apps of the release config name for our namespace, or else the first; empty if none does."""
    found: dict[str, str] = {}
    for entry in default_branch.entries(release, sh):
        for each in (app_yaml(release, sh, entry.folder).get("environments") or {}).values():
            destination = each.get("destination") or {}
            if destination.get("server"):
                found.setdefault(str(destination.get("namespace")), str(destination["server"]))
    return found.get(release.namespace) or next(iter(found.values()), "")


def _entries(release: NightlyTask, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    config = f"{place}/{release.settings.config}"
    entries = asked.entries(release)
    for each in entries:
        named = ["--name", each.name, "--app-dir", each.app_dir, "--component", each.component]
        yield sh["add_nightly_entry.py"][(config, *named)]
    yield sh["rehearse_nightly_entry.py"][(config, release.slug, *(each.name for each in entries))]
