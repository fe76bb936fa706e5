"""Real registries that want a login: docker-registry with passwords and with tokens, and others' challenges."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.auth import logins
from releasing.clients.registry.client import Registry
from releasing.config import registries
from releasing.errors import PreconditionError
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed
from tests.support.registries import docker_registry, guarded_registry
from tests.support.release_yaml import release_yaml, through
from tests.support.token_service import TokenService, needs_openssl

X = f"{PROJECT}/x"
BUILD = "v20180707-5a11c84d"
LOGIN = "me:hunter2"
# What `htpasswd -B` writes for that login.
HTPASSWD = "me:$2b$04$HZYzUMZ0gHCiWvemHHqTGOLi/Upe3U9wFjJ.Hznvnl3jceU.mmvuS\n"


def environment(folder: Path, url: str, login: str) -> dict[str, str]:
    """The environment of an operator with that login at the registry, or with none."""
    (folder / "docker").mkdir(exist_ok=True)
    entry = {"auth": base64.b64encode(login.encode()).decode()}
    auths = {url.removeprefix("http://"): entry} if login else {}
    (folder / "docker" / "config.json").write_text(json.dumps({"auths": auths}))
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io"}
    return mirror | {"DOCKER_CONFIG": str(folder / "docker")} | release_yaml(folder)


async def tagged(client: Registry) -> str | None:
    manifest = await client.manifest(X, BUILD)
    assert manifest
    await client.tag(X, "v0.2.1", manifest)
    return await client.digest(X, "v0.2.1")


def stocked(folder: Path) -> str:
    """Put an image into the storage of a registry that is still open; gives its digest."""
    with docker_registry(folder) as url:
        return pushed(url, "x")["x"]


@pytest.fixture
def passwords(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A registry with a password for everything, and the digest of its image."""
    digest = stocked(tmp_path / "registry")
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "Registry Realm", "path": str(tmp_path / "htpasswd")}}
    with guarded_registry(tmp_path / "registry", auth) as url:
        yield url, digest


def test_a_registry_with_passwords_takes_dockers(passwords: tuple[str, str], tmp_path: Path) -> None:
    url, digest = passwords
    assert registries.ask(tagged, environment(tmp_path, url, LOGIN)) == digest


@pytest.mark.parametrize("login", ["", "me:planted"])
def test_a_registry_with_passwords_refuses_others(
    passwords: tuple[str, str], tmp_path: Path, login: str
) -> None:
    url, _ = passwords
    with pytest.raises(PreconditionError, match="HTTP 401") as raised:
        registries.ask(tagged, environment(tmp_path, url, login))
    assert raised.value.hint == f"docker login {url.removeprefix('http://')}"
    assert "planted" not in str(raised.value)


def test_a_password_that_changed_in_the_middle_is_read_again(
    passwords: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "SETTLED", 0.0)
    url, digest = passwords
    operator = environment(tmp_path, url, "me:last-year")

    async def work(client: Registry) -> str | None:
        with pytest.raises(PreconditionError):
            await client.digest(X, BUILD)
        environment(tmp_path, url, LOGIN)
        return await tagged(client)

    assert registries.ask(work, operator) == digest


@contextmanager
def tokens(folder: Path) -> Iterator[tuple[str, str, TokenService]]:
    """A registry with a token service: its address, the digest of its image, the service."""
    digest = stocked(folder / "registry")
    service = TokenService(folder / "keys", LOGIN)
    with faulty_registry(folder / "service") as at:
        at.fault = service
        with guarded_registry(folder / "registry", service.auth(at.url)) as url:
            yield url, digest, service


@needs_openssl
def test_a_registry_with_a_token_service_takes_its_tokens(tmp_path: Path) -> None:
    with tokens(tmp_path) as (url, digest, service):
        assert registries.ask(tagged, environment(tmp_path, url, LOGIN)) == digest
        # docker-registry names the rights in any order.
        asked = [
            (scope.rpartition(":")[0], {*scope.rpartition(":")[2].split(",")}) for scope in service.scopes
        ]
        assert asked == [(f"repository:{X}", {"pull"}), (f"repository:{X}", {"pull", "push"})]
        service.scopes.clear()
        assert registries.digest(X, BUILD, environment(tmp_path, url, "")) == digest
        with pytest.raises(PreconditionError, match="HTTP 401"):
            registries.ask(tagged, environment(tmp_path, url, ""))
        with pytest.raises(PreconditionError, match="refuses your credentials"):
            registries.ask(tagged, environment(tmp_path, url, "me:planted"))


