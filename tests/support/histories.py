"""Histories as people make them: commits, picks and merges in a clone of their own, and pull requests on GitHub."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.local_github import LocalGitHub

PERSON = {
    "GIT_AUTHOR_NAME": "Grace",
    "GIT_AUTHOR_EMAIL": "grace@example.org",
    "GIT_COMMITTER_NAME": "Grace",
    "GIT_COMMITTER_EMAIL": "grace@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_EDITOR": "true",
}

# Nobody's push goes on before that of the other has come this far; not for ever, should one never come.
TOGETHER = """\
touch "$0.$$"
for _ in $(seq 3000); do
    [ "$(ls "$0".* | wc -l)" -ge 2 ] && exit 0
    sleep 0.02
done
exit 1"""


@dataclass(frozen=True)
class Workplace:
    """Somebody's clone of a bare repository; what is made there is on origin at once."""

    folder: Path

    @classmethod
    def of(cls, bare: Path, folder: Path) -> Workplace:
        """A new clone of `bare` in `folder`."""
        subprocess.run(["git", "clone", "--quiet", bare, folder], check=True)
        return cls(folder)

    def git(self, *words: str) -> str:
        """The output of git in the clone; the test fails when it fails."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-C", self.folder, *words],
            env=environment | PERSON,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def on(self, branch: str, start: str = "master") -> None:
        """Go to `branch` as it is on origin; it begins at `start` when it is not there."""
        self.git("fetch", "--quiet", "origin")
        known = self.git("ls-remote", "origin", f"refs/heads/{branch}")
        self.git("checkout", "--quiet", "-B", branch, "--no-track", f"origin/{branch if known else start}")

    def pushed(self) -> str:
        """Put the branch that is checked out on origin; its commit."""
        self.git("push", "--quiet", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def write(self, branch: str, file: str, text: str, message: str = "", start: str = "master") -> str:
        """Commit one file on `branch`."""
        self.on(branch, start)
        (self.folder / file).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message or f"Write {file}")
        return self.pushed()

    def pick(self, branch: str, commit: str, *options: str) -> str:
        """Cherry-pick onto `branch`; where it conflicts, the commit's side is taken."""
        self.on(branch)
        self.git("cherry-pick", "--allow-empty", "--strategy-option=theirs", *options, commit)
        return self.pushed()

    def merge(self, branch: str, other: str) -> str:
        """Merge `other` of origin into `branch` with a commit of its own."""
        self.on(branch)
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {other}", f"origin/{other}")
        return self.pushed()


def hook(bare: Path, name: str, body: str) -> None:
    """Give a bare repository a hook of shell lines."""
    path = bare / "hooks" / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@dataclass(frozen=True)
class Merged:
    """A pull request that was merged: its number, and the commit that the merge made."""

    number: int
    commit: str


def merged(
    github: LocalGitHub,
    head: str,
    base: str,
    labels: tuple[str, ...] = (),
    method: str = "squash",
    body: str = "",
) -> Merged:
    """Open a pull request of the branch `head`, label it and merge it."""
    number = proposed(github, head, base, labels, body)
    made = github.api(
        "-X", "PUT", f"repos/kubeflow/kubeflow/pulls/{number}/merge", "-f", f"merge_method={method}"
    )
    return Merged(number, made["sha"])


def proposed(github: LocalGitHub, head: str, base: str, labels: tuple[str, ...] = (), body: str = "") -> int:
    """Open a pull request of the branch `head` and label it; its number."""
    fields = (f"title=Merge {head}", f"head={head}", f"base={base}", f"body={body}")
    pulls = "repos/kubeflow/kubeflow/pulls"
    number: int = github.api(pulls, *(word for field in fields for word in ("-f", field)))["number"]
    if labels:
        marks = [word for label in labels for word in ("-f", f"labels[]={label}")]
        github.api(f"repos/kubeflow/kubeflow/issues/{number}/labels", *marks)
    return number
