"""A local GitHub with a protected branch and people who may review, for tests."""

from __future__ import annotations

import json
from typing import Any

from tests.support.bare_repository import commit
from tests.support.local_github import LocalGitHub

REPO = "repos/kubeflow/kubeflow"
PULL = f"{REPO}/pulls/1"
MERGE = f"{PULL}/merge"


def protect(github: LocalGitHub, **rules: object) -> None:
    """Have one rule, for master and for no other branch."""
    protect_by({"master": rules}, github)


def protect_by(rules: object, github: LocalGitHub) -> None:
    """Have these rules by glob; any request makes git's hook follow them."""
    github.repository().beside("protection.json").write_text(json.dumps(rules))
    github.gh("api", REPO)


def known(github: LocalGitHub, **tokens: object) -> None:
    """Have these tokens and no others; the one of the tests is the manager's."""
    everybody = {"rehearsal": {"login": "manager"}, **tokens}
    (github.root / "tokens.json").write_text(json.dumps(everybody))


def opened(github: LocalGitHub, branch: str = "fix", base: str = "master") -> str:
    """Open a pull request of one commit; the commit."""
    made = commit(github.repository().path, branch, f"{branch}.txt", "fixed\n", start=base)
    github.api(f"{REPO}/pulls", "-f", f"title=Write {branch}", "-f", f"head={branch}", "-f", f"base={base}")
    return made


def reviewed(github: LocalGitHub, event: str, body: str = "Because.") -> Any:
    """Review the first pull request."""
    return github.api(f"{PULL}/reviews", "-f", f"event={event}", "-f", f"body={body}")


def standing(github: LocalGitHub, number: int = 1) -> str:
    """The mergeable_state of a pull request."""
    state: str = github.api(f"{REPO}/pulls/{number}")["mergeable_state"]
    return state
