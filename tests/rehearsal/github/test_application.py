"""The local GitHub as a server: what it refuses, what the validator finds, and the faults it commits."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.rehearsal.github.application import application, serving
from releasing.rehearsal.github.faults import Kind
from tests.support.bare_repository import bare_project, commit, head
from tests.support.local_github import SETTINGS, LocalGitHub, local_github

REPO = "repos/kubeflow/kubeflow"


def test_the_user_is_the_one_of_the_settings(github: LocalGitHub) -> None:
    assert github.gh("api", "user", "--jq", ".login").stdout.strip() == "manager"


def test_a_repository_tells_its_default_branch(github: LocalGitHub) -> None:
    assert github.api(REPO)["default_branch"] == "master"
    assert github.refused("repos/kubeflow/nothing")[0] == 404


def test_an_unknown_path_is_404_in_json_and_a_violation(github: LocalGitHub) -> None:
    status, body = github.refused(f"{REPO}/nothing")
    assert (status, body["message"], body["status"]) == (404, "Not Found", "404")
    github.expect("GitHub describes no such operation")


def test_a_method_that_a_path_does_not_know_is_404(github: LocalGitHub) -> None:
    assert github.refused("-X", "DELETE", f"{REPO}/pulls")[0] == 404
    github.expect("GitHub describes no such operation")


def test_missing_and_unknown_and_mistyped_fields_are_told_all_at_once(github: LocalGitHub) -> None:
    words = ("-f", "titel=T", "-f", "head=master", "-f", "draft=yes")
    status, body = github.refused(f"{REPO}/pulls", *words)
    assert status == 422
    assert {error["field"] for error in body["errors"]} == {"title", "base", "titel", "draft"}
    assert '"titel" is not a permitted key.' in body["message"]
    github.expect("unknown in the body: titel")
    github.expect("'base' is a required property")
    github.expect("draft: 'yes' is not of type 'boolean'")


def test_an_unknown_name_in_a_query_is_a_violation(github: LocalGitHub) -> None:
    github.api(f"{REPO}/pulls?haed=kubeflow:fix")
    github.expect("unknown in the query: haed")


@pytest.mark.parametrize(
    "query",
    ["issues?since=2018-08-01T00:00:00Z", "issues?sort=updated", "pulls?sort=updated", "commits?path=a"],
)
def test_a_query_that_github_heeds_and_this_one_does_not_is_refused(github: LocalGitHub, query: str) -> None:
    assert github.refused(f"{REPO}/{query}")[0] == 422


def test_a_body_that_is_no_json_is_400(github: LocalGitHub, tmp_path: Path) -> None:
    (tmp_path / "body").write_text("[")
    words = ("--input", str(tmp_path / "body"), "-H", "Content-Type: text/plain")
    assert github.refused("-X", "POST", f"{REPO}/issues", *words)[0] == 400
    github.expect("text/plain")


def test_a_violation_fails_the_test_in_the_end(tmp_path: Path) -> None:
    bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with pytest.raises(AssertionError, match="unknown in the query: stat"), local_github(tmp_path) as github:
        github.api(f"{REPO}/pulls?stat=open")


@pytest.mark.parametrize("kind", ["401", "403", "404", "409", "422", "429", "502"])
def test_a_fault_answers_once_and_then_is_over(github: LocalGitHub, kind: Kind) -> None:
    github.faults.add("GET", "/pulls$", kind)
    assert github.refused(f"{REPO}/pulls")[0] == int(kind)
    assert github.api(f"{REPO}/pulls") == []
    assert github.faults.unused == ()


def test_a_rate_limit_says_when_it_ends(github: LocalGitHub) -> None:
    github.faults.add("GET", "/user$", "403")
    assert "X-Ratelimit-Remaining: 0" in github.gh("api", "-i", "user").stdout


def test_a_dropped_request_does_nothing_and_an_applied_one_everything(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    words = (f"{REPO}/issues", "-f", "title=T")
    github.faults.add("POST", "/issues$", "drop")
    assert github.gh("api", *words).returncode == 1
    assert github.api(f"{REPO}/issues") == []
    github.faults.add("POST", "/issues$", "apply-then-drop")
    done = github.gh("api", *words)
    assert (done.returncode, "EOF" in done.stderr or "reset" in done.stderr) == (1, True)
    assert len(github.api(f"{REPO}/issues")) == 1


def test_a_second_server_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    commit(path, "fix", "fix.txt", "fixed\n")
    with local_github(tmp_path) as github:
        github.api(f"{REPO}/pulls", "-f", "title=T", "-f", "head=fix", "-f", "base=master")
    with local_github(tmp_path) as github:
        (found,) = github.api(f"{REPO}/pulls")
        assert found["head"]["sha"] == head(path, "fix")
    json.loads(path.with_name("kubeflow.json").read_text())


def test_a_socket_path_that_is_too_long_is_refused_with_a_hint(tmp_path: Path) -> None:
    async def start() -> None:
        async with serving(application(tmp_path, SETTINGS), tmp_path / ("s" * 120)):
            pass

    with pytest.raises(PreconditionError, match="rehearse in a folder with a shorter path"):
        asyncio.run(start())
