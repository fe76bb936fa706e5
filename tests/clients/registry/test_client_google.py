"""Google's registries: anonymous where that is enough, gcloud's access token where it is not.

gcr.io is plain HTTP here, through a proxy on this machine, so that everything goes by its own name.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.client import Registry
from releasing.config import registries
from releasing.errors import PreconditionError
from releasing.shell.programs import Shell
from tests.clients.registry.auth.test_logins import LOGGED_IN, LOGGED_OUT, SECRET
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, listing, pushed
from tests.support.gcloud_programs import Gcloud, needs_gcloud, real_gcloud
from tests.support.paths import SCRIPTS
from tests.support.release_yaml import release_yaml, through

X = f"gcr.io/{PROJECT}/x"
BUILD = "v20180707-5a11c84d"
REALM = "http://gcr.io/v2/token"
APPLY = SCRIPTS / "apply_image_tags.py"


def basic(token: str) -> str:
    return f"Basic {base64.b64encode(f'oauth2accesstoken:{token}'.encode()).decode()}"


@dataclass
class Google:
    """The token service and the gate of gcr.io; every token is good for `uses` requests.

    Anonymous tokens are refused to a private repository by the `service` or, with that status, by the registry.
    """

    private: bool = False
    refusal: int = 403
    service: bool = True
    uses: int = 99
    silent: bool = False
    account: str = SECRET
    left: dict[str, int] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        if request.path == "/v2/token":
            return self.give(request)
        used = request.headers.get("Authorization", "")
        if used == basic(self.account):
            return None
        if self.left.get(used, 0):
            self.left[used] -= 1
            known = used.endswith("known")
            allowed = known or not (self.private or request.method == "PUT")
            return None if allowed else self.refused(self.refusal)
        return self.refused(self.refusal if self.silent else 401)

    def refused(self, status: int) -> web.Response:
        challenge = {} if self.silent else {"WWW-Authenticate": f'Bearer realm="{REALM}",service="gcr.io"'}
        return web.Response(status=status, headers=challenge)

    def give(self, request: web.Request) -> web.Response:
        shown, wanted = request.headers.get("Authorization", ""), request.query["scope"].rpartition(":")[2]
        if shown not in ("", basic(self.account)) or (self.private and self.service and not shown):
            return web.Response(status=self.refusal)
        who = "known" if shown else "anonymous"
        self.given.append(f"{wanted} {who}")
        self.left[f"Bearer {len(self.given)}-{who}"] = self.uses
        return web.json_response({"token": f"{len(self.given)}-{who}"})


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        pushed(faulty.url, "x")
        through(monkeypatch, faulty.url)
        yield faulty


@pytest.fixture
def gcloud(tmp_path: Path) -> Gcloud:
    return Gcloud(tmp_path / "gcloud").says(LOGGED_IN)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return release_yaml(tmp_path, "registries: {gcr.io: {plain-http: true}}\n")


async def read(client: Registry) -> str | None:
    return await client.digest(X, BUILD)


async def thrice(client: Registry) -> str | None:
    return [await read(client) for _ in range(3)][-1]


async def write(client: Registry) -> None:
    manifest = await client.manifest(X, BUILD)
    assert manifest
    await client.tag(X, "v0.2.1", manifest)


def test_what_is_public_is_read_without_gcloud(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str]
) -> None:
    faulty.fault = Google()
    assert registries.ask(read, settings | gcloud.environment)
    assert gcloud.asked == []


def test_an_anonymous_token_that_runs_out_is_no_reason_to_ask_gcloud(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str]
) -> None:
    faulty.fault = google = Google(uses=1)
    assert registries.ask(thrice, settings | gcloud.environment)
    assert google.given == ["pull anonymous"] * 3
    assert gcloud.asked == []


@pytest.mark.parametrize(
    ("refusal", "service", "silent"),
    [(401, True, False), (401, False, False), (403, True, False), (403, False, False), (403, False, True)],
)
def test_what_is_private_is_read_with_gclouds_token(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str], refusal: int, service: bool, silent: bool
) -> None:
    faulty.fault = google = Google(private=True, refusal=refusal, service=service, silent=silent)
    assert registries.ask(thrice, settings | gcloud.environment)
    assert len(gcloud.asked) == 1
    assert google.given[-1:] == ([] if silent else ["pull known"])


def test_a_write_asks_gcloud_at_once(faulty: Faulty, gcloud: Gcloud, settings: dict[str, str]) -> None:
    faulty.fault = google = Google()
    registries.ask(write, settings | gcloud.environment)
    assert google.given == ["pull anonymous", "pull,push known"]
    assert len(gcloud.asked) == 1


@pytest.mark.parametrize("uses", [1, 99])
def test_an_access_token_that_ran_out_is_read_again(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str], uses: int
) -> None:
    """With `uses`, gcr.io's own token has run out as well."""
    faulty.fault = google = Google(private=True, uses=uses)

    async def an_hour_later(client: Registry) -> str | None:
        await read(client)
        google.account = "ya29.second"
        gcloud.says("echo ya29.second")
        if uses == 1:
            return await read(client)
        await write(client)
        return await read(client)

    assert registries.ask(an_hour_later, settings | gcloud.environment)
    assert len(gcloud.asked) == 2


