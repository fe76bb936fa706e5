"""The operator's credentials while requests go out: Docker's, else gcloud's; read again when refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from releasing.clients.registry.auth import logins
from releasing.clients.registry.auth.credentials import Credentials
from releasing.clients.registry.auth.gcloud import USER, access_token
from releasing.clients.registry.auth.logins import Logins
from releasing.errors import CommandError, PreconditionError
from tests.support.gcloud_programs import Gcloud, needs_gcloud, real_gcloud

SECRET = "ya29.planted-secret"
LOGGED_IN = f"echo {SECRET}"
LOGGED_OUT = f"echo 'ERROR: no account {SECRET}' >&2; exit 1"


@pytest.fixture
def gcloud(tmp_path: Path) -> Gcloud:
    return Gcloud(tmp_path / "gcloud").says(LOGGED_IN)


def found(
    at: Logins, host: str, gcloud: bool = True, refused: Credentials | None = None
) -> Credentials | None:
    return asyncio.run(at.of(host, gcloud=gcloud, refused=refused))


def docker(folder: Path, host: str, helper: str) -> dict[str, str]:
    """A Docker configuration whose helper for `host` is the shell line `helper`."""
    (folder / "config.json").write_text(json.dumps({"credHelpers": {host: "mine"}}))
    program = folder / "docker-credential-mine"
    program.write_text(f"#!/bin/sh\n{helper}\n")
    program.chmod(0o755)
    return {"DOCKER_CONFIG": str(folder)}


@pytest.mark.parametrize("host", ["gcr.io", "eu.gcr.io", "europe-docker.pkg.dev"])
def test_gcloud_knows_the_token_for_registries_of_google(gcloud: Gcloud, host: str) -> None:
    at = Logins(gcloud.environment)
    assert found(at, host) == found(at, host) == Credentials(USER, SECRET)
    assert gcloud.asked == ["auth print-access-token --quiet"]


@pytest.mark.parametrize(
    "host", ["quay.io", "gcr.io.example", "127.0.0.1:5000", "pkg.dev.example", "mygcr.io"]
)
def test_gcloud_is_not_asked_for_others(gcloud: Gcloud, host: str) -> None:
    assert found(Logins(gcloud.environment), host) is None
    assert gcloud.asked == []


def test_gcloud_is_not_asked_when_it_is_not_wanted_yet(gcloud: Gcloud) -> None:
    at = Logins(gcloud.environment)
    assert found(at, "gcr.io", gcloud=False) is None
    assert found(at, "gcr.io") is not None


def test_what_docker_has_comes_first(gcloud: Gcloud, tmp_path: Path) -> None:
    known = docker(tmp_path, "gcr.io", 'echo \'{"Username": "me", "Secret": "x"}\'')
    at = Logins(gcloud.environment | known | {"PATH": f"{tmp_path}:{gcloud.environment['PATH']}"})
    assert found(at, "gcr.io") == Credentials("me", "x")
    assert gcloud.asked == []
    assert at.hint("gcr.io") == "gcloud auth configure-docker gcr.io, or docker login gcr.io"
    assert found(at, "eu.gcr.io") == Credentials(USER, SECRET)


def test_one_token_is_good_for_every_registry_of_google(gcloud: Gcloud) -> None:
    at = Logins(gcloud.environment)

    async def all_at_once() -> None:
        await asyncio.gather(*(at.of(f"{name}.gcr.io", gcloud=True) for name in ("eu", "us", "asia")))

    asyncio.run(all_at_once())
    assert len(gcloud.asked) == 1


def test_refused_credentials_are_read_again(gcloud: Gcloud) -> None:
    at = Logins(gcloud.environment)
    first = found(at, "gcr.io")
    gcloud.says("echo fresh")
    assert found(at, "gcr.io") == first
    assert found(at, "gcr.io", refused=first) == Credentials(USER, "fresh")
    assert found(at, "gcr.io", refused=first) == Credentials(USER, "fresh")
    assert len(gcloud.asked) == 2


def test_credentials_that_stay_the_same_are_not_read_for_every_repository(
    gcloud: Gcloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Logins(gcloud.environment)
    first = found(at, "gcr.io")
    for _ in range(3):
        assert found(at, "gcr.io", refused=first) == first
    assert len(gcloud.asked) == 2
    monkeypatch.setattr(logins, "SETTLED", 0.0)
    at = Logins(gcloud.environment)
    assert [found(at, "gcr.io", refused=refused) for refused in (None, first, first)] == [first] * 3
    assert len(gcloud.asked) == 5


def test_a_helper_of_dockers_is_asked_again_as_well(tmp_path: Path) -> None:
    times = f"{tmp_path}/times"
    count = f"""echo >>{times}; printf '{{"Username": "me", "Secret": "%s"}}' "$(wc -l <{times})\""""
    at = Logins(docker(tmp_path, "quay.io", count) | {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    first = found(at, "quay.io")
    assert first == Credentials("me", "1")
    assert found(at, "quay.io", refused=first) == Credentials("me", "2")


@pytest.mark.parametrize("body", [LOGGED_OUT, "true", f"echo {SECRET} and more", f"echo {SECRET}; exit 1"])
def test_without_a_token_access_is_anonymous_and_the_hint_says_what_to_type(
    gcloud: Gcloud, body: str
) -> None:
    gcloud.says(body)
    at = Logins(gcloud.environment)
    assert found(at, "gcr.io") is None
    assert at.hint("gcr.io") == "gcloud auth login; or docker login gcr.io"
    with pytest.raises(PreconditionError) as raised:
        access_token(gcloud.environment)
    assert SECRET not in str(raised.value)


def test_without_gcloud_the_hint_says_where_it_is(tmp_path: Path) -> None:
    at = Logins({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert found(at, "gcr.io") is None
    assert at.hint("gcr.io").startswith("install the Google Cloud CLI")
    assert "docker login gcr.io" in at.hint("gcr.io")
    with pytest.raises(CommandError, match="gcloud is not installed"):
        access_token({"PATH": str(tmp_path)})


def test_hints_name_what_helps(gcloud: Gcloud) -> None:
    at = Logins(gcloud.environment)
    assert at.hint("quay.io") == "docker login quay.io"
    found(at, "gcr.io")
    assert at.hint("gcr.io").startswith("gcloud auth login, with an account that may do this")


@needs_gcloud
def test_the_real_gcloud_gives_its_token_and_keeps_it_out_of_its_log(tmp_path: Path) -> None:
    environment = real_gcloud(tmp_path, SECRET)
    assert access_token(environment) == Credentials(USER, SECRET)
    files = [path for path in (tmp_path / "cloudsdk").rglob("*") if path.is_file()]
    assert files
    assert not any(SECRET.encode() in path.read_bytes() for path in files)


@needs_gcloud
def test_the_real_gcloud_without_an_account_gives_no_token(tmp_path: Path) -> None:
    with pytest.raises(PreconditionError) as raised:
        access_token(real_gcloud(tmp_path))
    assert raised.value.hint == "gcloud auth login"
