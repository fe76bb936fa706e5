"""What of the release manager's environment a rehearsal takes, and what it leaves outside."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from releasing.config import config_file
from releasing.rehearsal import sandbox
from releasing.rehearsal.own_environment import own_environment
from tests.support.paths import ROOT
from tests.support.whole_releases import completed

FOREIGN = (
    "RELEASE_GCP_CREDENTIALS",
    "RELEASE_SMTP_PASSWORD",
    "RELEASE_SMTP_SERVER",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_TOKEN",
    "GITHUB_API_URL",
    "GIT_DIR",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_PARAMETERS",
    "GIT_SSH_COMMAND",
    "CLOUDSDK_AUTH_ACCESS_TOKEN",
    "CLOUDSDK_CORE_PROJECT",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KUBECONFIG",
    "DOCKER_HOST",
    "DOCKER_AUTH_CONFIG",
    "REGISTRY_AUTH_FILE",
    "AWS_SECRET_ACCESS_KEY",
    "SSH_AUTH_SOCK",
    "GNUPGHOME",
    "https_proxy",
    "HTTP_PROXY",
)


@pytest.mark.parametrize("name", FOREIGN)
def test_accounts_keys_and_addresses_stay_outside(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "the operator's own")
    assert name not in own_environment()


def test_whatever_the_operator_has_set_no_program_of_a_rehearsal_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FOREIGN:
        monkeypatch.setenv(name, "the operator's own")
    with sandbox.opened(tmp_path / "sandbox", config_file.load(ROOT / "release.yaml")) as (environment, _):
        assert "the operator's own" not in environment.values()


def test_a_rehearsal_with_credentials_for_ci_neither_reads_nor_needs_them(tmp_path: Path) -> None:
    """A key that cannot be read would be the end of a login that looks at it."""
    key = tmp_path / "key.json"
    os.mkfifo(key)  # whoever opens it waits for ever
    completed(tmp_path / "sandbox", "auth", "--version", "0.2.1", RELEASE_GCP_CREDENTIALS=str(key), CI="true")


def test_the_release_managers_git_settings_are_not_seen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "template" / "hooks").mkdir(parents=True)
    (home / ".gitconfig").write_text(
        f"[init]\n\ttemplateDir = {home}/template\n\tdefaultBranch = trunk\n"
        f"[core]\n\thooksPath = {home}/template/hooks\n\tautocrlf = true\n"
        "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[user]\n\tsigningKey = nobody\n"
        "[clone]\n\tdefaultRemoteName = upstream\n[push]\n\tfollowTags = true\n"
        '[url "/nowhere/"]\n\tinsteadOf = https://github.com/\n'
    )
    for hook in ("pre-commit", "post-checkout", "pre-push", "reference-transaction"):
        path = home / "template" / "hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {home}/ran-{hook}\nexit 1\n")
        path.chmod(0o755)
    sandbox_folder = tmp_path / "sandbox"
    mine = {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig")}
    completed(sandbox_folder, "release.rc", "--version", "0.2.1", "--to", "update-image-tags", **mine)
    assert not [*home.glob("ran-*")]
    remotes = subprocess.run(
        ["git", "-C", str(sandbox_folder / "checkout"), "remote"], capture_output=True, text=True, check=True
    )
    assert remotes.stdout == "origin\n"


def test_a_plan_takes_them_out_of_the_terminal_that_it_is_pasted_into(tmp_path: Path) -> None:
    """Programs take an empty one for none; another kind of line would stop who reads a plan."""
    secret = {"RELEASE_GCP_CREDENTIALS": "/key", "GH_HOST": "ghe.example.org", "https_proxy": "http://p:1"}
    secret |= {"AWS_PROFILE": "work", "BOTO_CONFIG": "/boto", "ARGO_SERVER": "argo.example.org:443"}
    plan = completed(tmp_path / "sandbox", "release.plan", "--version", "0.2.1", **secret)
    lines = plan.splitlines()
    assert {f"export {name}=" for name in secret} <= {*lines}
    assert not [line for line in lines if "/key" in line or "ghe.example.org" in line]
