"""A rehearsal signs with keys of its own, which git takes for good, and leaves no agent behind."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from releasing.config.release_yaml import Signing
from releasing.rehearsal import signing
from releasing.rehearsal.sandbox import git_settings
from tests.support.registries import installed


@pytest.mark.parametrize(
    ("form", "program", "package"), [("ssh", "ssh-keygen", "openssh-client"), ("openpgp", "gpg", "gnupg")]
)
def test_tags_that_are_signed_with_the_key_of_a_sandbox_verify(
    form: str, program: str, package: str, tmp_path: Path
) -> None:
    installed(program, package)
    wish = Signing.model_validate({"format": form})
    for _ in range(2):
        with signing.keys(tmp_path / "keys", wish) as keys:
            who = {"user.name": "Ada", "user.email": "ada@example.org", "gpg.format": form}
            clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
            environment = {**clean, **git_settings({**keys.settings, **who}), **keys.variables}
            git = ["git", "-C", str(tmp_path)]
            for words in (
                ["init", "-q"],
                ["commit", "-q", "--allow-empty", "-m", "a"],
                ["tag", "-f", "-s", "v1", "-m", "a"],
            ):
                subprocess.run([*git, *words], check=True, env=environment, capture_output=True)
            subprocess.run([*git, "verify-tag", "v1"], check=True, env=environment, capture_output=True)
    gone = time.monotonic() + 20
    while list((tmp_path / "keys").rglob("S.gpg-agent")) and time.monotonic() < gone:
        time.sleep(0.05)  # the agent takes its socket away after it has answered
    assert not list((tmp_path / "keys").rglob("S.gpg-agent"))


def test_without_signing_nothing_is_made(tmp_path: Path) -> None:
    with signing.keys(tmp_path / "keys", None) as keys:
        assert keys == signing.Keys()
    assert not (tmp_path / "keys").exists()
