"""What a night builds: its commit, and the entries of the release config there that are meant for it."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from releasing.builds import build_commit
from releasing.builds.identity import COMMIT
from releasing.clients.cluster import workflow_template
from releasing.errors import ConfigError, PreconditionError
from releasing.nightly import entry_build, in_cluster
from releasing.nightly.nights import Night, Skipped
from releasing.nightly.release_config import Entry, parse

if TYPE_CHECKING:
    from releasing.runbook.step_shell import StepShell


def choose_commit(night: Night, sh: StepShell, named: str, because: str = "") -> str:
    """The commit that the night builds: as begun here or elsewhere, or `named`, or the latest green postsubmit's.

    Raises UsageError and PreconditionError for a named commit that is not on the default branch, that is not green
    and has no reason `because` to be built all the same, or that is not the one that this night was begun with.
    """
    if not named:
        return entry_build.commit(night, sh)
    wanted = build_commit.found(night, sh, named)
    known = sh.chosen(COMMIT) or in_cluster.commit(night, sh)
    if not known:
        _let_in(night, sh, wanted, named, because)
    elif known != wanted:
        raise PreconditionError(
            f"the night of {night.date} is built from {known[:12]}, not from {wanted[:12]}",
            f"leave --commit out to finish it: {night.command('')}",
        )
    return sh.choose(COMMIT, lambda: wanted)


def overtaken(night: Night, sh: StepShell) -> str:
    """Which commit others build this night from, when it was begun here with another and nothing was built of that.

    Two machines that begin at the same moment may choose two commits; the first to get the cluster's lock decides.
    """
    known, others = sh.chosen(COMMIT), in_cluster.commits(night, sh)
    built_here = any(event.get("facts") for event in sh.journal.events("done"))
    return others[-1] if known and others and known not in others and not built_here else ""


def with_entries(night: Night, sh: StepShell, commit: str) -> Night:
    """The night with what the release config at `commit` lists for it; ConfigError when it cannot be read."""
    path = night.settings.config
    content = night.origin(sh).file_at(commit, path)
    if content is None:
        raise ConfigError(
            f"{path} does not exist at {commit[:12]} of {night.slug}",
            "nightly.config of release.yaml names it",
        )
    config = parse(content, path)
    _refuse_strangers(night, config.entries)
    changed = _changed(night, sh, commit) if any(each.include_dirs for each in config.entries) else []
    reasons = {entry.name: _reason(night, entry, changed) for entry in config.entries}
    return replace(
        night,
        commit=commit,
        templates=_templates(night, sh, commit, config.entries),
        entries=tuple(entry for entry in config.entries if not reasons[entry.name]),
        skipped=tuple(Skipped(entry, reasons[entry.name]) for entry in config.entries if reasons[entry.name]),
    )


def _let_in(night: Night, sh: StepShell, commit: str, named: str, because: str) -> None:
    branch = night.config.default_branch
    if not night.origin(sh).is_on(commit, branch):
        raise PreconditionError(
            f"{commit[:12]} is not on {branch}; a night builds the default branch", "merge it first"
        )
    build_commit.let_pass(night, sh, commit, branch, f"--commit {named}", because)


def _refuse_strangers(night: Night, entries: tuple[Entry, ...]) -> None:
    """Raise ConfigError for apps of other repositories: they are not checked out."""
    path = night.settings.config
    problems = [
        f"{path}:{each.line}: app_dir is in {each.repository}; only apps of {night.slug} are built"
        for each in entries
        if each.repository != night.slug
    ]
    if problems:
        raise ConfigError(
            "\n".join(problems),
            f"move the app to {night.slug}, or the entry to the release config of its repository",
        )


def _templates(
    night: Night, sh: StepShell, commit: str, entries: tuple[Entry, ...]
) -> dict[str, tuple[str, ...]]:
    """The parameters of each entry that is a WorkflowTemplate at `commit`."""
    apps = {f"{each.folder}/app.yaml" for each in entries}
    found = dict(night.origin(sh).contents(commit, sorted({*apps, *(each.template for each in entries)})))
    return {
        each.name: _parameters(found[each.template], each.template)
        for each in entries
        if each.template in found and f"{each.folder}/app.yaml" not in found
    }


def _parameters(content: bytes, where: str) -> tuple[str, ...]:
    try:
        return workflow_template.parameters(workflow_template.parsed(content, where))
    except ConfigError:
        # The entry fails by itself, with the message of the program that reads the file then.
        return ()


def _changed(night: Night, sh: StepShell, commit: str) -> list[str]:
    """The files that the commit itself changed, as the original asks git."""
    # A merge counts with what it brings to the branch, and a first commit with everything.
    log = night.origin(sh).git["log", "-1", "-m", "--first-parent", "--name-only", "--format=", "-z", commit]
    return [path for path in sh.read(log).split("\0") if path]


def _reason(night: Night, entry: Entry, changed: list[str]) -> str:
    """Why the night leaves the entry out; empty when it does not."""
    job_type = night.settings.job_type
    if not entry.is_for(job_type):
        return f"only for {', '.join(entry.job_types)}; a night is {job_type}"
    touched = any(fnmatchcase(path, pattern) for path in changed for pattern in entry.include_dirs)
    if entry.include_dirs and job_type != "periodic" and not touched:
        return f"the commit changes nothing in {', '.join(entry.include_dirs)}"
    return ""
