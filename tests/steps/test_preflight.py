"""A release that cannot be brought to its end does not begin."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.whole_releases import VERSION, completed, invoke, trace


def test_a_login_that_may_not_push_stops_a_release_before_anything_is_done(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    before = trace(sandbox)
    tokens = {"rehearsal": {"login": "bob", "roles": {"*": "pull"}}}
    (sandbox / "github" / "tokens.json").write_text(json.dumps(tokens))
    run = invoke(sandbox, "release.rc", "--version", VERSION)
    assert run.returncode == 4
    assert "this login may not push to kubeflow/kubeflow" in run.stderr
    assert {line.split()[0] for line in run.stdout.splitlines()[1:]} == {"preflight"}
    assert trace(sandbox) == before
    assert not (sandbox / "gcloud").exists()
