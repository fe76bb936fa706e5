"""The pull requests of a release: those behind the commits of its branch that no earlier final had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from releasing.clients.git.checkout import LOG, is_shallow
from releasing.clients.git.commits import picked_from
from releasing.clients.github import api
from releasing.clients.github.pull_request import ROW, PullRequest, introducing, read, rows
from releasing.errors import CommandError, PreconditionError

if TYPE_CHECKING:
    from releasing.shell.protocol import Reads
    from releasing.version import Version

# A squash names its pull request at the end of the subject, a merge at the beginning.
NUMBER = re.compile(r"\(#(\d+)\)$|^Merge pull request #(\d+) ")
ALL_NUMBERS = re.compile(r"\(#(\d+)\)(?=(?:\s*\(#\d+\))*$)|^Merge pull request #(\d+) ")
FORMAT = "%H%x00%an%x00%s%x00%b%x00"
FIELDS = FORMAT.count("%x00")
AT_ONCE = 8
MOST = 100  # commits, or pull requests, that GitHub is asked about one by one


@dataclass(frozen=True)
class Merged:
    """A pull request that a commit came from; `known` is what GitHub says of it, where it was asked."""

    number: str
    title: str
    author: str
    commit: str = field(default="", compare=False)
    known: PullRequest | None = field(default=None, compare=False)


@dataclass(frozen=True)
class PullHistory:
    """Where pull requests are read: a clone, its repository `slug` on GitHub, and what begins our own branches."""

    sh: Reads
    checkout: str
    slug: str
    prefix: str

    def require_branch(self, branch: str, version: Version) -> None:
        """Raise PreconditionError unless origin has the release branch: without it nothing was merged there."""
        names = self.sh["git"]["-C", self.checkout]["for-each-ref", f"refs/remotes/origin/{branch}"]
        if not self.sh.read(names):
            raise PreconditionError(
                f"origin has no branch {branch}, so there are no pull requests for the notes",
                f"scripts/invoke cut-branch --version {version}",
            )

    def merged(self, revision: str, version: Version) -> list[Merged]:
        """The pull requests behind the commits of `revision` that no final before `version` had, oldest first.

        Those that this tool opened and GitHub was asked about are left out. Raises PreconditionError for a shallow
        clone, whose history does not reach back to the final before.
        """
        self._require_history()
        before = [f"refs/tags/{tag}" for tag in self._finals(version)]
        ours = [f"^{tag}" for tag in before]
        commits = [*self._log("--first-parent", "--reverse", revision, *ours)]
        # On release branches, finals have what was picked from the default branch.
        elsewhere = [*self._log(*before, f"^{revision}")] if before else []
        picked = {source for each in elsewhere for source in picked_from(each.message)}
        had = {number for each in elsewhere for number in each.numbers}
        new = [each for each in commits if each.id not in picked]
        found = {each.number: each for each in reversed([*self._named(new)]) if each.number not in had}
        return [*reversed(found.values())]

    def previous(self, version: Version) -> str:
        """The tag of the final before `version`; empty without one."""
        return next(iter(self._finals(version)), "")

    def missing(self, text: str, everything: Iterable[Merged], most: int = MOST) -> list[Merged]:
        """The pull requests that `text` does not mention, but for those that this tool opened.

        GitHub is asked about the first `most`: a rebased commit's subject may have the number of something else.
        """
        left = unmentioned(text, everything)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [*pool.map(self._confirmed, left[:most])]
        known = {each.number: each for each in asked if not self._is_ours(each.known)}
        return unmentioned(text, [*known.values(), *left[most:]])

    def _finals(self, version: Version) -> list[str]:
        """The tags of the finals before `version`, the newest first."""
        from releasing.version import final_tags  # noqa: PLC0415 - semver is not needed to list tasks

        tags = self.sh.read(self.sh["git"]["-C", self.checkout, "tag", "--list", "v*"]).split()
        return [tag for final, tag in reversed(final_tags(tags).items()) if final < version]

    def _require_history(self) -> None:
        if is_shallow(self.sh, self.checkout):
            raise PreconditionError(
                f"{self.checkout} is a shallow clone: its history ends before the previous release, so that pull "
                "requests would be missing from the notes",
                f"get all of it: git -C {self.checkout} fetch --unshallow",
            )

    def _log(self, *words: str) -> Iterator[_Commit]:
        log = self.sh["git"]["-C", self.checkout, *LOG, f"--format={FORMAT}", *words, "--"]
        return logged(self.sh.read(log))

    def _named(self, commits: list[_Commit]) -> Iterator[Merged]:
        """The pull request of each commit: by its subject, or else by GitHub; nothing for a commit without one."""
        answers = self._introducing([each.id for each in commits if not each.by_subject])
        for each in commits:
            if by_subject := each.by_subject:
                yield by_subject
            elif (found := answers.get(each.id)) and not self._is_ours(found):
                yield _of_answer(found, each.id)

    def _introducing(self, commits: list[str]) -> dict[str, PullRequest]:
        """The merged pull request that each of `commits` belongs to, where it belongs to one."""
        if len(commits) > MOST:
            path = f"repos/{self.slug}/pulls?state=closed&per_page=100"
            every = api.question(path, f".[] | select(.merged_at) | {ROW}", pages=True)
            return {each.merge_commit: each for each in rows(self.sh, every)}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = zip(commits, pool.map(self._introduced, commits), strict=True)
            return {commit: found for commit, found in answers if found}

    def _introduced(self, commit: str) -> PullRequest | None:
        try:
            found = introducing(self.sh, self.slug, commit)
        except CommandError as error:
            # Not pushed, or of a repository that was moved.
            if not re.search(r"HTTP 4(04|22)", error.message):
                raise
            return None
        # A later merge of one branch into another has the commit, too.
        return min(found, key=lambda each: (each.merge_commit != commit, each.number), default=None)

    def _confirmed(self, each: Merged) -> Merged:
        """The pull request as GitHub knows it; another one, if its commit came by that."""
        if each.known:
            return each
        try:
            known = read(self.sh, self.slug, each.number)
        except CommandError as error:
            # An issue, or a number of a repository that was moved.
            if "HTTP 404" not in error.message:
                raise
            known = None
        if known and known.merge_commit == each.commit:
            return replace(each, known=known)
        other = self._introduced(each.commit) if each.commit else None
        return _of_answer(other, each.commit) if other else replace(each, known=known)

    def _is_ours(self, known: PullRequest | None) -> bool:
        """Whether this tool opened it; a pick brings a change of somebody else, which counts."""
        owner, prefix = re.escape(self.slug.partition("/")[0]), re.escape(self.prefix)
        form = rf"{owner}:{prefix}v\d+\.\d+\.\d+(-rc\.\d+)?/(?!pick-)[^/]+"
        return known is not None and re.fullmatch(form, known.head) is not None


@dataclass(frozen=True)
class _Commit:
    """A commit of a log, as far as pull requests matter."""

    id: str
    author: str
    subject: str
    body: str

    @property
    def message(self) -> str:
        return f"{self.subject}\n\n{self.body}"

    @property
    def numbers(self) -> list[str]:
        """Every number at the end of the subject: a pick keeps that of its source."""
        return [squash or merge for squash, merge in ALL_NUMBERS.findall(self.subject)]

    @property
    def by_subject(self) -> Merged | None:
        """The pull request that the subject names."""
        if (match := NUMBER.search(self.subject)) is None:
            return None
        title = self.subject.removesuffix(match[0]) if match[1] else self.body.strip().partition("\n")[0]
        return Merged(match[1] or match[2], title.strip() or self.subject, self.author, self.id)


def logged(log: str) -> Iterator[_Commit]:
    """The commits of a `git log` in the format of FORMAT."""
    fields = log.split("\0")
    for at in range(0, len(fields) - FIELDS, FIELDS):
        commit, author, subject, body = fields[at : at + FIELDS]
        yield _Commit(commit.strip(), author, subject, body)


def unmentioned(text: str, everything: Iterable[Merged]) -> list[Merged]:
    """The pull requests that `text` does not mention."""
    return [each for each in everything if not re.search(rf"#{each.number}\b", text)]


def _of_answer(found: PullRequest, commit: str) -> Merged:
    return Merged(str(found.number), found.title, found.author, commit, found)
