"""Release notes: a file per version that mentions every pull request merged since the release before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from releasing import origin
from releasing.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.release import Release
    from releasing.shell import Command, Shell
    from releasing.step_shell import StepShell
    from releasing.version import Version

NUMBER = re.compile(r"\(#(\d+)\)$")


def path(release: Release) -> Path:
    """Where the notes of this version are."""
    return release.state / "notes" / f"{release.version.tag}.md"


def draft(release: Release, sh: StepShell) -> Command:
    """The command that writes a draft, or adds to the notes what they do not mention."""
    command = sh["draft_release_notes.py"][str(path(release)), "--project", release.config.project]
    return command[
        "--version", str(release.version), "--checkout", release.checkout, "--branch", release.branch
    ]


def complete(release: Release, sh: StepShell) -> Finding:
    """Whether the notes mention every pull request."""
    if not path(release).exists():
        return unmet(f"there are no release notes: {path(release)}")
    if not origin.has(release, sh, f"origin/{release.branch}"):
        return unmet(f"there is no {release.branch} yet")
    merged = subjects(sh.shell, release.checkout, release.branch, release.version)
    missing = unmentioned(path(release).read_text(encoding="utf-8"), merged)
    if missing:
        return unmet(f"{path(release)} does not mention {', '.join(f'#{number}' for number in missing)}")
    return met(f"the notes mention all {len(numbers(merged))} pull requests: {path(release)}")


def subjects(sh: Shell, checkout: str, branch: str, version: Version) -> list[str]:
    """The subjects of the commits on `branch` of origin since the final before `version`, oldest first."""
    from releasing.version import finals  # noqa: PLC0415 - semver is not needed to list tasks

    git = sh["git"]["-C", checkout]
    tags = sh.read(git["tag", "--list", "v*", "--merged", f"origin/{branch}"]).split()
    before = [final for final in finals(tags) if final < version]
    since = [f"^{before[-1].tag}"] if before else []
    log = git["log", "--first-parent", "--reverse", "--format=%s", f"origin/{branch}", *since, "--"]
    return sh.read(log).splitlines()


def numbers(merged: list[str]) -> list[str]:
    """The numbers of the pull requests that the squash commits `merged` came from."""
    return [found[1] for subject in merged if (found := NUMBER.search(subject))]


def unmentioned(text: str, merged: list[str]) -> list[str]:
    """The pull requests of `merged` that `text` does not mention."""
    return [number for number in numbers(merged) if not re.search(rf"#{number}\b", text)]


def with_missing(text: str, heading: str, merged: list[str]) -> str:
    """`text` with a line for each pull request of `merged` that it does not mention; begun when it is empty."""
    missing = set(unmentioned(text, merged))
    lines = [
        f"- {subject}" for subject in merged if (found := NUMBER.search(subject)) and found[1] in missing
    ]
    begun = text or f"# {heading}\n\n"
    if lines and not begun.endswith("\n"):
        begun += "\n"
    return begun + "".join(f"{line}\n" for line in lines)
