"""A release that meets a fault of GitHub at every kind of request ends like one that meets none."""

from __future__ import annotations

import json
from pathlib import Path

from tests.whole_releases import VERSION, completed, invoke, trace

# Nothing was done; a server that says so; everything was done, and the answer lost. After that nobody asks again.
KINDS = ("drop", "502", "apply-then-drop")
CHANGES = (
    ("POST", "/pulls$"),
    ("PUT", "/merge$"),
    ("POST", "/releases$"),
    ("POST", "/assets$"),
    ("PATCH", "/releases/"),
)
READS = (
    "/pulls$",
    r"/pulls/\d+$",
    "/status$",
    "/check-runs$",
    "/commits$",
    "/issues$",
    "/releases$",
    "/git/ref/",
    "/rules/",
    "/releases/assets/",
)
MOST = 60


def test_a_fault_at_every_kind_of_request_ends_in_the_same_release(tmp_path: Path) -> None:
    unharmed, sandbox = tmp_path / "unharmed", tmp_path / "sandbox"
    completed(unharmed, "release.rc", "--version", VERSION)
    completed(sandbox, "release.status", "--version", VERSION)
    requests = [*CHANGES, *(("GET", path) for path in READS)]
    faults = [{"kind": kind, "method": method, "path": path} for kind in KINDS for method, path in requests]
    file = sandbox / "github" / "faults.json"
    file.write_text(json.dumps(faults))
    failed = 0
    while (run := invoke(sandbox, "release.rc", "--version", VERSION)).returncode:
        failed += 1
        assert "Traceback" not in run.stdout + run.stderr
        assert failed < MOST, run.stdout + run.stderr
    assert failed > 10
    assert json.loads(file.read_text()) == []
    assert trace(sandbox) == trace(unharmed)
