"""The sandbox's servers, as one program: registry, testgrid, webhook and mail on loopback, GitHub on a Unix socket.

  python -m releasing.rehearsal.servers

Reads the sandbox's folder, as a line of JSON, prints `ready` when all answer, and ends when its standard input does,
so that it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web

from releasing.rehearsal import mail_server, testgrid_server, webhook_receiver
from releasing.rehearsal.folders import REGISTRY, SMTP, TESTGRID, WEBHOOK, Place
from releasing.rehearsal.github import application
from releasing.rehearsal.github.state import ServerSettings
from releasing.rehearsal.registry import distribution


async def serve(place: Place) -> None:
    """Answer until standard input ends."""
    settings = ServerSettings(**json.loads(place.settings.read_text(encoding="utf-8")))
    loopback = distribution.application(place.registry)
    loopback.add_subapp(TESTGRID, testgrid_server.application(place.github, settings))
    loopback.add_subapp(WEBHOOK, webhook_receiver.application(place.posts))
    runner = web.AppRunner(loopback, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await _listen(runner, place)
    letters = await mail_server.listen(place.letters, place.port(SMTP))
    place.remember_port(SMTP, letters.sockets[0].getsockname()[1])
    # A killed server leaves its socket behind.
    place.socket.unlink(missing_ok=True)
    async with application.serving(application.application(place.github, settings), place.socket):
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    letters.close()
    await runner.cleanup()
    place.socket.unlink(missing_ok=True)


async def _listen(runner: web.AppRunner, place: Place) -> None:
    """Listen on the port of the last time, so that addresses printed then still hold; else on any."""
    try:
        await web.TCPSite(runner, "127.0.0.1", place.port(REGISTRY)).start()
    except OSError:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    place.remember_port(REGISTRY, runner.addresses[0][1])


def main() -> None:
    """Serve the sandbox that standard input names; nothing, when it ends without a name."""
    line = sys.stdin.buffer.readline()
    if not line:
        return
    place = Place(Path(json.loads(line)))
    log = os.open(place.folder / "servers.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    os.dup2(log, sys.stderr.fileno())
    os.close(log)
    asyncio.run(serve(place))


if __name__ == "__main__":
    main()
