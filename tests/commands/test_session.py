"""From a wish to a world: where a candidate is worked on, and what is told of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.commands import session
from releasing.commands.request import ReleaseRequest
from releasing.commands.session import Workspace
from releasing.config.release_yaml import Profile
from releasing.errors import CommandError, ConfigError, LockedError, UnreachableError, UsageError
from releasing.gates import vote
from releasing.runbook.context import ReleaseContext
from tests.support.bare_repository import commit
from tests.support.releases import CONFIG, VERSION, Origin, origin_in

GCP = {"project": "p", "cluster": "c", "zone": "z", "namespace": "n"}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return origin_in(tmp_path)


@pytest.fixture
def workspace(origin: Origin, tmp_path: Path) -> Iterator[Workspace]:
    with (tmp_path / "lock").open("w") as lock:
        yield Workspace(
            CONFIG.profiles["rehearsal"], origin.sh.environment, tmp_path / "state", lock.fileno()
        )


def test_a_candidate_that_was_begun_as_the_next_one_stays_it_until_its_vote_failed(
    origin: Origin, workspace: Workspace
) -> None:
    """So the same command finishes the same candidate, also when it was killed after the tag."""
    tag = origin.sh["git"]["-C", str(origin.bare), "tag"]
    said: list[str] = []

    def next_one() -> ReleaseContext:
        return session.context(CONFIG, workspace, ReleaseRequest(VERSION, "next"), said.append, "rc")

    origin.sh.run(tag["v0.2.1-rc.0"])
    session.remember_next(next_one())
    origin.sh.run(tag["v0.2.1-rc.1"])
    assert next_one().release.tag == "v0.2.1-rc.1"
    assert said[-1].endswith("for another one, record that its vote failed, or use --candidate 2")
    vote.record(vote.path(next_one().release), "v0.2.1-rc.1", "failed", "a mail", "c0ffee", {})
    assert next_one().release.tag == "v0.2.1-rc.2"
    session.remember_next(next_one())
    assert next_one().release.tag == "v0.2.1-rc.2"


def test_a_world_has_a_clone_of_its_own_that_is_brought_up_to_date(
    origin: Origin, workspace: Workspace
) -> None:
    session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc")
    newest = commit(origin.bare, "master", "new.txt", "new\n")
    context = session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc")
    git = context.shell["git"]["-C", context.release.checkout]
    assert context.shell.read(git["rev-parse", "origin/master"]) == newest
    assert (context.release.tag, context.release.state) == ("v0.2.1-rc.0", workspace.state)


def test_looking_leaves_no_trace_of_a_release(workspace: Workspace) -> None:
    session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc")
    assert [path.name for path in workspace.state.iterdir()] == ["checkout"]


def test_a_run_in_a_new_world_is_logged_and_makes_its_candidate_begun(
    origin: Origin, workspace: Workspace
) -> None:
    commit(origin.bare, "master", "new.txt", "new\n")
    origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "tag", "v0.2.1-rc.0"])
    context = session.context(CONFIG, workspace, ReleaseRequest(VERSION, "next"), print, "rc")
    context.shell.run(context.shell["true"])
    context.journal.record("done", "auth")
    assert (context.release.folder / "commands.log").read_text() == "$ true\n"
    assert (
        session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc").release.tag == "v0.2.1-rc.1"
    )


def test_a_killed_clone_is_begun_again(workspace: Workspace) -> None:
    partial = workspace.state / "checkout.partial"
    partial.mkdir(parents=True)
    (partial / "rubbish").touch()
    context = session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc")
    assert not (Path(context.release.checkout) / "rubbish").exists()
    assert not partial.exists()


def test_an_origin_that_is_not_there_is_told_by_its_url(origin: Origin, workspace: Workspace) -> None:
    origin.bare.rename(origin.bare.with_name("moved.git"))
    with pytest.raises(UnreachableError, match=r"kubeflow/kubeflow\.git cannot be read: ") as caught:
        session.context(CONFIG, workspace, ReleaseRequest(VERSION), print, "rc")
    assert caught.value.hint == "is the network up, and may you read the repository?"


def test_a_cluster_needs_an_account_from_anywhere(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CONFIG.model_validate({**CONFIG.model_dump(exclude_unset=True), "gcp": GCP})
    monkeypatch.delenv("RELEASE_ACCOUNT", raising=False)
    with pytest.raises(ConfigError, match="no Google account"):
        session.context(config, workspace, ReleaseRequest(VERSION), print, "rc")
    of_profile = replace(
        workspace, profile=workspace.profile.model_copy(update={"account": "profile@example.org"})
    )
    assert (
        session.context(config, of_profile, ReleaseRequest(VERSION), print, "rc").release.account
        == "profile@example.org"
    )
    monkeypatch.setenv("RELEASE_ACCOUNT", "env@example.org")
    assert (
        session.context(config, of_profile, ReleaseRequest(VERSION), print, "rc").release.account
        == "env@example.org"
    )
    request = ReleaseRequest(VERSION, account="typed@example.org")
    assert session.context(config, of_profile, request, print, "rc").release.account == "typed@example.org"


def test_an_unknown_profile_is_told_with_the_known_ones() -> None:
    assert session.profile(CONFIG, "rehearsal").sandbox == ".rehearsal"
    with pytest.raises(ConfigError, match=r"no profile 'prod' \(it has: rehearsal\)"):
        session.profile(CONFIG, "prod")


def test_options_of_a_sandbox_are_refused_in_production() -> None:
    session.refuse_rehearsal_options("kubeflow", "" or False)
    with pytest.raises(UsageError, match="profile kubeflow acts on the real world"):
        session.refuse_rehearsal_options("kubeflow", ".rehearsal")


def test_production_says_what_it_touches() -> None:
    config = CONFIG.model_validate({**CONFIG.model_dump(exclude_unset=True), "gcp": GCP})
    assert session.touched(config) == [
        "github.com/kubeflow/kubeflow",
        "gcr.io/kubeflow-images-public",
        "cluster c of p",
        "mail to discuss@example.org",
    ]


def test_production_is_the_operators_environment_with_our_programs_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/somebody/elses")
    chosen = Profile(production=True, state=".release/real")
    with session.production(tmp_path, chosen) as workspace:
        folders = workspace.environment["PATH"].split(os.pathsep)
        assert folders[1:] == [str(tmp_path / "scripts"), *os.environ["PATH"].split(os.pathsep)]
        assert "GIT_DIR" not in workspace.environment
        assert workspace.state == tmp_path / ".release" / "real"
        with pytest.raises(LockedError), session.production(tmp_path, chosen):
            pass


def test_a_machine_without_git_is_not_a_network_that_is_down(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("rm", "sh"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    there = replace(workspace, environment={**workspace.environment, "PATH": str(tmp_path / "bin")})
    with pytest.raises(CommandError, match="git is not installed") as caught:
        session.context(CONFIG, there, ReleaseRequest(VERSION), print, "rc")
    assert caught.value.code == 6


@pytest.mark.parametrize("reason", ["No space left on device", "Permission denied"])
def test_git_that_fails_here_while_origin_answers_is_not_a_network_that_is_down(
    workspace: Workspace, tmp_path: Path, reason: str
) -> None:
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(
        f"#!/bin/sh\ncase $1 in clone) echo 'fatal: cannot write: {reason}' >&2; exit 128 ;; esac\n"
        f'exec {shutil.which("git")} "$@"\n'
    )
    git.chmod(0o755)
    path = os.pathsep.join([str(git.parent), workspace.environment["PATH"]])
    there = replace(workspace, environment={**workspace.environment, "PATH": path})
    with pytest.raises(CommandError, match=reason) as caught:
        session.context(CONFIG, there, ReleaseRequest(VERSION), print, "rc")
    assert caught.value.code == 6
