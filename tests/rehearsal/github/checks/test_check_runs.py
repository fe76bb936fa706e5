"""Check runs on the local GitHub: told by the verdicts, or brought by an App's requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.bare_repository import bare_project, commit, head
from tests.support.local_github import SETTINGS, LocalGitHub, local_github

REPO = "repos/kubeflow/kubeflow"
MERGE = f"{REPO}/pulls/1/merge"
PAGE = "https://prow.example.org/7"


def opened(github: LocalGitHub) -> str:
    made = commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    github.api(f"{REPO}/pulls", "-f", "title=Fix it", "-f", "head=fix", "-f", "base=master")
    return made


def decide(github: LocalGitHub, verdicts: Mapping[str, Mapping[str, object]]) -> None:
    github.repository().beside("verdicts.json").write_text(json.dumps(verdicts))


def runs(github: LocalGitHub, commit_id: str, query: str = "") -> list[tuple[str, str, str | None]]:
    found = github.api(f"{REPO}/commits/{commit_id}/check-runs{query}")["check_runs"]
    return [(one["name"], one["status"], one["conclusion"]) for one in found]


def test_a_verdict_with_a_conclusion_is_a_check_run_and_no_status(github: LocalGitHub) -> None:
    made = opened(github)
    decide(github, {"*": {"presubmit": {"conclusion": "failure", "html_url": PAGE}}})
    assert github.api(f"{REPO}/commits/{made}/status")["statuses"] == []
    (run,) = github.api(f"{REPO}/commits/{made}/check-runs")["check_runs"]
    assert (run["name"], run["conclusion"], run["html_url"]) == ("presubmit", "failure", PAGE)
    status, body = github.refused("-X", "PUT", MERGE)
    assert (status, body["message"]) == (405, 'Required status check "presubmit" is failing.')


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped"])
def test_a_conclusion_that_is_no_failure_lets_a_merge_through(github: LocalGitHub, conclusion: str) -> None:
    opened(github)
    decide(github, {"*": {"presubmit": {"conclusion": conclusion}}})
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_a_check_run_is_in_progress_until_it_settles(tmp_path: Path) -> None:
    bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path, replace(SETTINGS, pending_seconds=3600)) as github:
        made = opened(github)
        decide(github, {made: {"presubmit": {"conclusion": "success"}}})
        assert runs(github, made) == [("presubmit", "in_progress", None)]
        assert "in progress" in github.refused("-X", "PUT", MERGE)[1]["message"]
        state = github.repository().read()
        github.repository().write(replace(state, heads={made: state.heads[made] - 3600}))
        assert runs(github, made) == [("presubmit", "completed", "success")]


def test_a_check_that_never_reports_is_expected_for_ever(github: LocalGitHub) -> None:
    made = opened(github)
    decide(github, {made: {"presubmit": None}})
    assert github.api(f"{REPO}/commits/{made}/status")["state"] == "pending"
    assert "is expected" in github.refused("-X", "PUT", MERGE)[1]["message"]


def test_a_postsubmit_on_the_default_branch_is_a_check_run_when_the_verdicts_say_so(
    github: LocalGitHub,
) -> None:
    decide(github, {"*": {"postsubmit": {"conclusion": "timed_out"}}})
    newest = head(github.repository().path, "master")
    assert runs(github, newest) == runs(github, "master") == [("postsubmit", "completed", "timed_out")]


def test_an_app_reports_a_run_and_then_how_it_ended(github: LocalGitHub) -> None:
    made = opened(github)
    words = ("-f", "name=e2e", "-f", f"head_sha={made}", "-f", "status=in_progress")
    run = github.api(f"{REPO}/check-runs", *words, "-f", f"details_url={PAGE}")
    assert runs(github, made) == [("e2e", "in_progress", None)]
    ended = ("-f", "conclusion=failure", "-f", "output[title]=Two failed", "-f", "output[summary]=a, b")
    done = github.api("-X", "PATCH", f"{REPO}/check-runs/{run['id']}", *ended)
    assert (done["status"], done["details_url"], done["output"]["title"]) == ("completed", PAGE, "Two failed")
    assert github.refused(f"{REPO}/check-runs", "-f", "name=e2e", "-f", f"head_sha={'0' * 40}")[0] == 422
    assert github.refused("-X", "PATCH", f"{REPO}/check-runs/99", "-f", "name=e2e")[0] == 404


def test_a_run_that_is_completed_needs_a_conclusion(github: LocalGitHub) -> None:
    words = ("-f", "name=e2e", "-f", f"head_sha={opened(github)}", "-f", "status=completed")
    assert github.refused(f"{REPO}/check-runs", *words)[1]["errors"][0]["field"] == "conclusion"


def test_the_latest_run_of_each_name_counts_and_all_are_there_to_be_asked_for(github: LocalGitHub) -> None:
    made = opened(github)
    for name, conclusion in (("e2e", "failure"), ("lint", "success"), ("e2e", "success")):
        words = ("-f", f"name={name}", "-f", f"head_sha={made}", "-f", f"conclusion={conclusion}")
        github.api(f"{REPO}/check-runs", *words)
    newest = [("e2e", "completed", "success"), ("lint", "completed", "success")]
    assert runs(github, made) == newest
    assert len(runs(github, made, "?filter=all")) == 3
    assert runs(github, made, "?check_name=lint&status=completed") == newest[1:]
    paged = ("--paginate", f"{REPO}/commits/{made}/check-runs?per_page=1", "--jq", ".check_runs[].name")
    assert github.gh("api", *paged).stdout.split() == ["e2e", "lint"]


def test_runs_of_one_name_from_several_suites_are_all_listed_and_required(github: LocalGitHub) -> None:
    made = opened(github)
    reports = ["success", {"conclusion": "success"}, {"conclusion": "failure"}]
    decide(github, {made: {"presubmit": reports}})
    assert sorted(runs(github, made)) == [
        ("presubmit", "completed", "failure"),
        ("presubmit", "completed", "success"),
    ]
    assert github.api(f"{REPO}/commits/{made}/status")["total_count"] == 1
    assert github.refused("-X", "PUT", MERGE)[0] == 405


def test_a_status_and_a_check_run_of_one_name_are_both_required(github: LocalGitHub) -> None:
    made = opened(github)
    words = ("-f", "name=presubmit", "-f", f"head_sha={made}", "-f", "conclusion=cancelled")
    github.api(f"{REPO}/check-runs", *words)
    assert github.api(f"{REPO}/commits/{made}/status")["state"] == "success"
    assert github.refused("-X", "PUT", MERGE)[0] == 405


def test_verdicts_that_cannot_be_read_are_told_with_their_file(github: LocalGitHub) -> None:
    made = opened(github)
    decide(github, {"*": {"presubmit": {"conclusion": "great"}}})
    status, body = github.refused(f"{REPO}/commits/{made}/status")
    assert (status, "kubeflow.verdicts.json" in body["message"], "conclusion" in body["message"]) == (
        500,
        True,
        True,
    )
    github.expect("status 500")
