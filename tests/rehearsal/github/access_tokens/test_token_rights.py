"""Tokens of the local GitHub: whose they are, what they may do, until when, and how often."""

from __future__ import annotations

import json
import socket

import pytest

from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub, answer_of
from tests.support.protected_branch import MERGE, PULL, REPO, known, opened

REPOSITORY = "kubeflow/kubeflow"


def test_without_tokens_any_token_is_the_users_and_may_do_all(github: LocalGitHub) -> None:
    other = github.of("whatever")
    assert other.api("user")["login"] == "manager"
    assert other.api(REPO)["permissions"]["admin"] is True
    assert "repo" in other.headers("user")["x-oauth-scopes"].split(", ")


def test_an_unknown_and_an_expired_token_are_bad_credentials(github: LocalGitHub) -> None:
    known(github, old={"login": "ada", "expires": "2018-08-01T00:00:00Z"})
    for token in ("nobody", "old"):
        status, body = github.of(token).refused("user")
        assert (status, body["message"]) == (401, "Bad credentials")


def test_no_token_is_401_and_without_one_gh_does_not_even_ask(github: LocalGitHub) -> None:
    assert github.of("").gh("api", "user").returncode == 4
    assert github.exchanges == []
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(github.socket))
        client.sendall(b"GET /user HTTP/1.1\r\nHost: api.github.com\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_token_tells_its_user_scopes_and_end(github: LocalGitHub) -> None:
    known(
        github,
        ada={"login": "ada", "scopes": ["public_repo", "gist"], "expires": "2100-01-02T03:04:05+01:00"},
    )
    ada = github.of("ada")
    assert ada.api("user")["login"] == "ada"
    headers = ada.headers("user")
    assert headers["x-oauth-scopes"] == "public_repo, gist"
    assert headers["github-authentication-token-expiration"] == "2100-01-02 02:04:05 UTC"
    assert "github-authentication-token-expiration" not in github.headers("user")


def test_a_fine_grained_token_has_no_scopes(github: LocalGitHub) -> None:
    known(github, fine={"login": "ada", "permissions": {"contents": "write"}})
    assert "x-oauth-scopes" not in github.of("fine").headers("user")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("pull", {"pull"}),
        ("push", {"pull", "triage", "push"}),
        ("admin", {"pull", "triage", "push", "maintain", "admin"}),
    ],
)
def test_a_repository_tells_what_one_may_do_there(github: LocalGitHub, role: str, may: set[str]) -> None:
    known(github, ada={"login": "ada", "roles": {"*": "triage", REPOSITORY: role}})
    permissions = github.of("ada").api(REPO)["permissions"]
    assert {name for name, granted in permissions.items() if granted} == may


def test_a_token_without_the_scope_reads_and_changes_nothing(github: LocalGitHub) -> None:
    known(github, ada={"login": "ada", "scopes": ["gist"]})
    ada, first = github.of("ada"), head(github.repository().path, "master")
    assert ada.api(f"{REPO}/git/matching-refs/tags/v0.2") != []
    words = (f"{REPO}/git/refs", "-f", "ref=refs/tags/v1", "-f", f"sha={first}")
    assert ada.refused(*words)[0] == 404
    headers = ada.headers(*words)
    assert (headers["x-accepted-oauth-scopes"], headers["x-oauth-scopes"]) == ("public_repo, repo", "gist")
    # gh reads both headers and says which scope is missing.
    assert 'needs the "public_repo" scope' in ada.gh("api", *words).stderr
    assert ada.refused(f"{REPO}/issues", "-f", "title=T")[0] == 404


def test_a_status_takes_less_than_the_rest(github: LocalGitHub) -> None:
    known(github, bot={"login": "bot", "scopes": ["repo:status"]})
    commit_id = head(github.repository().path, "master")
    assert (
        github.of("bot").api(f"{REPO}/statuses/{commit_id}", "-f", "state=success")["creator"]["login"]
        == "bot"
    )
    assert github.of("bot").refused(f"{REPO}/issues", "-f", "title=T")[0] == 404


def test_a_fine_grained_token_without_the_permission_is_403(github: LocalGitHub) -> None:
    permissions = {"contents": "read", "pull_requests": "write"}
    known(github, fine={"login": "ada", "permissions": permissions})
    fine = github.of("fine")
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    fine.api(f"{REPO}/pulls", "-f", "title=T", "-f", "head=fix", "-f", "base=master")
    status, body = fine.refused("-X", "PUT", MERGE)
    assert (status, body["message"]) == (403, "Resource not accessible by personal access token")
    assert fine.headers("-X", "PUT", MERGE)["x-accepted-github-permissions"] == "contents=write"
    assert fine.api(f"{PULL}")["merged"] is False


