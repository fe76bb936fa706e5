"""What was asked of the local GitHub and what it answered: for tests to hold against GitHub's description, and
for whoever wants the requests of a whole run in their order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

LOG = "requests.log"
UNANSWERED = ("drop", "apply-then-drop")


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
    reply_type: str = "application/json"


async def exchange_of(request: web.Request, response: web.StreamResponse, fault: str | None) -> Exchange:
    """The exchange that a request and its response make."""
    reply = response.body if isinstance(response, web.Response) else b""
    return Exchange(
        method=request.method,
        host=request.host,
        path=request.path,
        query=tuple(request.query.items()),
        content_type=request.content_type,
        body=await request.read(),
        fault=fault,
        status=response.status,
        reply=reply if isinstance(reply, bytes) else b"",
        reply_type=response.content_type,
    )


Watch = Callable[[Exchange], None]


def logged(file: Path, exchange: Exchange) -> None:
    """Add the exchange to the log, a line of JSON each, when the file is there: who wants it makes it."""
    if not file.exists():
        return
    query = f"?{urlencode(exchange.query)}" if exchange.query else ""
    line = {
        "method": exchange.method,
        "host": exchange.host,
        "path": exchange.path + query,
        "status": None if exchange.fault in UNANSWERED else exchange.status,
        "fault": exchange.fault,
    }
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
