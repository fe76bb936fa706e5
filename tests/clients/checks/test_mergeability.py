"""Pull requests are merged when GitHub's protection is content, on a local GitHub with rules of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.clients.checks import mergeability
from releasing.errors import PreconditionError, UnmetError
from releasing.shell.programs import Shell
from tests.support.bare_repository import commit, head
from tests.support.local_github import GH, LocalGitHub
from tests.support.protected_branch import known, protect, reviewed
from tests.support.releases import hosted

SLUG = "kubeflow/kubeflow"
PULL = f"repos/{SLUG}/pulls/1"


@pytest.fixture
def github(tmp_path: Path) -> Iterator[LocalGitHub]:
    """With one pull request from `fix` into master."""
    with hosted(tmp_path) as (origin, github):
        commit(origin.bare, "fix", "fix.txt", "fixed\n")
        words = ("-f", "title=Fix", "-f", "head=fix", "-f", "base=master")
        github.api(f"repos/{SLUG}/pulls", *words)
        yield github


def wait(github: LocalGitHub, head_commit: str = "", seconds: float = 5) -> None:
    wanted = head_commit or head(github.repository().path, "fix")
    path = os.pathsep.join([str(GH.parent), github.environment["PATH"]])
    sh = Shell({**github.environment, "PATH": path})
    mergeability.wait_until_mergeable(sh, SLUG, "1", wanted, ("presubmit",), seconds)


def test_a_pull_request_without_rules_may_be_merged_after_its_checks(
    github: LocalGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    wait(github)
    assert "kubeflow/kubeflow#1: may be merged at " in capsys.readouterr().out


def test_required_reviews_are_waited_for(github: LocalGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    protect(github, required_approving_reviews=1, required_contexts=["presubmit"])
    github.api(f"{PULL}/requested_reviewers", "-f", "reviewers[]=grace")
    with pytest.raises(UnmetError, match=r"after 0 minutes: reviews, or .* \(requested from: grace\)"):
        wait(github, seconds=0)
    known(github, grace={"login": "grace"})
    reviewed(github.of("grace"), "APPROVE")
    wait(github)
    assert "may be merged" in capsys.readouterr().out


def test_a_merge_queue_is_left_to_people(github: LocalGitHub) -> None:
    protect(github, merge_queue=True, required_contexts=["presubmit"])
    with pytest.raises(UnmetError, match="the merge queue of master: add the pull request to it"):
        wait(github, seconds=0)


def test_what_was_merged_meanwhile_is_not_waited_for(
    github: LocalGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    tested = head(github.repository().path, "fix")
    wait(github, tested)
    github.api("-X", "PUT", f"{PULL}/merge", "-f", "merge_method=squash")
    wait(github, tested)
    assert "kubeflow/kubeflow#1: merged at " in capsys.readouterr().out


def test_a_push_in_between_ends_the_wait(github: LocalGitHub) -> None:
    tested = head(github.repository().path, "fix")
    pushed = commit(github.repository().path, "fix", "fix.txt", "fixed better\n")
    with pytest.raises(
        UnmetError, match=f"{pushed[:12]} was pushed meanwhile; {tested[:12]} is no longer its head"
    ):
        wait(github, tested)


def test_a_closed_pull_request_ends_the_wait(github: LocalGitHub) -> None:
    github.api("-X", "PATCH", PULL, "-f", "state=closed")
    with pytest.raises(PreconditionError, match="pull/1 was closed without being merged"):
        wait(github)


def test_a_conflict_ends_the_wait(github: LocalGitHub) -> None:
    commit(github.repository().path, "master", "fix.txt", "fixed otherwise\n")
    with pytest.raises(UnmetError, match="pull/1 conflicts with master"):
        wait(github)


def test_a_failed_check_ends_the_wait_with_its_link(github: LocalGitHub) -> None:
    tested = head(github.repository().path, "fix")
    words = ("-f", "context=presubmit", "-f", "state=failure", "-f", "target_url=https://prow.example.org/1")
    github.api(f"repos/{SLUG}/statuses/{tested}", *words)
    with pytest.raises(UnmetError, match=r"presubmit: failure \(https://prow\.example\.org/1\)"):
        wait(github)
