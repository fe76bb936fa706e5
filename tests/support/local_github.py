"""A local GitHub for one test: served from a thread, spoken to by the real gh, every exchange validated."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from releasing.rehearsal.github.application import application, serving
from releasing.rehearsal.github.exchanges import Exchange
from releasing.rehearsal.github.faults import Faults
from releasing.rehearsal.github.gh_environment import gh_environment
from releasing.rehearsal.github.state import Repository, ServerSettings
from tests.support.openapi import violations

GH = Path(sys.executable).parent / "gh"
SETTINGS = ServerSettings(
    login="manager", presubmits=("presubmit",), postsubmits=("postsubmit",), pending_seconds=0
)


@dataclass
class LocalGitHub:
    """What a test holds of it: where its repositories lie, what was said, and how to make it fail."""

    root: Path
    socket: Path
    environment: dict[str, str]
    faults: Faults = field(default_factory=Faults)
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def watch(self, exchange: Exchange) -> None:
        """Keep the exchange and what is wrong with it."""
        self.exchanges.append(exchange)
        self.violations += violations(exchange)

    def repository(self, full_name: str = "kubeflow/kubeflow") -> Repository:
        """One of the repositories below the root."""
        return Repository(self.root, *full_name.split("/"))

    def of(self, token: str) -> LocalGitHub:
        """The same GitHub, spoken to with another token."""
        return replace(self, environment={**self.environment, "GH_TOKEN": token})

    def gh(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run gh to its end."""
        return subprocess.run(
            [GH, *words], env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )

    def api(self, *words: str) -> Any:
        """What `gh api` prints, read as JSON; the test fails when it fails."""
        done = self.gh("api", *words)
        assert done.returncode == 0, f"gh api {' '.join(words)}: {done.stderr} {done.stdout}"
        return json.loads(done.stdout) if done.stdout else None

    def refused(self, *words: str) -> tuple[int, Any]:
        """Status and body of a request that gh reports as failed."""
        done = self.gh("api", "-i", *words)
        assert done.returncode == 1, f"gh api {' '.join(words)} did not fail: {done.stdout}"
        status, _, body = answer_of(done.stdout)
        return status, json.loads(body)

    def headers(self, *words: str) -> dict[str, str]:
        """The headers of an answer, by name in lower case."""
        return answer_of(self.gh("api", "-i", *words).stdout)[1]

    def expect(self, sentence: str) -> None:
        """Take back the violations that a test provoked; it fails when there is none with this sentence."""
        provoked = [one for one in self.violations if sentence in one]
        assert provoked, f"{sentence!r} is not among {self.violations}"
        self.violations = [one for one in self.violations if one not in provoked]


def answer_of(shown: str) -> tuple[int, dict[str, str], str]:
    """Status, headers by name in lower case, and body of what `gh api -i` printed."""
    head, _, body = shown.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers = (line.split(": ", 1) for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, value in headers}, body


@contextmanager
def local_github(root: Path, settings: ServerSettings = SETTINGS) -> Iterator[LocalGitHub]:
    """Serve the repositories below `root`; at the end every violation fails the test, all at once."""
    folder = Path(tempfile.mkdtemp(prefix="gh-", dir="/tmp"))
    socket = folder / "socket"
    environment = {"PATH": os.environ["PATH"], **gh_environment(folder, socket)}
    github = LocalGitHub(root, socket, environment)
    try:
        with _served(github, settings):
            yield github
    finally:
        shutil.rmtree(folder)
    assert not github.violations, "\n".join(github.violations)


@contextmanager
def _served(github: LocalGitHub, settings: ServerSettings) -> Iterator[None]:
    loop, ending, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    served = application(github.root, settings, github.watch, github.faults)

    async def serve() -> None:
        async with serving(served, github.socket):
            ready.set()
            await ending.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()], name="local GitHub")
    thread.start()
    try:
        assert ready.wait(30), "the local GitHub did not start"
        yield
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()