CHALLENGES = {
    "docker.io": 'Bearer realm="{realm}",service="registry.docker.io",scope="{scope}"',
    "ghcr.io": 'Bearer realm="{realm}",service="ghcr.io",scope="{scope}"',
    "without a scope": 'Bearer realm="{realm}",service="x"',
    "without a service": "bearer realm={realm}, scope={scope}",
    "only to read": 'Bearer realm="{realm}",service="x",scope="repository:p/x:pull"',
    "two ways": 'Basic realm="x", Bearer realm="{realm}",service="x",scope="{scope}",error="invalid_token"',
}


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        through(monkeypatch, faulty.url)
        yield faulty


@pytest.mark.parametrize("form", CHALLENGES)
def test_every_form_of_challenge_leads_to_a_token_for_what_is_done(
    faulty: Faulty, tmp_path: Path, form: str
) -> None:
    host = form if "." in form else "quay.io"
    address = "registry-1.docker.io" if host == "docker.io" else host
    asked: list[tuple[str, str]] = []

    async def gate(request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            asked.append((request.query["scope"], request.headers.get("Authorization", "")[:5]))
            return web.json_response({"token": "t" + request.query["scope"].rpartition(":")[2]})
        right = "pull,push" if request.method == "PUT" else "pull"
        if request.headers.get("Authorization") == f"Bearer t{right}":
            return web.Response(status=201 if request.method == "PUT" else 200, body=b"{}")
        scope = f"repository:p/x:{right}"
        text = CHALLENGES[form].format(realm=f"http://{address}/token", scope=scope)
        return web.Response(status=401, headers={"WWW-Authenticate": text})

    async def work(client: Registry) -> None:
        manifest = await client.manifest(f"{host}/p/x", "v1")
        assert manifest
        await client.tag(f"{host}/p/x", "v2", manifest)

    faulty.fault = gate
    settings = release_yaml(tmp_path, f"registries: {{{host}: {{plain-http: true}}}}\n")
    key = "https://index.docker.io/v1/" if host == "docker.io" else host
    auths = {"auths": {key: {"auth": base64.b64encode(LOGIN.encode()).decode()}}}
    (tmp_path / "config.json").write_text(json.dumps(auths))
    registries.ask(work, settings | {"DOCKER_CONFIG": str(tmp_path)})
    assert asked == [("repository:p/x:pull", "Basic"), ("repository:p/x:pull,push", "Basic")]


def test_a_password_stays_with_the_token_service_it_is_for(faulty: Faulty, tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    async def moving(request: web.Request) -> web.StreamResponse:
        seen.append((request.path, request.headers.get("Authorization", "")))
        if request.path == "/token":
            return web.Response(status=302, headers={"Location": "http://other.example/token2"})
        if request.path == "/token2":
            return web.json_response({"token": "t"})
        if request.headers.get("Authorization"):
            return web.Response(headers={"Docker-Content-Digest": "sha256:x"})
        challenge = {"WWW-Authenticate": 'Bearer realm="http://quay.io/token",service="x"'}
        return web.Response(status=401, headers=challenge)

    faulty.fault = moving
    plain = "registries: {quay.io: {plain-http: true}, other.example: {plain-http: true}}\n"
    (tmp_path / "config.json").write_text(
        json.dumps({"auths": {"quay.io": {"username": "me", "password": "x"}}})
    )
    settings = release_yaml(tmp_path, plain) | {"DOCKER_CONFIG": str(tmp_path)}
    assert registries.digest("quay.io/p/x", "v1", settings) == "sha256:x"
    assert [(path, bool(shown)) for path, shown in seen[1:3]] == [("/token", True), ("/token2", False)]


def test_a_token_stays_with_its_registry_when_a_list_goes_on_elsewhere(
    faulty: Faulty, tmp_path: Path
) -> None:
    seen: list[str] = []

    async def paging(request: web.Request) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "")
        if request.path == "/token":
            return web.json_response({"token": "t"})
        if "last" in request.query:
            seen.append(shown)
            return web.json_response({"tags": ["b"]})
        if not shown:
            challenge = {"WWW-Authenticate": 'Bearer realm="http://quay.io/token",service="x"'}
            return web.Response(status=401, headers=challenge)
        link = {"Link": '<http://other.example/v2/p/x/tags/list?last=a>; rel="next"'}
        return web.json_response({"tags": ["a"]}, headers=link)

    async def work(client: Registry) -> list[str]:
        return (await client.listing("quay.io/p/x")).all_tags

    faulty.fault = paging
    plain = "registries: {quay.io: {plain-http: true}, other.example: {plain-http: true}}\n"
    assert registries.ask(work, release_yaml(tmp_path, plain)) == ["a", "b"]
    assert seen == [""]
