"""What origin has: refs, commits and files, read through git and never from memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.release import Undertaking
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command

REFSPEC = "+refs/heads/*:refs/remotes/origin/*"
# People colour, number and verify what git shows them (color.ui, grep.lineNumber, log.showSignature).
GREP = ("grep", "--no-color", "--no-line-number", "--no-column", "-I", "-z", "-F")
LOG = ("log", "--no-show-signature")


def git(release: Undertaking, sh: StepShell) -> Command:
    """Git in our own clone of the repository."""
    return sh["git"]["-C", release.checkout]


def fetch(release: Undertaking, sh: StepShell) -> Command:
    """The command that brings our clone up to origin; tags that moved there move here, too."""
    return git(release, sh)["fetch", "--quiet", "--prune", "--force", "--tags", "origin", REFSPEC]


def listed(release: Undertaking, sh: StepShell, ref: str) -> Command:
    """The command that lists `ref` on origin, and nothing when it is not there."""
    return git(release, sh)["ls-remote", "origin", ref]


def commit_of(release: Undertaking, sh: StepShell, ref: str) -> str | None:
    """The commit that `ref` (refs/heads/… or refs/tags/…, annotated or not) names on origin now."""
    lines = sh.read(listed(release, sh, f"{ref}*")).splitlines()
    found = {name: commit for commit, name in (line.split("\t") for line in lines)}
    return found.get(f"{ref}^{{}}", found.get(ref))


def head(release: Undertaking, sh: StepShell, branch: str) -> str:
    """The commit at the head of `branch`, as last fetched."""
    return sh.read(git(release, sh)["rev-parse", "--verify", f"origin/{branch}"], pending=f"head of {branch}")


def tagged(release: Undertaking, sh: StepShell, tag: str) -> str:
    """The commit that `tag` names in our clone."""
    command = git(release, sh)["rev-parse", "--verify", f"{tag}^{{commit}}"]
    return sh.read(command, pending=f"commit of {tag}")


def tags(release: Undertaking, sh: StepShell, pattern: str) -> list[str]:
    """The names of the tags on origin that match the glob `pattern`."""
    lines = sh.read(git(release, sh)["ls-remote", "--refs", "--tags", "origin", pattern]).splitlines()
    return [line.split("\t")[1].removeprefix("refs/tags/") for line in lines]


def has(release: Undertaking, sh: StepShell, revision: str) -> bool:
    """Whether our clone knows `revision`."""
    return sh.shell.succeeds(git(release, sh)["rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}"])


def contains(release: Undertaking, sh: StepShell, newer: str, older: str) -> bool:
    """Whether the history of the commit `newer` has `older`; both are in our clone."""
    return sh.shell.succeeds(git(release, sh)["merge-base", "--is-ancestor", older, newer])


def is_on(release: Undertaking, sh: StepShell, commit: str, branch: str) -> bool:
    """Whether `commit` is on `branch` of origin, as last fetched."""
    return contains(release, sh, f"origin/{branch}", commit)


def file_at(release: Undertaking, sh: StepShell, revision: str, path: str) -> bytes | None:
    """The content of `path` at `revision`; None when it is not there."""
    return dict(contents(release, sh, revision, [path])).get(path)


def files_naming(
    release: Undertaking, sh: StepShell, revision: str, words: tuple[str, ...], also: tuple[str, ...] = ()
) -> Iterator[tuple[str, bytes]]:
    """Path and content at `revision` of each text file that contains one of `words`, and of `also`."""
    options = [option for word in words for option in ("-e", word)]
    search = git(release, sh)[*GREP, "-l", "--full-name", *options, revision]
    found = sh.read(search).split("\0")[:-1] if sh.shell.succeeds(search) else []
    paths = {line.removeprefix(f"{revision}:") for line in found} | set(also)
    return contents(release, sh, revision, sorted(paths))


def contents(
    release: Undertaking, sh: StepShell, revision: str, paths: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Path and content at `revision` of those `paths` that are there, in one reading."""
    asked = "".join(f"{revision}:{path}\n" for path in paths)
    answer = sh.shell.read(git(release, sh)["cat-file", "--batch"], stdin=asked)
    whole, at = answer.encode(errors="surrogateescape") + b"\n", 0
    for path in paths:
        end = whole.index(b"\n", at)
        header, at = whole[at:end], end + 1
        if header.endswith(b" missing"):
            continue
        size = int(header.split()[-1])
        # The shell takes trailing newlines off, here those of the last file.
        yield path, whole[at : at + size].ljust(size, b"\n")
        at += size + 1
