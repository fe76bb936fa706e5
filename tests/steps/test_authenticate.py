"""`auth` by the real gcloud, its plugin for GKE and the real kubectl against a local Google, and without them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from releasing.clients.cluster import gcp_access
from releasing.config.release_yaml import Config, Gcp, Profile
from releasing.errors import CommandError, PreconditionError
from releasing.preflight import cloud_access, cloud_environment
from releasing.release import Release
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from releasing.steps.authenticate import auth
from tests.support.gcloud_programs import Gcloud, needs_gcloud, real_gcloud
from tests.support.gke_api import BOT, Google, google
from tests.support.paths import ROOT
from tests.support.releases import CONFIG, release_at

NAME = "kubeflow-releasing"
CONTEXT = f"gke_{NAME}_us-central1-a_{NAME}"
GCP = Gcp(project=NAME, cluster=NAME, zone="us-central1-a", namespace=NAME)
PROFILE = Profile(production=True, state="state")
needs_kubectl = pytest.mark.skipif(
    not (shutil.which("kubectl") and shutil.which("gke-gcloud-auth-plugin")),
    reason="kubectl or gke-gcloud-auth-plugin is not installed",
)


def cluster_release(folder: Path) -> Release:
    config: Config = CONFIG.model_copy(update={"gcp": GCP})
    return replace(release_at(folder / "state", config), account=BOT)


@dataclass
class Operator:
    """Somebody with a kubeconfig and a gcloud configuration of their own, who cuts a release."""

    folder: Path
    google: Google
    environment: dict[str, str]

    def __post_init__(self) -> None:
        self.lines: list[str] = []
        self.release = cluster_release(self.folder)

    @property
    def sh(self) -> StepShell:
        environment = cloud_environment.environment(self.environment, PROFILE, self.folder)
        shell = Shell(environment, show=self.lines.append)
        return StepShell(shell, Journal(self.folder / "journal.jsonl"), "auth")

    def commands(self) -> list[str]:
        return [line for line in self.lines if line.startswith("$ ") and "check_cloud_access" not in line]

    def files(self) -> dict[str, bytes]:
        """What a person chooses, and what the tool does for itself; caches of tokens and logs apart."""
        chosen = [
            *self.folder.glob("cloudsdk/configurations/*"),
            *self.folder.glob("cloudsdk/active_config"),
            *self.folder.glob("*/kubeconfig"),
        ]
        return {str(path): path.read_bytes() for path in chosen}


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with google() as there:
        environment = real_gcloud(tmp_path) | there.environment
        environment["PATH"] = os.pathsep.join([str(ROOT / "scripts"), environment["PATH"]])
        own = tmp_path / "own" / "kubeconfig"
        own.parent.mkdir()
        own.write_text("apiVersion: v1\nkind: Config\ncurrent-context: mine\n")
        yield Operator(tmp_path, there, environment | {"KUBECONFIG": str(own)})


@needs_gcloud
@needs_kubectl
def test_a_key_file_opens_the_cluster_once_and_the_operators_choices_stay(operator: Operator) -> None:
    operator.environment[gcp_access.CREDENTIALS] = str(operator.google.key(operator.folder))
    mine = (operator.folder / "own" / "kubeconfig").read_bytes()
    auth.action(operator.release, operator.sh)
    finding = auth.verify(operator.release, operator.sh)
    assert finding.holds, finding.text
    assert [line.split()[1:4] for line in operator.commands()] == [
        ["gcloud", "config", "configurations"],
        ["gcloud", "config", "set"],
        ["gcloud", "auth", "activate-service-account"],
        ["gcloud", "config", "set"],
        ["gcloud", "container", "clusters"],
        ["create_context.sh", CONTEXT, NAME],
    ]
    assert (operator.folder / "own" / "kubeconfig").read_bytes() == mine
    kept = operator.folder / "cloudsdk" / "configurations" / "config_default"
    assert not kept.exists() or not kept.read_text()
    before = operator.files()
    operator.lines.clear()
    auth.action(operator.release, operator.sh)
    assert operator.commands() == []
    assert operator.files() == before
    shown = "\n".join(operator.lines)
    assert "PRIVATE KEY" not in shown
    assert "ya29" not in shown

    assert_each_refusal_is_told(operator)


def assert_each_refusal_is_told(operator: Operator) -> None:
    """Rights that are lacking, a login that the cluster refuses, and a key that has been revoked and is renewed."""
    need = cloud_access.need(operator.release)
    assert need
    operator.google.refused = {"rights"}
    problems = [str(answer) for answer in cloud_access.answers(operator.sh.shell, need) if answer.problem]
    assert "this login may not create workflows.argoproj.io" in problems[0]
    operator.google.refused = {"login"}
    with pytest.raises(CommandError) as caught:
        operator.sh.read(operator.sh["kubectl"]["-n", NAME, "get", "workflows"])
    assert gcp_access.lapsed(caught.value)

    (operator.folder / "cloudsdk" / "access_tokens.db").unlink()
    operator.google.refused = {"token"}
    (found,) = cloud_access.answers(operator.sh.shell, need)
    assert "the credentials are missing, expired or refused" in found.text
    operator.google.refused = set()
    assert gcp_access.renew(operator.sh.shell)
    assert not [each for each in cloud_access.answers(operator.sh.shell, need) if each.problem]


@needs_gcloud
def test_without_a_terminal_no_browser_is_opened(operator: Operator) -> None:
    with pytest.raises(PreconditionError) as caught:
        auth.action(operator.release, operator.sh)
    assert "is not logged in as" in caught.value.message
    assert "no terminal is attached" in caught.value.message
    assert f"gcloud auth login {BOT} --no-launch-browser" in caught.value.hint
    assert operator.commands() == []


def test_an_access_token_that_nobody_renews_is_told(tmp_path: Path) -> None:
    gcloud = Gcloud(tmp_path / "bin").says('case "$*" in *describe*) echo RUNNING;; esac')
    (gcloud.folder / "kubectl").write_text("#!/bin/sh\necho yes\n")
    (gcloud.folder / "kubectl").chmod(0o755)
    need = cloud_access.need(cluster_release(tmp_path))
    assert need
    first, *others = cloud_access.answers(Shell(gcloud.environment), need)
    assert first.warning
    assert "cannot renew, and a release may take 12 hours" in first.text
    assert not [each for each in others if each.hint]
    assert not cloud_access.answers(Shell(gcloud.environment), replace(need, hours=0.5))[0].warning


def test_without_the_plugin_or_kubectl_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    gcloud = Gcloud(tmp_path / "bin").says('case "$*" in *describe*) echo RUNNING;; *) echo 2026;; esac')
    need = cloud_access.need(cluster_release(tmp_path))
    assert need
    environment = gcloud.environment | {"PATH": str(gcloud.folder)}
    found = cloud_access.answers(Shell(environment), need)
    assert found[-1].text == "kubectl is not installed (not found in PATH)"
    assert "install kubectl" in found[-1].hint


def test_the_operators_own_settings_are_used_when_the_profile_says_so(tmp_path: Path) -> None:
    given = {"KUBECONFIG": "/mine", "CLOUDSDK_CORE_PROJECT": "mine"}
    theirs = PROFILE.model_copy(update={"kubeconfig": "operator"})
    assert cloud_environment.environment(given, theirs, tmp_path) == given
    assert cloud_environment.environment(given, PROFILE, tmp_path) == {
        "KUBECONFIG": str(tmp_path / "state" / "kubeconfig"),
        gcp_access.CONFIGURATION: "release-state",
    }


def test_a_profiles_file_of_credentials_lies_below_the_tool_and_the_variable_comes_first(
    tmp_path: Path,
) -> None:
    profile = PROFILE.model_copy(update={"credentials": "key.json"})
    found = cloud_environment.environment({}, profile, tmp_path)
    assert found[gcp_access.CREDENTIALS] == str(tmp_path / "key.json")
    found = cloud_environment.environment({gcp_access.CREDENTIALS: "/run/key.json"}, profile, tmp_path)
    assert found[gcp_access.CREDENTIALS] == "/run/key.json"
