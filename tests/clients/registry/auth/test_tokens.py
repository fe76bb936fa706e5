"""The bearer-token flow, against a registry that asks for tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.client import Registry
from releasing.clients.registry.concurrency import together
from releasing.config import registries
from releasing.errors import PreconditionError
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed

X = f"{PROJECT}/x"


class Gate:
    """Wants a token, each good for `uses` requests; gives one to whoever logs in as `login`, if that is set."""

    def __init__(self, faulty: Faulty, uses: int, login: str = "") -> None:
        self.faulty, self.uses, self.login = faulty, uses, login
        self.left: dict[str, int] = {}
        self.scopes: list[str] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        if request.path == "/token":
            return self.give(request)
        token = request.headers.get("Authorization", "")
        if self.left.get(token, 0):
            self.left[token] -= 1
            return None
        repository, right = (
            request.path.split("/manifests/")[0],
            "pull,push" if request.method == "PUT" else "pull",
        )
        scope = f"repository:{repository.removeprefix('/v2/')}:{right}"
        challenge = f'Bearer realm="{self.faulty.url}/token",service="me",scope="{scope}"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    def give(self, request: web.Request) -> web.Response:
        wanted = f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if self.login and request.headers.get("Authorization") != wanted:
            return web.Response(status=403)
        self.scopes.append(request.query["scope"])
        self.left[f"Bearer t{len(self.scopes)}"] = self.uses
        return web.json_response({"token": f"t{len(self.scopes)}"})


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


def logged_in(faulty: Faulty, folder: Path, login: str) -> dict[str, str]:
    entry = {"auth": base64.b64encode(login.encode()).decode()}
    (folder / "config.json").write_text(json.dumps({"auths": {faulty.url.removeprefix("http://"): entry}}))
    return faulty.environment | {"DOCKER_CONFIG": str(folder)}


def test_an_anonymous_token_is_got_once_for_each_repository(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "x")
    faulty.fault = gate = Gate(faulty, uses=99)

    async def work(client: Registry) -> list[str | None]:
        return await together(client.digest(X, "v20180707-5a11c84d") for _ in range(20))

    assert set(registries.ask(work, faulty.environment)) == {digests["x"]}
    assert gate.scopes == [f"repository:{X}:pull"]


def test_a_token_that_runs_out_in_the_middle_is_renewed(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "x")
    faulty.fault = gate = Gate(faulty, uses=1)

    async def work(client: Registry) -> list[str | None]:
        return [await client.digest(X, "v20180707-5a11c84d") for _ in range(3)]

    assert registries.ask(work, faulty.environment) == [digests["x"]] * 3
    assert len(gate.scopes) == 3


def test_writing_asks_for_the_right_to_write(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "x")
    faulty.fault = gate = Gate(faulty, uses=99)

    async def work(client: Registry) -> None:
        manifest = await client.manifest(X, digests["x"])
        assert manifest
        await client.tag(X, "v0.2.1", manifest)

    registries.ask(work, faulty.environment)
    assert gate.scopes == [f"repository:{X}:pull", f"repository:{X}:pull,push"]


def test_the_operators_credentials_buy_the_token(faulty: Faulty, tmp_path: Path) -> None:
    pushed(faulty.url, "x")
    faulty.fault = Gate(faulty, uses=99, login="me:hunter2")
    assert registries.digest(X, "v20180707-5a11c84d", logged_in(faulty, tmp_path, "me:hunter2"))


def test_refused_credentials_are_an_error_that_does_not_show_them(faulty: Faulty, tmp_path: Path) -> None:
    faulty.fault = Gate(faulty, uses=99, login="me:other")
    with pytest.raises(PreconditionError, match="refuses your credentials") as raised:
        registries.digest(X, "v1", logged_in(faulty, tmp_path, "me:hunter2"))
    assert "hunter2" not in str(raised.value)
    assert "docker login" in raised.value.hint


def test_a_token_that_is_never_enough_is_an_error_and_not_a_loop(faulty: Faulty) -> None:
    faulty.fault = Gate(faulty, uses=0)
    with pytest.raises(PreconditionError, match="answers HTTP 401"):
        registries.digest(X, "v1", faulty.environment)


def test_credentials_do_not_travel_in_plain_http_to_another_machine(faulty: Faulty, tmp_path: Path) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="http://token.example/"'})

    faulty.fault = elsewhere
    with pytest.raises(PreconditionError, match=r"http://token\.example: expected https"):
        registries.digest(X, "v1", logged_in(faulty, tmp_path, "me:hunter2"))
