"""The rehearsal's webhook: takes every report over HTTP and keeps it in a folder, and tells nobody."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web


def application(folder: Path) -> web.Application:
    """Keeps what is posted as numbered files: a report that is posted twice lies there twice."""

    async def keep(request: web.Request) -> web.Response:
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("*.json"))) + 1
        (folder / f"{number}.json").write_bytes(await request.read())
        return web.Response(text="kept, and passed on to nobody: this is a rehearsal")

    application = web.Application()
    application.router.add_post("/nightly", keep)
    return application
