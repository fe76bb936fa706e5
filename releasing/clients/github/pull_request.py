"""A pull request on GitHub, and the queries that find them; clients/checks/mergeability.py waits for a merge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from releasing.clients.github import api
from releasing.errors import CommandError
from releasing.shell.workers import workers

if TYPE_CHECKING:
    from releasing.shell.command import Command
    from releasing.shell.protocol import Commands, Reads

AT_ONCE = 8
ALIVE = 'select(.state == "open" or .merged_at != null)'
ROW = (
    "[.number, .title, .state, .merged_at != null, .base.ref,"
    ' (.head.label // ""), .head.sha, (.merge_commit_sha // ""), [.labels[].name], (.body // ""), .user.login,'
    ' [.requested_reviewers[]?.login], .draft, (.mergeable_state // "unknown"), .html_url] | @json'
)


@dataclass(frozen=True)
class PullRequest:
    """A pull request as GitHub shows it now.

    `head` is OWNER:BRANCH and `tip` its commit; `merge_commit` is the commit that the merge made, or would make;
    `mergeable` is GitHub's mergeable_state, which lists do not have.
    """

    number: int
    title: str
    state: str
    merged: bool
    base: str
    head: str
    tip: str
    merge_commit: str
    labels: tuple[str, ...]
    body: str
    author: str
    reviewers: tuple[str, ...] = ()
    draft: bool = False
    mergeable: str = "unknown"
    url: str = ""

    @classmethod
    def parse(cls, row: str) -> PullRequest:
        """The pull request in a line of the output of ROW."""
        values: Any = [tuple(each) if isinstance(each, list) else each for each in json.loads(row)]
        return cls(*values)

    @property
    def is_alive(self) -> bool:
        """Whether it is open or merged; false when somebody closed it."""
        return self.merged or self.state == "open"


@dataclass(frozen=True)
class PullRequests:
    """The pull requests of the repository `slug` (OWNER/NAME), asked for and changed through `sh`."""

    slug: str
    sh: Commands

    def onto(self, branch: str, head: str = "") -> list[PullRequest]:
        """Every pull request into `branch`, the newest first; only those of `head` (OWNER:BRANCH) if it is given."""
        query = [("per_page", "100"), ("base", branch), ("state", "all")]
        query += [("head", head)] if head else []
        return rows(self.sh, api.question(self._path(), f".[] | {ROW}", query, pages=True))

    def labelled(self, label: str) -> list[PullRequest]:
        """Every merged pull request with `label`, the newest first."""
        query = [("per_page", "100"), ("labels", label), ("state", "closed")]
        only = ".[] | select(.pull_request) | .number"
        numbers = self.sh.read(api.question(f"repos/{self.slug}/issues", only, query, pages=True)).split()
        # The answer on an issue does not have its merge commit.
        with workers(AT_ONCE) as pool:
            found = [*pool.map(lambda number: read(self.sh, self.slug, number), numbers)]
        return [each for each in found if each.merged]

    def introducing(self, commit: str) -> list[PullRequest]:
        """The merged pull requests that `commit` belongs to."""
        return introducing(self.sh, self.slug, commit)

    def newest(self, head: str, base: str, state: str, wanted: str) -> Command:
        """The command that prints `wanted` (jq) of the newest pull request of `head` into `base` in `state`."""
        query = [("head", head), ("base", base), ("state", state)]
        return api.question(self._path(), f".[0] // empty | {wanted}", query)

    def open(self, title: str, head: str, base: str, body: str) -> CommandError | None:
        """Open a pull request of the branch `head` into `base`.

        Returns the error when GitHub refused or the answer was lost but the pull request exists; otherwise raises it.
        """
        fields = (("title", title), ("head", head), ("base", base), ("body", body))
        try:
            self.sh.run(api.change("POST", self._path(), *api.text_fields(fields)))
        except CommandError as error:
            owner = self.slug.partition("/")[0]
            if not self.sh.look(self.newest(f"{owner}:{head}", base, "all", f"{ALIVE} | .number")):
                raise
            return error
        return None

    def _path(self, number: int | str = "") -> str:
        return f"repos/{self.slug}/pulls/{number}".rstrip("/")


def rows(sh: Reads, command: Command) -> list[PullRequest]:
    """The pull requests that `command` prints, each as a line of ROW."""
    return [PullRequest.parse(row) for row in sh.read(command).split("\n") if row]


def introducing(sh: Reads, slug: str, commit: str) -> list[PullRequest]:
    """The merged pull requests of `slug` that `commit` belongs to."""
    path = f"repos/{slug}/commits/{commit}/pulls"
    found = rows(sh, api.question(path, f".[] | {ROW}", [("per_page", "100")], pages=True))
    return [each for each in found if each.merged]


def read(sh: Reads, slug: str, number: int | str) -> PullRequest:
    """The pull request `number` of `slug`."""
    return PullRequest.parse(sh.read(api.question(f"repos/{slug}/pulls/{number}", ROW)))