def test_who_may_not_push_opens_pull_requests_and_merges_none(github: LocalGitHub) -> None:
    known(github, eve={"login": "eve", "roles": {REPOSITORY: "pull"}})
    eve, first = github.of("eve"), head(github.repository().path, "master")
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    assert (
        eve.api(f"{REPO}/pulls", "-f", "title=T", "-f", "head=fix", "-f", "base=master")["user"]["login"]
        == "eve"
    )
    assert eve.refused("-X", "PUT", MERGE)[0] == 403
    assert eve.refused(f"{REPO}/git/refs", "-f", "ref=refs/tags/v1", "-f", f"sha={first}")[0] == 404
    assert eve.refused(f"{REPO}/releases", "-f", "tag_name=v0.2.0")[0] == 404
    assert eve.refused(f"{PULL}/requested_reviewers", "-f", "reviewers[]=ada")[0] == 403
    assert github.api(PULL)["merged"] is False


def test_only_an_app_creates_check_runs_and_it_is_nobody(github: LocalGitHub) -> None:
    known(github, ci={"login": "ci[bot]", "app": True, "permissions": {"checks": "write"}})
    words = (
        f"{REPO}/check-runs",
        "-f",
        "name=e2e",
        "-f",
        f"head_sha={head(github.repository().path, 'master')}",
    )
    status, body = github.refused(*words)
    assert (status, body["message"]) == (403, "You must authenticate via a GitHub App.")
    assert github.of("ci").api(*words)["status"] == "queued"
    for refused in (("user",), (f"{REPO}/issues", "-f", "title=T")):
        status, body = github.of("ci").refused(*refused)
        assert (status, body["message"]) == (403, "Resource not accessible by integration")


def test_what_somebody_did_bears_that_name(github: LocalGitHub) -> None:
    known(github, ada={"login": "ada"})
    opened(github)
    github.of("ada").api(f"{REPO}/issues/1/comments", "-f", "body=/lgtm")
    github.of("ada").api("-X", "PUT", MERGE)
    found = github.api(PULL)
    assert (found["user"]["login"], found["merged_by"]["login"]) == ("manager", "ada")
    assert [one["user"]["login"] for one in github.api(f"{REPO}/issues/1/comments")] == ["ada"]


def test_every_answer_tells_the_rate_limit_and_asking_for_it_is_free(github: LocalGitHub) -> None:
    first, second = (int(github.headers("user")["x-ratelimit-remaining"]) for _ in range(2))
    assert (first, second) == (4999, 4998)
    for _ in range(2):
        core = github.api("rate_limit")["resources"]["core"]
        assert (core["limit"], core["used"], core["remaining"]) == (5000, 2, 4998)
    headers = github.headers(f"{REPO}/nothing")
    assert (headers["x-ratelimit-remaining"], headers["x-ratelimit-resource"]) == ("4997", "core")
    github.expect("GitHub describes no such operation")


def test_a_limit_that_is_used_up_is_403_until_the_hour_ends(github: LocalGitHub) -> None:
    known(github, ada={"login": "ada", "limit": 2})
    ada = github.of("ada")
    for _ in range(2):
        ada.api("user")
    status, headers, body = answer_of(ada.gh("api", "-i", "user").stdout)
    assert (status, headers["x-ratelimit-remaining"]) == (403, "0")
    assert json.loads(body)["message"].startswith("API rate limit exceeded for user ID")
    assert int(headers["x-ratelimit-reset"]) == ada.api("rate_limit")["rate"]["reset"]
    assert github.api("user")["login"] == "manager"


def test_gh_knows_that_it_is_logged_in_and_with_which_scopes(github: LocalGitHub) -> None:
    # By the prefix gh knows a classic token.
    known(github, ghp_ada={"login": "ada", "scopes": ["gist"]})
    done = github.of("ghp_ada").gh("auth", "status", "--hostname", "github.com")
    shown = done.stdout + done.stderr
    assert "Logged in to github.com account ada" in shown
    assert "'gist'" in shown
    assert github.of("nobody").gh("auth", "status", "--hostname", "github.com").returncode == 1


def test_tokens_that_cannot_be_read_are_told_with_their_file(github: LocalGitHub) -> None:
    (github.root / "tokens.json").write_text('{"rehearsal": {"logn": "manager"}}')
    status, body = github.refused("user")
    assert (status, "tokens.json" in body["message"], "logn" in body["message"]) == (500, True, True)
    github.expect("status 500")
