"""The rehearsal's GitHub: its REST interface on a Unix socket, over real bare git repositories.

Below `root` lie OWNER/NAME.git (bare; refs live only there), OWNER/NAME.json (issues, pull requests, releases
and statuses, replaced in one rename), OWNER/NAME.assets/ and, when somebody wants a check to fail, the file
OWNER/NAME.verdicts.json. What is assumed of GitHub's behaviour: docs/local-github.md. One request is answered
at a time and nothing is awaited in between, so no two requests see each other half done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from releasing.errors import PreconditionError, ReleaseError
from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.faults import Faults, reply_of
from releasing.rehearsal.github.pull_following import followed
from releasing.rehearsal.github.releases import release_of_tag
from releasing.rehearsal.github.requests import Answer, Call, Refused, Reply, not_found
from releasing.rehearsal.github.routes import ROUTES, UPLOAD_ROUTES
from releasing.rehearsal.github.state import Repository, Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REPOSITORY = r"/repos/{owner:[\w-]+}/{repo:[\w.-]+}"
UPLOADS_HOST = "uploads.github.com"
ASSET_LIMIT = 64 * 1024 * 1024
# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT = 100
FAULT = web.RequestKey("fault", str)


@dataclass(frozen=True)
class Exchange:
    """One request and what was answered; `fault` names what stood in the way of the real answer."""

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    content_type: str
    body: bytes
    fault: str | None
    status: int
    reply: bytes


Watch = Callable[[Exchange], None]


def application(
    root: Path, settings: Settings, watch: Watch | None = None, faults: Faults | None = None
) -> web.Application:
    """GitHub for the repositories below `root`; `watch` is told of each exchange, `faults` may spoil some."""
    application = web.Application(
        client_max_size=ASSET_LIMIT, middlewares=[_watched(watch), _faulty(faults or Faults()), _worded]
    )
    for routes, uploads in ((ROUTES, False), (UPLOAD_ROUTES, True)):
        for method, path, answer in routes:
            handler = _answering(root, settings, answer, uploads)
            application.router.add_route(method, REPOSITORY + path, handler)
    application.router.add_get("/user", _user(settings))
    application.router.add_post("/graphql", _graphql(root))
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


def serve(root: Path, socket: Path, settings: Settings) -> None:
    """Answer on the socket until the process is ended, in whatever way: the state on disk is always whole."""

    async def forever() -> None:
        async with serving(application(root, settings), socket):
            await asyncio.Event().wait()

    asyncio.run(forever())


def _answering(root: Path, settings: Settings, answer: Answer, uploads: bool) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if (request.host == UPLOADS_HOST) != uploads:
            raise not_found()
        call = _call(root, settings, request, await request.read())
        return _response(answer(call))

    return handler


def _call(root: Path, settings: Settings, request: web.Request, body: bytes) -> Call:
    names = dict(request.match_info)
    repository = Repository(root, names.pop("owner"), names.pop("repo"))
    if not repository.path.is_dir():
        raise not_found()
    now = time.time()
    known = repository.read()
    state = followed(repository, known, now)
    if state != known:
        repository.write(state)
    return Call(
        repository=repository,
        state=state,
        settings=settings,
        now=now,
        path=request.rel_url.raw_path,
        names=names,
        query=dict(request.query),
        body=body,
        content_type=request.content_type,
    )


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


def _user(settings: Settings) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.json_response(shapes.account(settings.login))

    return handler


def _graphql(root: Path) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if "RepositoryReleaseByTag" not in asked["query"]:
            message = "the local GitHub answers GraphQL only to `gh release upload`; ask by REST"
            return web.json_response({"errors": [{"type": "NOT_FOUND", "message": message}]})
        names = asked["variables"]
        state = Repository(root, names["owner"], names["name"]).read()
        found = release_of_tag(state, names["tagName"])
        return web.json_response({"data": {"repository": {"release": found}}})

    return handler


@web.middleware
async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse in GitHub's form: 401 without a token, 404 for a method that a path does not know."""
    try:
        if "Authorization" not in request.headers:
            raise Refused(401, "Requires authentication")
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.json_response(not_found().body, status=404)
    except ReleaseError as error:
        return web.json_response({"message": str(error)}, status=500)


def _faulty(faults: Faults) -> Middleware:
    @web.middleware
    async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
        kind = faults.take(request.method, request.path)
        if kind is None:
            return await handler(request)
        request[FAULT] = kind
        if kind not in ("drop", "apply-then-drop"):
            return _response(reply_of(kind))
        answered = await handler(request) if kind == "apply-then-drop" else web.Response(status=502)
        if request.transport is not None:
            request.transport.abort()
        return answered

    return faulty


def _watched(watch: Watch | None) -> Middleware:
    @web.middleware
    async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if watch is not None:
            watch(await _exchange(request, response))
        return response

    return watched


async def _exchange(request: web.Request, response: web.StreamResponse) -> Exchange:
    reply = response.body if isinstance(response, web.Response) else b""
    return Exchange(
        method=request.method,
        host=request.host,
        path=request.path,
        query=tuple(request.query.items()),
        content_type=request.content_type,
        body=await request.read(),
        fault=request.get(FAULT),
        status=response.status,
        reply=reply if isinstance(reply, bytes) else b"",
    )
