"""Only what stops a candidate today can be waived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.errors import UsageError
from releasing.gates.waivable import described
from releasing.publication import notes
from tests.support.bare_repository import commit
from tests.support.local_github import LocalGitHub
from tests.support.releases import Origin, hosted

SLUG = "kubeflow/kubeflow"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    with hosted(tmp_path) as (plain, github):
        blockers = plain.release.config.blockers.model_copy(update={"labels": ("p0",)})
        config = plain.release.config.model_copy(update={"blockers": blockers})
        yield replace(plain, release=replace(plain.release, config=config)), github


def test_an_open_blocker_can_be_waived_and_its_title_is_told(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    number = github.api(f"repos/{SLUG}/issues", "-f", "title=Crash", "-f", "labels[]=p0")["number"]
    link = f"https://github.com/{SLUG}/issues/{number}"
    assert described(origin.release, origin.sh, f"#{number}") == f"waived: #{number} Crash ({link})"


@pytest.mark.parametrize("state", ["absent", "closed", "unlabelled"])
def test_an_issue_that_stops_nothing_cannot(world: tuple[Origin, LocalGitHub], state: str) -> None:
    origin, github = world
    github.api(f"repos/{SLUG}/issues", "-f", "title=Crash", "-f", "labels[]=p0")
    if state != "absent":
        label = "p1" if state == "unlabelled" else "p0"
        github.api(f"repos/{SLUG}/issues", "-f", "title=Two", "-f", f"labels[]={label}")
    if state == "closed":
        github.api("-X", "PATCH", f"repos/{SLUG}/issues/2", "-f", "state=closed")
    with pytest.raises(UsageError, match="--waive 2: it is no open blocker") as caught:
        described(origin.release, origin.sh, "2")
    assert "what can be waived now: #1 Crash" in caught.value.hint


def test_a_pull_request_that_the_notes_leave_out_can(world: tuple[Origin, LocalGitHub]) -> None:
    origin, _github = world
    commit(origin.bare, origin.release.branch, "a.txt", "a\n")
    git = origin.sh["git"]["--git-dir", str(origin.bare)]
    tree, parent = (origin.sh.read(git["rev-parse", f"v0.2-branch{end}"]) for end in ("^{tree}", ""))
    made = origin.sh.read(git["commit-tree", tree, "-p", parent, "-m", "Fix it (#31)"])
    origin.sh.run(git["update-ref", "refs/heads/v0.2-branch", made])
    origin.fetched()
    assert described(origin.release, origin.sh, "31") == "waived: #31 Fix it"
    file = notes.path(origin.release)
    file.parent.mkdir(parents=True)
    file.write_text("- Fix it (#31)\n")
    with pytest.raises(UsageError, match="what can be waived now: nothing"):
        described(origin.release, origin.sh, "31")


def test_a_claim_can_be_waived_by_its_name_and_nothing_else(world: tuple[Origin, LocalGitHub]) -> None:
    origin, _github = world
    assert described(origin.release, origin.sh, "latest") == "waived: the claim 'latest'"
    for text in ("lates", "", "-1", "12345678901", "all"):
        with pytest.raises(UsageError, match="expected the number of an issue, or a claim"):
            described(origin.release, origin.sh, text)
