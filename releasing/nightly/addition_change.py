"""The pull request that adds a workflow to the image auto release: its commands, for either engine.

Runbook: "Create Release Workflow" and "Update Release Config".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from releasing import origin
from releasing.nightly.addition import Addition, folder, release_config_on
from releasing.nightly.release_config import parse
from releasing.pull_requests import Change

if TYPE_CHECKING:
    from releasing.command import Command
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell

STEP = "nightly-add"
PACKAGE = "kubeflow/automation"
REGISTRY = "kubeflow"


def change(release: Upkeep, asked: Addition) -> Change:
    """The pull request that adds the app, or the WorkflowTemplates, and the entries."""
    config, base = release.settings.config, release.config.default_branch
    names = ", ".join(asked.images)

    def wanted(sh: StepShell) -> bool:
        entries = {each.name for each in parse(release_config_on(release, sh), config).entries}
        return not {each.name for each in asked.entries(release)} <= entries

    def edits(sh: StepShell, place: str) -> list[Command]:
        made = _templates if release.config.engine == "argo" else _app
        return [*made(release, sh, asked, place), *_entries(release, sh, asked, place)]

    reason = f"{names} built from {', '.join(asked.contexts)} every night, by {folder(release, asked.name)}."
    return Change(STEP, base, f"Release {names} every night", reason, edits, wanted)


def _templates(release: Upkeep, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    more = {"--extra-repos": asked.extra_repositories, "--extra-args": asked.extra_arguments}
    options = [f"{name}={text}" for name, text in more.items() if text]
    for entry, image, context in zip(asked.entries(release), asked.images, asked.contexts, strict=True):
        words = [f"{place}/{entry.template}", f"--image={image}", f"--dockerfile-dir={context}", *options]
        yield sh["render_build_template.py"][(*words,)]


def _app(release: Upkeep, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    parent, base = str(PurePosixPath(release.settings.config).parent), release.config.default_branch
    app = f"{place}/{folder(release, asked.name)}"
    ks, server = sh["ks"], _server(release, sh)
    where = [f"--server={server}"] if server else []
    yield ks[("init", asked.name, *where, f"--namespace={release.namespace}")].within(f"{place}/{parent}")
    address = f"github.com/{release.slug}/tree/{base}/kubeflow"
    yield ks["registry", "add", REGISTRY, address].within(app)
    yield ks["pkg", "install", f"{PACKAGE}@{base}"].within(app)
    more = {"extra_repos": asked.extra_repositories, "extra_args": asked.extra_arguments}
    options = [f"--{name}={text}" for name, text in more.items() if text]
    for entry, image, context in zip(asked.entries(release), asked.images, asked.contexts, strict=True):
        words = [entry.component, f"--image={image}", f"--dockerfileDir={context}", *options]
        yield ks[("generate", "release", *words)].within(app)
    yield sh["format_jsonnet.py"][app]
    # A .gitignore that names vendor/ kept the package out of two apps of Kubeflow's, which then built nothing.
    yield sh["git"]["-C", place, "add", "--force", f"{folder(release, asked.name)}/vendor"]


def _server(release: Upkeep, sh: StepShell) -> str:
    """The cluster of the first app of the release config that names one; empty for that of kubectl."""
    import yaml  # noqa: PLC0415 - `invoke --list` does without

    revision = f"origin/{release.config.default_branch}"
    for entry in parse(release_config_on(release, sh), release.settings.config).entries:
        text = origin.file_at(release, sh, revision, f"{entry.folder}/app.yaml")
        environments = (yaml.safe_load(text) or {}).get("environments") or {} if text else {}
        for each in environments.values():
            if found := (each.get("destination") or {}).get("server"):
                return str(found)
    return ""


def _entries(release: Upkeep, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    config = f"{place}/{release.settings.config}"
    entries = asked.entries(release)
    for each in entries:
        named = ["--name", each.name, "--app-dir", each.app_dir, "--component", each.component]
        yield sh["add_nightly_entry.py"][(config, *named)]
    yield sh["rehearse_nightly_entry.py"][(config, release.slug, *(each.name for each in entries))]
