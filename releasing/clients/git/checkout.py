"""A clone of a repository: what origin has, always read through git."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.shell.command import Command
    from releasing.shell.protocol import Commands, Reads

REFSPEC = "+refs/heads/*:refs/remotes/origin/*"
# People colour, number and verify what git shows them (color.ui, grep.lineNumber, log.showSignature).
GREP = ("grep", "--no-color", "--no-line-number", "--no-column", "-I", "-z", "-F")
PORTION = 2000  # blobs that are read at once
LOG = ("log", "--no-show-signature")


@dataclass(frozen=True)
class Checkout:
    """The clone at `path`, read and changed through `sh`."""

    path: str
    sh: Commands

    @property
    def git(self) -> Command:
        """Git in the clone."""
        return self.sh["git"]["-C", self.path]

    def fetch(self) -> Command:
        """The command that brings the clone up to origin; tags that moved there move here, too."""
        return self.git["fetch", "--quiet", "--prune", "--force", "--tags", "origin", REFSPEC]

    def listed(self, ref: str) -> Command:
        """The command that lists `ref` on origin; its output is empty when origin has no such ref."""
        return self.git["ls-remote", "origin", ref]

    def commit_of(self, ref: str) -> str | None:
        """The commit that `ref` (refs/heads/… or refs/tags/…, annotated or not) names on origin now."""
        lines = self.sh.read(self.listed(f"{ref}*")).splitlines()
        found = {name: commit for commit, name in (line.split("\t") for line in lines)}
        return found.get(f"{ref}^{{}}", found.get(ref))

    def head(self, branch: str) -> str:
        """The commit at the head of `branch`, as last fetched."""
        return self.sh.read(
            self.git["rev-parse", "--verify", f"origin/{branch}"], pending=f"head of {branch}"
        )

    def tagged(self, tag: str) -> str:
        """The commit that `tag` names in the clone."""
        command = self.git["rev-parse", "--verify", f"{tag}^{{commit}}"]
        return self.sh.read(command, pending=f"commit of {tag}")

    def tags(self, pattern: str) -> list[str]:
        """The names of the tags on origin that match the glob `pattern`."""
        lines = self.sh.read(self.git["ls-remote", "--refs", "--tags", "origin", pattern]).splitlines()
        return [line.split("\t")[1].removeprefix("refs/tags/") for line in lines]

    @property
    def branches(self) -> list[str]:
        """The branches of origin, as last fetched."""
        shape = ("--format=%(refname:lstrip=3)", "refs/remotes/origin")
        return self.sh.read(self.git["for-each-ref", *shape]).split()

    def has(self, revision: str) -> bool:
        """Whether the clone knows `revision`."""
        return self.sh.succeeds(self.git["rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}"])

    def contains(self, newer: str, older: str) -> bool:
        """Whether the history of the commit `newer` has `older`; both are in the clone."""
        return self.sh.succeeds(self.git["merge-base", "--is-ancestor", older, newer])

    def is_on(self, commit: str, branch: str) -> bool:
        """Whether `commit` is on `branch` of origin, as last fetched."""
        return self.contains(f"origin/{branch}", commit)

    def file_at(self, revision: str, path: str) -> bytes | None:
        """The content of `path` at `revision`; None when the file does not exist there."""
        return dict(self.contents(revision, [path])).get(path)

    def files_naming(
        self, revision: str, words: tuple[str, ...], also: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, bytes]]:
        """Path and content at `revision` of each text file that contains one of `words`, and of `also`."""
        options = [option for word in words for option in ("-e", word)]
        found = self.paths_found(self.git[*GREP, "-l", "--full-name", *options, revision], revision)
        return self.contents(revision, sorted({*found, *also}))

    def paths_found(self, search: Command, revision: str) -> list[str]:
        """The paths that `search`, a git grep -l of `revision`, finds; empty when it finds no match."""
        found = self.sh.read(search).split("\0")[:-1] if self.sh.succeeds(search) else []
        return [line.removeprefix(f"{revision}:") for line in found]

    def contents(self, revision: str, paths: list[str]) -> Iterator[tuple[str, bytes]]:
        """Path and content at `revision` of those `paths` that are there, in one reading."""
        names = self._names(revision, paths)
        for path, content in zip(names, self._read(names.values()), strict=True):
            if content is not None:
                yield path, content

    def blobs(self, identities: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Path and content of blobs, given the id of each by path: read in portions, and equal ones kept once."""
        known: dict[str, bytes | None] = {}
        rest = iter(identities.items())
        while portion := [*islice(rest, PORTION)]:
            asked = [*dict.fromkeys(each for _, each in portion if each not in known)]
            known |= zip(asked, self._read(asked), strict=True)
            yield from ((path, found) for path, each in portion if (found := known[each]) is not None)

    def _read(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The contents that a batch calls `names`, in their order; None for one that is not there."""
        asked = "".join(f"{each}\n" for each in names)
        whole, at = self.sh.output(self.git["cat-file", "--batch"], stdin=asked) if asked else b"", 0
        while at < len(whole):
            end = whole.index(b"\n", at)
            header, at = whole[at:end], end + 1
            if header.endswith(b" missing"):
                yield None
                continue
            size = int(header.split()[-1])
            yield whole[at : at + size]
            at += size + 1

    def _names(self, revision: str, paths: list[str]) -> dict[str, str]:
        """What a line of a batch calls each of `paths`; one that would break the line by its content's id."""
        odd = {path for path in paths if not _fits_a_line(path)}
        identities = self._identities(revision, odd) if odd else {}
        names = {path: identities.get(path) if path in odd else f"{revision}:{path}" for path in paths}
        return {path: name for path, name in names.items() if name}

    def _identities(self, revision: str, paths: set[str]) -> dict[str, str]:
        """The id of the content that each of `paths` has at `revision`, those that are not there apart."""
        listed = self.sh.look(self.git["ls-tree", "-r", "-z", "--full-tree", revision]).split("\0")
        rows = (row.partition("\t") for row in listed if row)
        return {path: head.split(" ")[2] for head, _, path in rows if path in paths}


def is_shallow(sh: Reads, path: str) -> bool:
    """Whether the history of the repository at `path` ends before its beginning."""
    return sh.read(sh["git"]["-C", path, "rev-parse", "--is-shallow-repository"]) == "true"


def _fits_a_line(path: str) -> bool:
    """Whether git reads `path` as it is from a line, whose end may be \\n or \\r\\n."""
    return "\n" not in path and not path.endswith("\r")
