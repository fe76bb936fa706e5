"""The rehearsal's GitHub: its REST interface on a Unix socket, over real bare git repositories.

Below `root` lie OWNER/NAME.git (bare; refs live only there), OWNER/NAME.json (issues, pull requests, releases,
statuses, check runs; replaced in one rename), OWNER/NAME.assets/ and the files by which somebody sets how it
behaves. What they are, and what is assumed of GitHub's behaviour: docs/local-github.md. One request is answered
at a time and nothing is awaited in between, so no two requests see each other half done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from releasing.errors import PreconditionError, ReleaseError
from releasing.rehearsal.github import faults as github_faults
from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.access import accepted, refuse_unless_allowed
from releasing.rehearsal.github.assets import STORAGE_HOST, stored
from releasing.rehearsal.github.exchanges import LOG, Watch, exchange_of, logged
from releasing.rehearsal.github.faults import Fault, Faults, reply_of
from releasing.rehearsal.github.graphql import answered
from releasing.rehearsal.github.merge_queue import advanced
from releasing.rehearsal.github.pull_following import followed
from releasing.rehearsal.github.push_guard import guard
from releasing.rehearsal.github.rate_limit import Usage, Window, overview
from releasing.rehearsal.github.requests import Answer, Call, Refused, Reply, not_found
from releasing.rehearsal.github.routes import ROUTES, UPLOAD_ROUTES, refuse_what_is_not_done
from releasing.rehearsal.github.state import Repository, Settings
from releasing.rehearsal.github.tokens import Token, token_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REPOSITORY = r"/repos/{owner:[\w-]+}/{repo:[\w.-]+}"
UPLOADS_HOST = "uploads.github.com"
ASSET_LIMIT = 64 * 1024 * 1024
# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT = 100
FAULT = web.RequestKey("fault", str)
TOKEN = web.RequestKey("token", Token)
WINDOW = web.RequestKey("window", Window)


def application(
    root: Path, settings: Settings, watch: Watch | None = None, faults: Faults | None = None
) -> web.Application:
    """GitHub for the repositories below `root`; `watch` is told of each exchange, `faults` may spoil some."""
    spoiling = (_faulty(faults or Faults()), _faulty(Faults(root / github_faults.FILE)))
    application = web.Application(
        client_max_size=ASSET_LIMIT,
        middlewares=[_watched(root, watch), _worded, *spoiling, _authenticated(root, settings), _worded],
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
        body = await request.read()
        names = dict(request.match_info)
        repository = Repository(root, names.pop("owner"), names.pop("repo"))
        call = _call(repository, settings, request, names, body)
        below = request.path.removeprefix(f"/repos/{repository.full_name}")
        refuse_unless_allowed(request[TOKEN], repository, request.method, below)
        refuse_what_is_not_done(answer, call.query)
        return _response(answer(call))

    return handler


def _call(
    repository: Repository, settings: Settings, request: web.Request, names: dict[str, str], body: bytes
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


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


async def _entry(_: web.Request) -> web.StreamResponse:
    return web.json_response({"current_user_url": "https://api.github.com/user"})


async def _user(request: web.Request) -> web.StreamResponse:
    if request[TOKEN].app:
        raise Refused(403, "Resource not accessible by integration")
    return web.json_response(shapes.account(request[TOKEN].login))


async def _rate_limit(request: web.Request) -> web.StreamResponse:
    return web.json_response(overview(request[WINDOW]))


def _graphql(root: Path, settings: Settings) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
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


@web.middleware
async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse in GitHub's form: 404 for a method that a path does not know, too."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status, headers=refused.headers)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.json_response(not_found().body, status=404)
    except ReleaseError as error:
        return web.json_response({"message": str(error)}, status=500)


def _authenticated(root: Path, settings: Settings) -> Middleware:
    usage = Usage()

    @web.middleware
    async def authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host == STORAGE_HOST:
            return await handler(request)
        token = token_of(root, settings.login, request.headers.get("Authorization"))
        free = request.path == "/rate_limit"
        request[TOKEN] = token
        request[WINDOW] = usage.window(token) if free else usage.count(token)
        response = await handler(request)
        told = {**token.headers(), **accepted(request.method, request.path), **request[WINDOW].headers()}
        response.headers.update(told)
        return response

    return authenticated


def _faulty(faults: Faults) -> Middleware:
    @web.middleware
    async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = faults.take(request.method, request.path)
        if fault is None:
            return await handler(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        request[FAULT] = fault.kind
        return await _spoilt(fault, request, handler)

    return faulty


async def _spoilt(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind not in ("drop", "apply-then-drop"):
        return _response(reply_of(fault))
    answered = await handler(request) if fault.kind == "apply-then-drop" else web.Response(status=502)
    if request.transport is not None:
        request.transport.abort()
    return answered


def _watched(root: Path, watch: Watch | None) -> Middleware:
    @web.middleware
    async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        exchange = await exchange_of(request, response, request.get(FAULT))
        logged(root / LOG, exchange)
        if watch is not None:
            watch(exchange)
        return response

    return watched
