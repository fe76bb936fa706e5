"""What a release needs before it begins, asked through the real gh of a local GitHub, and of real git."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from releasing.config import release_yaml
from releasing.errors import PreconditionError
from releasing.preflight import access
from releasing.preflight.access import GitHubNeed
from releasing.preflight.repository_settings import Created
from releasing.rehearsal import signing
from releasing.shell.programs import Shell
from releasing.steps.preflight import preflight
from tests.support.local_github import LocalGitHub
from tests.support.paths import ROOT
from tests.support.protected_branch import known
from tests.support.releases import CONFIG, Origin, hosted

SLUG = "kubeflow/kubeflow"
NEED = GitHubNeed(SLUG, push=True)
RENEW = "put a token with the scope repo into GH_TOKEN, or unset it and: gh auth login --scopes repo"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    with hosted(tmp_path) as both:
        yield both


def shell(origin: Origin, *without: str, **variables: str) -> Shell:
    """The world's shell with other variables, and without some of its own."""
    kept = {name: each for name, each in origin.sh.environment.items() if name not in without}
    return Shell(kept | variables)


def found(sh: Shell, need: GitHubNeed = NEED) -> tuple[list[tuple[str, str]], list[str]]:
    """Problems with their hints, and the rest."""
    answers = access.answers(sh, need)
    problems = [(each.text, each.hint) for each in answers if each.problem]
    return problems, [each.text for each in answers if not each.problem]


def only(sh: Shell, need: GitHubNeed = NEED) -> tuple[str, str]:
    ((text, hint),), _ = found(sh, need)
    return text, hint


def within(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


def test_who_works_and_what_they_may_do_is_told(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    known(github, ada={"login": "ada", "expires": "2100-01-02T03:04:05Z"})
    problems, facts = found(shell(origin, GH_TOKEN="ada"))
    assert problems == []
    assert facts[0].startswith("gh version ")
    assert facts[0].endswith(" as ada")
    assert facts[1:3] == [f"may push to {SLUG}", "the token expires at 2100-01-02 03:04 UTC"]
    assert facts[3].endswith(" of 5000 requests are left in this hour")
    assert facts[4].startswith("git version ")
    assert facts[4].endswith(" as Ada <ada@example.org>")
    assert len(facts) == 5


def test_gh_and_git_may_be_missing_both(world: tuple[Origin, LocalGitHub]) -> None:
    problems, facts = found(shell(world[0], PATH="/nonexistent"))
    assert [text for text, _ in problems] == [
        "gh is not installed (not found in PATH)",
        "git is not installed (not found in PATH)",
    ]
    assert problems[0][1] == "it comes with this project: scripts/setup-venv"
    assert facts == []


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "true"}])
def test_nobody_is_logged_in_at_a_terminal_or_in_ci(
    world: tuple[Origin, LocalGitHub], variables: dict[str, str]
) -> None:
    text, hint = only(shell(world[0], "GH_TOKEN", "CI", "GITHUB_ACTIONS", **variables))
    assert text.endswith(" is not logged in")
    assert hint == "gh auth login --scopes repo"


