"""The rehearsal's GitHub: its REST interface on a Unix socket, over real bare git repositories.

Below `root` lie OWNER/NAME.git (bare; refs live only there), OWNER/NAME.json (issues, pull requests, releases,
statuses, check runs; replaced in one rename), OWNER/NAME.assets/ and the files by which somebody sets how it
behaves. What they are, and what is assumed of GitHub's behaviour: docs/local-github.md. One request is answered
at a time and nothing is awaited in between, so no two requests see each other half done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from releasing.errors import PreconditionError
from releasing.rehearsal.github import faults as github_faults
from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.access_tokens.token_rights import refuse_unless_allowed
from releasing.rehearsal.github.exchanges import Watch
from releasing.rehearsal.github.faults import Faults
from releasing.rehearsal.github.git.push_guard import guard
from releasing.rehearsal.github.middlewares import (
    TOKEN,
    WINDOW,
    Handler,
    authenticated,
    faulty,
    response_of,
    watched,
    worded,
)
from releasing.rehearsal.github.pulls.merge_queue import advanced
from releasing.rehearsal.github.pulls.pull_following import followed
from releasing.rehearsal.github.rate_limit import overview
from releasing.rehearsal.github.releases.assets import STORAGE_HOST, stored
from releasing.rehearsal.github.requests import Answer, Call, Refused, not_found
from releasing.rehearsal.github.routes import ROUTES, UPLOAD_ROUTES, refuse_what_is_not_done
from releasing.rehearsal.github.state import Repository, ServerSettings

REPOSITORY = r"/repos/{owner:[\w-]+}/{repo:[\w.-]+}"
UPLOADS_HOST = "uploads.github.com"
ASSET_LIMIT = 64 * 1024 * 1024
# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT = 100


def application(
    root: Path, settings: ServerSettings, watch: Watch | None = None, faults: Faults | None = None
) -> web.Application:
    """GitHub for the repositories below `root`; `watch` is told of each exchange, `faults` may spoil some."""
    spoiling = (faulty(faults or Faults()), faulty(Faults(root / github_faults.FILE)))
    application = web.Application(
        client_max_size=ASSET_LIMIT,
        middlewares=[watched(root, watch), worded, *spoiling, authenticated(root, settings), worded],
    )
    for routes, uploads in ((ROUTES, False), (UPLOAD_ROUTES, True)):
        for method, path, answer in routes:
            handler = _answering(root, settings, answer, uploads)
            application.router.add_route(method, REPOSITORY + path, handler)
    application.router.add_get("/", _entry)
    application.router.add_get("/user", _user)
    application.router.add_get("/rate_limit", _rate_limit)
    application.router.add_post("/graphql", _graphql(root, settings))
    application.router.add_get(r"/{owner}/{repo}/{asset:\d+}", _storage(root))
    return application


@asynccontextmanager
async def serving(application: web.Application, socket: Path) -> AsyncIterator[None]:
    """Answer on the socket for as long as the context lasts; PreconditionError when its path is too long."""
    if len(str(socket)) > SOCKET_PATH_LIMIT:
        found = f"{socket}: {len(str(socket))} characters, and a socket's path can have {SOCKET_PATH_LIMIT}"
        raise PreconditionError(found, hint="rehearse in a folder with a shorter path")
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(socket)).start()
        yield
    finally:
        await runner.cleanup()


def serve(root: Path, socket: Path, settings: ServerSettings) -> None:
    """Answer on the socket until the process is ended, in whatever way: the state on disk is always whole."""

    async def forever() -> None:
        async with serving(application(root, settings), socket):
            await asyncio.Event().wait()

    asyncio.run(forever())


def _answering(root: Path, settings: ServerSettings, answer: Answer, uploads: bool) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if (request.host == UPLOADS_HOST) != uploads:
            raise not_found()
        body = await request.read()
        names = dict(request.match_info)
        repository = Repository(root, names.pop("owner"), names.pop("repo"))
        call = _call(repository, settings, request, names, body)
        below = request.path.removeprefix(f"/repos/{repository.full_name}")
        refuse_unless_allowed(request[TOKEN], repository, request.method, below)
        refuse_what_is_not_done(answer, call.query)
        return response_of(answer(call))

    return handler


def _call(
    repository: Repository, settings: ServerSettings, request: web.Request, names: dict[str, str], body: bytes
) -> Call:
    if not repository.path.is_dir():
        raise not_found()
    guard(repository)
    now = time.time()
    known = repository.read()
    state = followed(repository, known, now)
    if state != known:
        repository.write(state)
    call = Call(
        repository=repository,
        state=state,
        settings=settings,
        now=now,
        path=request.rel_url.raw_path,
        names=names,
        query=dict(request.query),
        body=body,
        content_type=request.content_type,
        accept=request.headers.get("Accept", ""),
        login=request[TOKEN].login,
        role=request[TOKEN].role(repository.full_name),
    )
    return advanced(call)


async def _entry(_: web.Request) -> web.StreamResponse:
    return web.json_response({"current_user_url": "https://api.github.com/user"})


async def _user(request: web.Request) -> web.StreamResponse:
    if request[TOKEN].app:
        raise Refused(403, "Resource not accessible by integration")
    return web.json_response(shapes.account(request[TOKEN].login))


async def _rate_limit(request: web.Request) -> web.StreamResponse:
    return web.json_response(overview(request[WINDOW]))


def _graphql(root: Path, settings: ServerSettings) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        from releasing.rehearsal.github.graphql import answered  # noqa: PLC0415 - only people's gh asks by it

        asked = await request.json()

        def call_of(owner: str, name: str, names: dict[str, str]) -> Call:
            return _call(Repository(root, owner, name), settings, request, names, b"")

        return web.json_response(answered(root, request[TOKEN], call_of, asked))

    return handler


def _storage(root: Path) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        names = request.match_info
        content = stored(Repository(root, names["owner"], names["repo"]), int(names["asset"]))
        if request.host != STORAGE_HOST or content is None:
            raise not_found()
        return web.Response(body=content, content_type="application/octet-stream")

    return handler
