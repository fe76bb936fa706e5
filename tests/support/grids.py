"""A testgrid for tests that answers what it is told, in the form that the service has."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BASE = "/api/v1/dashboards/sig-big-data"
SUMMARY, HEADERS, ROWS = (
    "tab-summaries/kubeflow-postsubmit",
    *(f"tabs/kubeflow-postsubmit/{part}" for part in ("headers", "rows")),
)


@dataclass
class Grid:
    """Bodies by path below the dashboard; `refusals` are statuses that come before the next answers."""

    url: str = ""
    bodies: dict[str, Any] = field(default_factory=dict)
    refusals: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def summary(self, hours: float = 1, **fields: Any) -> None:
        """The tab was updated `hours` ago; None as a field leaves it out."""
        updated = (datetime.now(UTC) - timedelta(hours=hours)).isoformat().replace("+00:00", "123Z")
        told = {"overall_status": "PASSING", "last_update_timestamp": updated, **fields}
        self.bodies[SUMMARY] = {
            "tab_summary": {name: each for name, each in told.items() if each is not None}
        }

    def columns(self, *commits: str, **rows: str) -> None:
        """Columns by commit, the newest first, and the results of tests in them: a letter of .PRFK for each."""
        results = {".": {}, "P": {"result": 1}, "R": {"result": 4}, "F": {"result": 12}, "K": {"result": 13}}
        self.bodies[HEADERS] = {
            "headers": [
                {"build": str(900 - number), "name": str(900 - number), "extra": [commit] if commit else []}
                for number, commit in enumerate(commits)
            ]
        }
        self.bodies[ROWS] = {
            "rows": [{"name": name, "cells": [results[each] for each in row]} for name, row in rows.items()]
        }


@contextmanager
def serving() -> Iterator[Grid]:
    """A testgrid with nothing on it, on a port of this machine."""
    grid = Grid()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix(f"{BASE}/")
            grid.asked.append(self.path)
            if grid.refusals:
                status, body = grid.refusals.pop(0), b"not now"
            elif path in grid.bodies:
                status, body = 200, json.dumps(grid.bodies[path]).encode()
            else:
                status, body = 404, b"no such dashboard"
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://testgrid.example.org/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        grid.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield grid
        finally:
            server.shutdown()
            thread.join()