def test_a_token_that_github_does_not_know_or_that_expired_is_refused(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    known(github, old={"login": "ada", "expires": "2018-08-01T00:00:00Z"})
    for token in ("old", "unknown"):
        text, hint = only(shell(origin, GH_TOKEN=token))
        assert "GitHub refuses the token" in text
        assert hint == RENEW


def test_the_variable_that_gh_takes_its_token_from_is_named(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    known(github)
    _, hint = only(shell(origin, "GH_TOKEN", GITHUB_TOKEN="unknown"))
    assert "into GITHUB_TOKEN" in hint


def test_a_login_that_may_only_read_is_no_problem_unless_it_has_to_push(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    known(github, bob={"login": "bob", "roles": {"*": "triage"}})
    sh = shell(origin, GH_TOKEN="bob")
    text, hint = only(sh)
    assert text == f"this login may not push to {SLUG}"
    assert hint == f"ask an owner of {SLUG}; or: {RENEW}"
    problems, facts = found(sh, replace(NEED, push=False))
    assert problems == []
    assert f"may read {SLUG}" in facts


@pytest.mark.parametrize(
    ("scopes", "enough"),
    [(["repo"], True), (["public_repo"], True), (["repo:status", "gist"], False), ([], False)],
)
def test_a_classic_token_needs_the_scope_repo_or_public_repo_in_public(
    world: tuple[Origin, LocalGitHub], scopes: list[str], enough: bool
) -> None:
    origin, github = world
    known(github, ada={"login": "ada", "scopes": scopes})
    problems, _ = found(shell(origin, GH_TOKEN="ada"))
    told = f"the token lacks the scope repo (it has: {', '.join(scopes) or 'none'})"
    assert problems == ([] if enough else [(told, RENEW)])
    assert found(shell(origin, GH_TOKEN="ada"), replace(NEED, push=False))[0] == []


@pytest.mark.parametrize(
    "token", [{"login": "bob", "permissions": {"contents": "write"}}, {"login": "ci[bot]", "app": True}]
)
def test_tokens_without_scopes_are_not_asked_for_any(
    world: tuple[Origin, LocalGitHub], token: dict[str, object]
) -> None:
    origin, github = world
    known(github, other=token)
    problems, facts = found(shell(origin, GH_TOKEN="other"))
    assert problems == []
    assert facts[0].endswith(" as an App" if "app" in token else " as bob")


def test_a_repository_that_is_not_there_is_named(world: tuple[Origin, LocalGitHub]) -> None:
    problems, _ = found(shell(world[0]), GitHubNeed("kubeflow/absent", push=True))
    first, second = problems
    assert first[0] == "kubeflow/absent does not exist, or this login cannot see it"
    assert first[1].startswith("gh repo view kubeflow/absent; or: ")
    assert second[0].startswith("git cannot read https://github.com/kubeflow/absent.git: fatal: ")


def test_a_token_that_ends_before_the_release_is_a_warning_and_within_the_hour_a_problem(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    for hours, words, wanted in ((0.9, "; a release takes longer", 1), (1.1, "before the 12 hours", 0)):
        known(github, ada={"login": "ada", "expires": within(hours)})
        answers = access.answers(shell(origin, GH_TOKEN="ada"), NEED)
        told = next(each for each in answers if each.text.startswith("the token expires at 2"))
        assert words in told.text
        assert told.hint == RENEW
        assert [told.problem, told.warning] == [bool(wanted), not wanted]
    known(github, ada={"login": "ada", "expires": within(12.1)})
    assert not any(each.hint for each in access.answers(shell(origin, GH_TOKEN="ada"), NEED))
    assert any(
        each.warning for each in access.answers(shell(origin, GH_TOKEN="ada"), replace(NEED, hours=13))
    )


@pytest.mark.parametrize(("limit", "enough"), [(205, True), (202, False)])
def test_a_rate_limit_that_is_nearly_used_up_is_told_with_its_end(
    world: tuple[Origin, LocalGitHub], limit: int, enough: bool
) -> None:
    origin, github = world
    known(github, ada={"login": "ada", "limit": limit})
    problems, facts = found(shell(origin, GH_TOKEN="ada"))
    told = f"{limit - 2} of {limit} requests are left in this hour"
    if enough:
        assert told in facts
    else:
        ((text, hint),) = problems
        assert text == f"only {told}"
        assert hint.startswith("wait until ")


@pytest.mark.parametrize("path", ["^/user$", "^/rate_limit$", "/kubeflow$"])
def test_a_github_that_does_not_answer_is_a_problem_and_no_traceback(
    world: tuple[Origin, LocalGitHub], path: str
) -> None:
    origin, github = world
    github.faults.add("GET", path, "502")
    text, hint = only(shell(origin))
    assert "502" in text
    assert hint.startswith("gh ")


def test_git_has_to_be_told_who_commits(world: tuple[Origin, LocalGitHub]) -> None:
    origin, _ = world
    settings = {"GIT_CONFIG_KEY_1": "a.b", "GIT_CONFIG_KEY_2": "a.c"}
    text, hint = only(shell(origin, **settings))
    assert text.startswith("git has no name and address for commits: fatal: ")
    assert hint == 'git config --global user.name "NAME"; git config --global user.email ADDRESS'
    assert only(shell(origin, GIT_CONFIG_KEY_1="a.b"))[0].startswith(
        "git has no name and address for commits: fatal: "
    )


@pytest.mark.parametrize("kind", ["ssh", "openpgp"])
def test_git_signs_where_release_yaml_asks_for_it(
    world: tuple[Origin, LocalGitHub], tmp_path: Path, kind: str
) -> None:
    origin, _ = world
    need = replace(NEED, signing=kind)
    text, hint = only(shell(origin), need)
    assert text.startswith("git cannot sign: ")
    assert "user.signingKey" in hint
    with signing.keys(tmp_path / "k", release_yaml.Signing(format=kind)) as keys:  # type: ignore[arg-type]
        sh = shell(origin, **settings_of(origin, keys.settings), **keys.variables)
        problems, facts = found(sh, need)
        assert problems == []
        assert facts[-1] == f"git signs ({kind})"


def test_an_ssh_key_that_nobody_allowed_makes_no_good_signature(
    world: tuple[Origin, LocalGitHub], tmp_path: Path
) -> None:
    origin, _ = world
    with signing.keys(tmp_path / "k", release_yaml.Signing(format="ssh")) as keys:
        key = {"user.signingKey": keys.settings["user.signingKey"]}
        text, hint = only(shell(origin, **settings_of(origin, key)), replace(NEED, signing="ssh"))
    assert text.startswith("git cannot verify its own signature: ")
    assert "gpg.ssh.allowedSignersFile" in hint


def settings_of(origin: Origin, more: object) -> dict[str, str]:
    """The variables that add git settings to those of the world."""
    assert isinstance(more, dict)
    count = int(origin.sh.environment["GIT_CONFIG_COUNT"])
    variables = {"GIT_CONFIG_COUNT": str(count + len(more))}
    for number, (key, value) in enumerate(more.items(), start=count):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def program(origin: Origin, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "check_access.py"), SLUG, *words]
    environment = {**origin.sh.environment, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_program_tells_all_problems_at_once_with_exit_code_4(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    known(github, bob={"login": "bob", "scopes": ["gist"], "roles": {"*": "pull"}, "limit": 100})
    run = program(origin, "--push", "--sign", "ssh", GH_TOKEN="bob", GIT_CONFIG_KEY_1="a.b")
    assert run.returncode == 4
    named = "git has no name and address"
    for words in ("may not push", "lacks the scope repo", "only 98 of 100", named, "cannot sign"):
        assert words in run.stderr
    assert run.stderr.startswith(
        f"check_access.py: this machine cannot start a release of {SLUG}:\n  this login may"
    )
    assert f"(it has: gist)\n    {RENEW}\n" in run.stderr
    assert "bob" in run.stdout


def test_the_program_warns_of_a_token_that_ends_too_soon(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    known(github, ada={"login": "ada", "expires": within(5)})
    run = program(origin, "--push", "--hours", "6", GH_TOKEN="ada")
    assert run.returncode == 0, run.stderr
    assert "\nwarning: the token expires at 2" in run.stdout
    assert "warning" not in program(origin, "--push", "--hours", "4", GH_TOKEN="ada").stdout


def test_the_step_reports_what_it_found_and_asks_the_same_of_the_program(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    known(github, ada={"login": "ada", "expires": within(5)}, bob={"login": "bob", "roles": {"*": "pull"}})
    ada = replace(origin, sh=type(origin.sh)(shell(origin, GH_TOKEN="ada"), origin.sh.journal, "test"))
    finding = preflight.verify(ada.release, ada.sh)
    assert finding.holds
    assert "before the 12 hours that a release may take are over" in finding.text
    bob = replace(origin, sh=type(origin.sh)(shell(origin, GH_TOKEN="bob"), origin.sh.journal, "test"))
    finding = preflight.verify(bob.release, bob.sh)
    assert (finding.holds, finding.text) == (False, f"this login may not push to {SLUG}")


def test_a_release_needs_what_its_release_yaml_says(world: tuple[Origin, LocalGitHub]) -> None:
    release = world[0].release
    created = Created(("release/v0.2.1-rc.0/", "v0.2-branch"), ("v0.2.1-rc.0",))
    assert access.need(release) == GitHubNeed(SLUG, True, 12, "", "", created, release.checkout)
    checks = CONFIG.checks.model_copy(update={"expected_hours": 3})
    signed = CONFIG.model_copy(update={"checks": checks, "signing": release_yaml.Signing(format="ssh")})
    need = GitHubNeed(SLUG, True, 3, "ssh", "", created, release.checkout)
    assert access.need(replace(release, config=signed)) == need


def test_no_problem_stops_nothing(world: tuple[Origin, LocalGitHub]) -> None:
    access.require(access.answers(shell(world[0]), NEED), NEED)
    with pytest.raises(PreconditionError, match="this machine cannot start a release of kubeflow/kubeflow"):
        access.require(access.answers(shell(world[0], "GH_TOKEN"), NEED), NEED)


@pytest.mark.parametrize("setting", ["commit.gpgSign", "tag.gpgSign"])
def test_signatures_that_the_operators_own_settings_ask_for_are_tried(
    world: tuple[Origin, LocalGitHub], tmp_path: Path, setting: str
) -> None:
    origin, _ = world
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[{setting.partition('.')[0]}]\n\t{setting.partition('.')[2]} = yes\n")
    sh = shell(origin, HOME=str(home), GNUPGHOME=str(home / "none"))
    text, hint = only(sh)
    assert text.startswith(f"git cannot sign, as {setting} asks: ")
    assert f"git config --global {setting} false" in hint
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "key")], check=True)
    with (home / ".gitconfig").open("a") as file:
        file.write(f"[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = {home}/key\n")
    problems, facts = found(sh)
    assert problems == []
    assert f"git signs, as {setting} asks" in facts


def test_who_only_reads_needs_no_signature(world: tuple[Origin, LocalGitHub], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[commit]\n\tgpgSign = true\n")
    sh = shell(world[0], HOME=str(tmp_path / "home"))
    assert found(sh, GitHubNeed(SLUG))[0] == []


def test_a_shallow_clone_of_ours_is_a_problem_with_what_to_type(
    world: tuple[Origin, LocalGitHub], tmp_path: Path
) -> None:
    origin, _github = world
    origin.fetched()
    need = access.need(origin.release)
    assert need.checkout == origin.release.checkout
    assert not [text for text, _ in found(shell(origin), need)[0] if "shallow" in text]
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{origin.bare}", str(tmp_path / "shallow")], check=True
    )
    problems, _ = found(shell(origin), replace(need, checkout=str(tmp_path / "shallow")))
    told = (
        f"{tmp_path}/shallow is a shallow clone: its history ends early",
        f"git -C {tmp_path}/shallow fetch --unshallow",
    )
    assert told in problems
