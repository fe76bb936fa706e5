"""A final tag is pushed only where everything that comes after it will go well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.gates import vote_record
from releasing.publication import notes
from releasing.runbook import waivers
from releasing.steps.release_final import check_vote, vote_has_passed
from tests.support.bare_repository import commit
from tests.support.releases import Origin, hosted

EVIDENCE = "https://example.org/votes/1"


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    with hosted(tmp_path) as (plain, _github):
        file = notes.path(plain.release)
        file.parent.mkdir(parents=True)
        file.write_text("- new\n")
        commit(plain.bare, "v0.2-branch", "fix.txt", "fixed\n")
        yield replace(plain, release=replace(plain.release, final=True))


def tag(origin: Origin, at: str) -> None:
    git = origin.sh["git"]["--git-dir", str(origin.bare)]
    origin.sh.run(git["tag", "--annotate", "v0.2.1-rc.0", at, "-m", "candidate"])
    origin.fetched()


def refused(origin: Origin) -> str:
    """What the check says, and the step as well before it does anything."""
    finding = vote_has_passed(origin.release, origin.sh)
    assert not finding.holds
    with pytest.raises(PreconditionError) as caught:
        check_vote.action(origin.release, origin.sh)
    assert caught.value.message == finding.text
    return finding.text


def test_a_candidate_whose_vote_passed_may_be_released(origin: Origin) -> None:
    tag(origin, "v0.2-branch")
    vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    assert vote_has_passed(origin.release, origin.sh).holds


def test_a_candidate_on_the_commit_of_another_final_is_not_released(origin: Origin) -> None:
    tag(origin, "v0.2.0")
    vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    assert '"own commit": ' in refused(origin)
    waivers.record(origin.sh.journal, "check-vote", "own commit", "a number was burnt")
    assert vote_has_passed(origin.release, origin.sh).holds


def test_a_candidate_off_the_release_branch_is_not_voted_for_but_may_be_voted_down(origin: Origin) -> None:
    tag(origin, "master")
    with pytest.raises(
        PreconditionError, match=r"which is not on v0\.2-branch; the final would be no better"
    ):
        vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    assert "failed" in vote_record.record(origin.release, origin.sh, "failed", EVIDENCE)


def test_a_candidate_that_left_the_branch_after_its_vote_is_not_released(origin: Origin) -> None:
    tag(origin, "v0.2-branch")
    vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    git = origin.sh["git"]["--git-dir", str(origin.bare)]
    origin.sh.run(git["update-ref", "refs/heads/v0.2-branch", "refs/heads/master"])
    made = commit(origin.bare, "other", "x", "y\n", start="v0.3")
    origin.sh.run(git["update-ref", "refs/heads/v0.2-branch", made])
    origin.fetched()
    assert "which is not on v0.2-branch" in refused(origin)


def test_a_candidate_that_somebody_else_tagged_needs_its_notes_first(origin: Origin) -> None:
    tag(origin, "v0.2-branch")
    vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    notes.path(origin.release).unlink()
    assert refused(origin).startswith("release notes are missing: ")


def test_files_that_release_verify_would_find_wrong_stop_the_final(origin: Origin) -> None:
    commit(origin.bare, "v0.2-branch", "group.go", 'const version = "v0.2.1-rc.0"\n')
    tag(origin, "v0.2-branch")
    vote_record.record(origin.release, origin.sh, "passed", EVIDENCE)
    assert "group.go:1: v0.2.1-rc.0" in refused(origin)
