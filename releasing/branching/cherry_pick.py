"""Cherry-picks in a scratch clone: all of the commits, or a clean clone and the commands to continue by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.changes import pull_requests
from releasing.errors import CommandError, PreconditionError
from releasing.shell.command import Command

if TYPE_CHECKING:
    from releasing.clients.git.commits import Commit
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@dataclass(frozen=True)
class Pick:
    """Commits to pick onto the release branch together, the oldest first, through the branch `head`.

    `reasons` belong to commits that are solely for the release; `again` is the command that requested the pick.
    """

    release: Release
    commits: tuple[Commit, ...]
    reasons: tuple[str, ...]
    head: str
    again: str

    def clone(self, sh: StepShell) -> Command:
        """Git in a new scratch clone with all of the commits picked.

        Raises PreconditionError at the first conflict, with a clean clone and the commands to do it by hand as hint.
        """
        # The last part of the name tells one pick from another.
        scratch = pull_requests.clone_to_edit(
            self.release, sh, self.head.rpartition("/")[2], self.release.branch
        )
        git = sh["git"]["-C", scratch]
        for commit in self.commits:
            try:
                sh.run(git[words(commit)])
            except CommandError:
                files = sh.read(git["diff", "--name-only", "--diff-filter=U", "-z"]).split("\0")[:-1]
                _clean(sh, git)
                if not files:
                    raise
                raise self._conflict(sh, commit, files) from None
        return git

    def _conflict(self, sh: StepShell, commit: Commit, files: list[str]) -> PreconditionError:
        return PreconditionError(
            f"{commit} conflicts with {self.release.branch} in {len(files)} file{'s' if len(files) > 1 else ''}; "
            f"nothing was pushed\n" + "\n".join(f"  {Command((file,))}" for file in files),
            "\n  ".join(["do it by hand, in a clone of your own:", *self._by_hand(sh, commit, files)]),
        )

    def _by_hand(self, sh: StepShell, conflicting: Commit, files: list[str]) -> list[str]:
        """Lines for a terminal that make the same branch; a person resolves the conflict."""
        folder = self.head.rpartition("/")[2]
        # The address that git uses here: a sandbox's repository has another address than the one on GitHub.
        url = sh.read(sh["git"]["ls-remote", "--get-url", self.release.url])
        git = Command(("git", "-C", folder))
        lines = [str(Command(("git", "clone", "--branch", self.release.branch, url, folder)))]
        for commit in self.commits:
            lines.append(str(git[words(commit)]))
            if commit is conflicting:
                lines.append("# resolve the conflicts in the files, then:")
                lines.append(str(git["add", "--", *files]))
                lines.append(str(git["cherry-pick", "--continue"]))
        push = git["push", "origin", f"HEAD:refs/heads/{self.head}"]
        return [*lines, str(push), f"{self.again}  # with the same options as now: opens the pull request"]


def words(commit: Commit) -> tuple[str, ...]:
    """The command that picks `commit`; a merge is picked as its difference to its first parent."""
    # An empty pick is kept: it records that the branch has the change, although not as the same patch.
    return (
        "cherry-pick",
        "-x",
        "--keep-redundant-commits",
        *(("-m", "1") if commit.is_merge else ()),
        commit.id,
    )


def _clean(sh: StepShell, git: Command) -> None:
    if sh.succeeds(git["rev-parse", "--quiet", "--verify", "CHERRY_PICK_HEAD"]):
        sh.run(git["cherry-pick", "--abort"])
