"""Release notes: one file per version that mentions every pull request merged since the previous release."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.git.checkout import LOG
from releasing.errors import PreconditionError
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command
    from releasing.shell.protocol import Reads
    from releasing.version import Version

# A squash names its pull request at the end of the subject, a merge at the beginning.
NUMBER = re.compile(r"\(#(\d+)\)$|^Merge pull request #(\d+) ")
LONGEST = 125_000  # characters in the text of a release on GitHub
FORMAT = "%an%x00%s%x00%b%x00"


@dataclass(frozen=True)
class Merged:
    """A pull request that a commit of the release branch came from."""

    number: str
    title: str
    author: str


def path(release: Release) -> Path:
    """The file with the notes of this version."""
    return release.state / "notes" / f"{release.version.tag}.md"


def draft(release: Release, sh: StepShell) -> Command:
    """The command that writes a draft, or adds the pull requests that the notes do not mention."""
    command = sh["draft_release_notes.py"][str(path(release)), "--project", release.config.project]
    command = command["--version", str(release.version), "--checkout", release.checkout]
    command = command["--branch", release.branch, "--repository", release.slug]
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
    everything = merged(sh, release.checkout, release.branch, release.version)
    missing = unmentioned(path(release).read_text(encoding="utf-8"), everything)
    waived = [each for each in missing if each.number in waivers.of(sh.journal)]
    left = [f"#{each.number}" for each in missing if each not in waived]
    if left:
        return unmet(f"{path(release)} does not mention {', '.join(left)}")
    passed = f", except {len(waived)} waived" if waived else ""
    return met(f"the notes mention all {len(everything)} pull requests{passed}: {path(release)}")


def require_branch(sh: Reads, checkout: str, branch: str, version: Version) -> None:
    """Raise PreconditionError unless origin has the release branch: without it nothing was merged there."""
    names = sh.look(sh["git"]["-C", checkout]["for-each-ref", f"refs/remotes/origin/{branch}"])
    if not names:
        raise PreconditionError(
            f"origin has no branch {branch}, so there are no pull requests for the notes",
            f"scripts/invoke cut-branch --version {version}",
        )


def merged(sh: Reads, checkout: str, branch: str, version: Version) -> list[Merged]:
    """The pull requests behind the commits on `branch` of origin since the final before `version`, oldest first."""
    from releasing.version import finals  # noqa: PLC0415 - semver is not needed to list tasks

    git = sh["git"]["-C", checkout]
    tags = sh.read(git["tag", "--list", "v*", "--merged", f"origin/{branch}"]).split()
    before = [final for final in finals(tags) if final < version]
    since = [f"^{before[-1].tag}"] if before else []
    log = git[*LOG, "--first-parent", "--reverse", f"--format={FORMAT}", f"origin/{branch}", *since, "--"]
    return of(sh.read(log))


def of(log: str) -> list[Merged]:
    """The pull requests behind the commits of a `git log` in the format of FORMAT, each once."""
    fields = log.split("\0")
    found: dict[str, Merged] = {}
    for author, subject, body in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        if match := NUMBER.search(subject):
            number = match[1] or match[2]
            title = subject.removesuffix(match[0]).strip() if match[1] else body.strip().partition("\n")[0]
            found.setdefault(number, Merged(number, title or subject, author.strip()))
    return list(found.values())


def unmentioned(text: str, everything: Iterable[Merged]) -> list[Merged]:
    """The pull requests that `text` does not mention."""
    return [each for each in everything if not re.search(rf"#{each.number}\b", text)]


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
