"""The servers of a sandbox: begun before the sandbox is known, and never left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from releasing.errors import UnreachableError
from releasing.rehearsal import server_process
from releasing.rehearsal.folders import Place
from releasing.rehearsal.github.state import ServerSettings
from releasing.rehearsal.server_process import ServerProcess
from tests.support.paths import ROOT


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "with\na line" / "sandbox")
    place.folder.mkdir(parents=True)
    place.settings.write_text(json.dumps(vars(ServerSettings("release-team"))))
    return place


def test_servers_that_were_begun_serve_the_next_sandbox_and_end_with_it(place: Place) -> None:
    ServerProcess.begin()
    begun = ServerProcess.begun
    assert begun is not None
    with server_process.serving(place):
        assert (ServerProcess.begun, begun.process.poll()) == (None, None)
        assert place.socket.exists()
    assert (begun.process.poll(), place.socket.exists()) == (0, False)


def test_servers_that_cannot_serve_say_where_the_reason_is(place: Place) -> None:
    place.settings.write_text("{")
    with pytest.raises(UnreachableError, match="did not start") as caught, server_process.serving(place):
        pass
    assert caught.value.hint == f"look at {place.folder / 'servers.log'}"
    assert "JSONDecodeError" in (place.folder / "servers.log").read_text()


def test_servers_that_nobody_needs_end_with_who_began_them() -> None:
    code = "from releasing.rehearsal.server_process import ServerProcess; ServerProcess.begin()"
    code += "; print(ServerProcess.begun.process.pid, flush=True); import os; os._exit(0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    folder = Path("/proc") / done.stdout.strip()
    for _ in range(200):
        if not folder.exists() or "Z" in (folder / "stat").read_text().split()[2]:
            break
        time.sleep(0.05)
    else:
        pytest.fail("they are still there")
