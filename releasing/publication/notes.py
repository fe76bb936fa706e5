"""Release notes: one file per version that mentions every pull request merged since the previous release."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from releasing.publication.merged_pulls import PullHistory, unmentioned
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command
    from releasing.shell.protocol import Commands

LONGEST = 125_000  # characters in the text of a release on GitHub


def path(release: Release) -> Path:
    """The file with the notes of this version."""
    return release.state / "notes" / f"{release.version.tag}.md"


def draft(release: Release, sh: StepShell) -> Command:
    """The command that writes a draft, or adds the pull requests that the notes do not mention."""
    command = sh["draft_release_notes.py"][str(path(release)), "--project", release.config.project]
    command = command["--version", str(release.version), "--checkout", release.checkout]
    command = command["--branch", release.branch, "--repository", release.slug]
    command = command["--own-branches", release.config.pull_requests.branch_prefix]
    for heading, labels in release.config.notes.groups.items():
        command = command["--group", heading, ",".join(labels)]
    return command


def unpublishable(release: Release) -> str:
    """Why GitHub would not take the notes as the text of a release, or a reader would find nothing; or nothing."""
    if not path(release).exists():
        return (
            f"release notes are missing: {path(release)} (scripts/invoke notes --version {release.version})"
        )
    text = path(release).read_text(encoding="utf-8", errors="replace")
    if not text.strip():
        return f"the release notes are empty: {path(release)}"
    if len(text) > LONGEST:
        return f"{path(release)} has {len(text):,} characters; GitHub takes {LONGEST:,} at most"
    return ""


def complete(release: Release, sh: StepShell) -> Finding:
    """Whether the notes mention every pull request, except waived ones."""
    if not path(release).exists():
        return unmet(unpublishable(release))
    if not release.origin(sh).has(f"origin/{release.branch}"):
        return unmet(f"origin has no branch {release.branch} yet")
    if problem := unpublishable(release):
        return unmet(problem)
    pulls = source(release, sh)
    everything = pulls.merged(f"origin/{release.branch}", release.version)
    text = path(release).read_text(encoding="utf-8")
    missing = pulls.missing(text, everything)
    waived = [each for each in missing if each.number in waivers.of(sh.journal)]
    left = [f"#{each.number}" for each in missing if each not in waived]
    if left:
        return unmet(f"{path(release)} does not mention {', '.join(left)}")
    passed = f", except {len(waived)} waived" if waived else ""
    mentioned = len(everything) - len(unmentioned(text, everything)) + len(missing)
    return met(f"the notes mention all {mentioned} pull requests{passed}: {path(release)}")


def source(release: Release, sh: Commands) -> PullHistory:
    """Where the pull requests of the release are read."""
    return PullHistory(sh, release.checkout, release.slug, release.config.pull_requests.branch_prefix)


def with_missing(text: str, heading: str, groups: Collection[tuple[str, list[str]]]) -> str:
    """`text` with the lines of each group (heading, lines) added to its section, which is created when missing.

    The group without a heading is for lines that belong to no other; in a text without sections it gets no heading.
    """
    result = text or f"# {heading}\n"
    for title, lines in groups:
        if lines:
            result = _with_lines(result, title, lines)
    return result


def _with_lines(text: str, title: str, lines: list[str]) -> str:
    body = "".join(f"{line}\n" for line in lines)
    begun = re.search(rf"^## {re.escape(title)}[ \t]*$", text, re.MULTILINE) if title else None
    if title and begun is None:
        return f"{_ended(text)}\n## {title}\n\n{body}"
    following = re.compile(r"^## ", re.MULTILINE).search(text, begun.end() if begun else 0)
    end = following.start() if following else len(text)
    before = _ended(text[:end].rstrip("\n"))
    # Lines continue a list directly, and follow a heading or a paragraph after a blank line.
    gap = "" if before.rstrip("\n").rpartition("\n")[2].startswith(("-", "*", "  ")) else "\n"
    rest = f"\n{text[end:]}" if following else ""
    return f"{before}{gap}{body}{rest}"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