@pytest.mark.parametrize("body", [LOGGED_OUT, ""])
def test_without_gcloud_what_is_public_is_read_and_a_refusal_says_what_to_type(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str], body: str
) -> None:
    if body:
        gcloud.says(body)
    environment = settings | (
        gcloud.environment if body else {"PATH": "/nonexistent", "HOME": "/nonexistent"}
    )
    faulty.fault = google = Google()
    assert registries.ask(read, environment)
    with pytest.raises(PreconditionError, match="HTTP 403") as raised:
        registries.ask(write, environment)
    assert ("gcloud auth login" if body else "install the Google Cloud CLI") in raised.value.hint
    google.private = True
    with pytest.raises(PreconditionError, match="refuses anonymous access") as raised:
        registries.ask(read, environment)
    assert ("gcloud auth login" if body else "install the Google Cloud CLI") in raised.value.hint


def test_an_account_that_may_not_write_is_told_so(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str]
) -> None:
    faulty.fault = Google(account="ya29.somebody-else")
    with pytest.raises(PreconditionError, match=r"gcr\.io refuses your credentials .*:pull,push") as raised:
        registries.ask(write, settings | gcloud.environment)
    assert "gcloud auth list" in raised.value.hint
    assert SECRET not in str(raised.value)


@needs_gcloud
def test_the_real_gcloud_opens_a_private_repository(
    faulty: Faulty, settings: dict[str, str], tmp_path: Path
) -> None:
    faulty.fault = Google(private=True)
    assert registries.ask(read, settings | real_gcloud(tmp_path, SECRET))


@pytest.mark.parametrize("account", [SECRET, "ya29.somebody-else"])
def test_the_secret_is_nowhere_but_in_the_requests(
    faulty: Faulty, gcloud: Gcloud, settings: dict[str, str], tmp_path: Path, account: str
) -> None:
    faulty.fault = Google(private=True, account=account)
    digest = pushed_digest(faulty, tmp_path)
    gcloud.says(f"echo {SECRET}; echo {SECRET} >&2")
    said: list[str] = []
    path = {"PATH": f"{gcloud.folder}:{APPLY.parent}:/usr/bin:/bin", "PYTHONASYNCIODEBUG": "1"}
    proxy = {"http_proxy": faulty.url, "PYTHONDONTWRITEBYTECODE": "1"}
    environment = gcloud.environment | settings | path | proxy
    shell = Shell(environment, show=said.append, log=tmp_path / "commands.log")
    command = shell["apply_image_tags.py"]["--images-file", str(tmp_path / "image_tags.yaml")]
    applied = shell.succeeds(command["--pattern", ".*:v0.2.1", "--plan"])
    assert applied is (account == SECRET)
    try:
        shell.run(command["--pattern", ".*:v0.2.1", "--json"])
    except Exception as error:  # noqa: BLE001 - whatever it says counts
        said += [str(error), repr(error)]
    assert any(digest in line for line in said) is applied
    written = "\n".join([*said, (tmp_path / "commands.log").read_text(), *gcloud.asked])
    for secret in (SECRET, basic(SECRET).split()[1], "-known"):
        assert secret not in written


def pushed_digest(faulty: Faulty, folder: Path) -> str:
    """Write an image_tags.yaml with the image; gives its digest."""
    asking, faulty.fault = faulty.fault, None
    digest = pushed(faulty.url, "x")["x"]
    faulty.fault = asking
    text = listing({"x": digest}, "v0.2.1").decode().replace(PROJECT, f"gcr.io/{PROJECT}")
    (folder / "image_tags.yaml").write_text(text)
    return digest
