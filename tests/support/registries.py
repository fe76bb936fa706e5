"""Real registries on loopback for tests: Debian's docker-registry, and the rehearsal's own."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from aiohttp import web

from releasing.rehearsal.registry.distribution import Fault, application

LISTENING = re.compile(rb"listening on (127\.0\.0\.1:\d+)")


def installed(program: str, package: str = "") -> str:
    """Give the path of a program of a Debian package, of the same name unless given; without it the test fails."""
    path = shutil.which(program)
    if path is None:
        pytest.fail(
            f"{program} is not installed: apt-get install {package or program} (Debian's package)",
            pytrace=False,
        )
    return path


@contextmanager
def docker_registry(folder: Path) -> Iterator[str]:
    """Run Debian's docker-registry with its storage in `folder`; yields its base URL once it listens."""
    with guarded_registry(folder, {}) as url:
        yield url


@contextmanager
def guarded_registry(folder: Path, auth: dict[str, Any]) -> Iterator[str]:
    """Run docker-registry with `auth` as the section of that name in its settings; empty lets everybody in."""
    settings = folder / "docker-registry.json"
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        json.dumps(
            {
                "version": "0.1",
                "log": {"level": "info", "accesslog": {"disabled": True}},
                "storage": {
                    "filesystem": {"rootdirectory": str(folder / "storage")},
                    "delete": {"enabled": True},
                },
                "http": {"addr": "127.0.0.1:0"},
                **({"auth": auth} if auth else {}),
            }
        )
    )
    command = [installed("docker-registry"), "serve", str(settings)]
    # An empty environment: REGISTRY_… variables would override the settings.
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={}) as server:
        assert server.stderr is not None
        address = _address(server.stderr)
        rest = Thread(target=_drain, args=(server.stderr, folder / "docker-registry.log"))
        rest.start()
        try:
            yield f"http://{address}"
        finally:
            server.terminate()
            rest.join()


def _address(lines: IO[bytes]) -> str:
    """Read up to the line that names the address."""
    heard = b""
    for line in lines:
        heard += line
        if found := LISTENING.search(line):
            return found[1].decode()
    pytest.fail(f"docker-registry ended before it listened:\n{heard.decode()}", pytrace=False)


def _drain(lines: IO[bytes], log: Path) -> None:
    """Move what the server says to its log until it ends, so that the pipe never fills."""
    with log.open("wb") as out:
        shutil.copyfileobj(lines, out)


@contextmanager
def rehearsal_registry(folder: Path, fault: Fault | None = None) -> Iterator[str]:
    """Run the rehearsal's registry in a thread with its layouts in `folder`; yields its base URL."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(application(folder, fault), shutdown_timeout=1)
    try:
        port = asyncio.run_coroutine_threadsafe(_listen(runner), loop).result()
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(runner: web.AppRunner) -> int:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])
