"""What happens around every request to the rehearsal's GitHub: who asks, the rate limit, faults and the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from releasing.errors import ReleaseError
from releasing.rehearsal.github.access_tokens.token_file import Token, token_of
from releasing.rehearsal.github.access_tokens.token_rights import accepted
from releasing.rehearsal.github.exchanges import LOG, Watch, exchange_of, logged
from releasing.rehearsal.github.faults import Fault, Faults, reply_of
from releasing.rehearsal.github.rate_limit import Usage, Window
from releasing.rehearsal.github.releases.assets import STORAGE_HOST
from releasing.rehearsal.github.requests import Refused, Reply, not_found
from releasing.rehearsal.github.state import ServerSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FAULT = web.RequestKey("fault", str)
TOKEN = web.RequestKey("token", Token)
WINDOW = web.RequestKey("window", Window)


def response_of(reply: Reply) -> web.Response:
    """A reply as HTTP has it."""
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    if isinstance(reply.body, bytes):
        return web.Response(
            body=reply.body, status=reply.status, headers=reply.headers, content_type="text/plain"
        )
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


@web.middleware
async def worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse in GitHub's form: 404 for a method that a path does not know, too."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status, headers=refused.headers)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.json_response(not_found().body, status=404)
    except ReleaseError as error:
        return web.json_response({"message": str(error)}, status=500)
    except ConnectionError:
        raise  # the client's, not the disk's
    except OSError as error:
        where = error.filename or request.path
        return web.json_response({"message": f"{where}: {error.strerror}"}, status=507)


def authenticated(root: Path, settings: ServerSettings) -> Middleware:
    """Know who asks, by the token, and count against its rate limit."""
    usage = Usage()

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
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

    return around


def faulty(faults: Faults) -> Middleware:
    """Spoil what `faults` says is to be spoilt."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = faults.take(request.method, request.path)
        if fault is None:
            return await handler(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        request[FAULT] = fault.kind
        return await _spoilt(fault, request, handler)

    return around


async def _spoilt(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind not in ("drop", "apply-then-drop"):
        return response_of(reply_of(fault))
    answered = await handler(request) if fault.kind == "apply-then-drop" else web.Response(status=502)
    if request.transport is not None:
        request.transport.abort()
    return answered


def watched(root: Path, watch: Watch | None) -> Middleware:
    """Log each exchange, and tell `watch` of it."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        exchange = await exchange_of(request, response, request.get(FAULT))
        logged(root / LOG, exchange)
        if watch is not None:
            watch(exchange)
        return response

    return around
