"""Credentials as Docker keeps them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from releasing.clients.registry.auth.credentials import Credentials, find
from releasing.errors import CommandError, ConfigError, PreconditionError


def config(folder: Path, content: Any) -> dict[str, str]:
    (folder / "config.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return {"DOCKER_CONFIG": str(folder), "PATH": f"{folder}:/usr/bin:/bin"}


def helper(folder: Path, name: str, body: str) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_without_a_configuration_access_is_anonymous(tmp_path: Path) -> None:
    assert find("gcr.io", {"HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("key", ["gcr.io", "https://gcr.io", "https://gcr.io/v2/"])
def test_auths_are_found_by_host(tmp_path: Path, key: str) -> None:
    environment = config(tmp_path, {"auths": {"eu.gcr.io": {}, key: {"auth": encoded("me:a:b")}}})
    assert find("gcr.io", environment) == Credentials("me", "a:b")
    assert find("eu.gcr.io", environment) is None


def test_an_identity_token_wins_over_a_password(tmp_path: Path) -> None:
    entry = {"auth": encoded("me:pass"), "identitytoken": "tok"}
    found = find("gcr.io", config(tmp_path, {"auths": {"gcr.io": entry}}))
    assert found
    assert found.is_identity


def test_docker_hub_has_its_old_name(tmp_path: Path) -> None:
    environment = config(
        tmp_path, {"auths": {"https://index.docker.io/v1/": {"username": "a", "password": "b"}}}
    )
    assert find("registry-1.docker.io", environment) == Credentials("a", "b")


def test_the_hosts_own_helper_is_asked_over_standard_input(tmp_path: Path) -> None:
    helper(tmp_path, "mine", 'test "$1" = get && printf \'{"Username": "u", "Secret": "%s"}\' "$(cat)"')
    settings = {"credHelpers": {"gcr.io": "mine"}, "credsStore": "absent", "auths": {"gcr.io": {"auth": "x"}}}
    assert find("gcr.io", config(tmp_path, settings)) == Credentials("u", "gcr.io")


def test_a_store_that_knows_nothing_means_anonymous(tmp_path: Path) -> None:
    helper(tmp_path, "store", "echo 'credentials not found in native keychain'; exit 1")
    assert find("gcr.io", config(tmp_path, {"credsStore": "store"})) is None


@pytest.mark.parametrize("body", ["echo hunter2; exit 1", "echo hunter2", 'echo \'{"Secret": "hunter2"}\''])
def test_what_a_failing_helper_prints_is_not_repeated(tmp_path: Path, body: str) -> None:
    helper(tmp_path, "bad", body)
    with pytest.raises(PreconditionError, match="docker-credential-bad gives no credentials") as raised:
        find("gcr.io", config(tmp_path, {"credsStore": "bad"}))
    assert "hunter2" not in str(raised.value)


def test_a_missing_helper_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="docker-credential-gone is not installed"):
        find("gcr.io", config(tmp_path, {"credsStore": "gone"}))


@pytest.mark.parametrize(
    "content",
    [
        '{"auths": {"gcr.io": {"auth": "hunter2"',
        "[]",
        {"auths": ["x"]},
        {"auths": {"gcr.io": {"password": "hunter2"}}},
        {"auths": {"gcr.io": {"auth": "hunter2"}}},
    ],
)
def test_a_broken_configuration_is_an_error_without_its_secrets(tmp_path: Path, content: Any) -> None:
    with pytest.raises(ConfigError, match=r"config\.json") as raised:
        find("gcr.io", config(tmp_path, content))
    assert "hunter2" not in str(raised.value)


def test_credentials_are_not_shown() -> None:
    assert "hunter2" not in repr(Credentials("me", "hunter2"))
