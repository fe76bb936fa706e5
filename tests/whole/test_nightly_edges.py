"""What an operator may type at a night, and what the night may meet: each is told, with what to type next."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.bare_repository import commit, head
from tests.support.nightly_projects import repository
from tests.support.whole_releases import completed, invoke, pasted, trace

NAMES = ["one", "two"]
CONFIG = "releasing/prow_config_release.yaml"
DATE = f"{datetime.now(UTC):%Y%m%d}"
YESTERDAY = f"{datetime.now(UTC) - timedelta(days=1):%Y%m%d}"
NIGHT = ("nightly.run", "--date", DATE)
OTHER = f"sha256:{0:064}"


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """A world with a night of two entries ahead; a third is for presubmits only."""
    source = repository(tmp_path / "source", NAMES)
    entries = json.loads((source / CONFIG).read_text())["workflows"]
    entries.append({**entries[0], "name": "checked", "job_types": ["presubmit"]})
    (source / CONFIG).write_text(json.dumps({"workflows": entries}))
    git = ["git", "-C", str(source), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "-m", "checked"], check=True)
    completed(tmp_path / "sandbox", "nightly.plan", "--source", str(source))
    return tmp_path / "sandbox"


def bare(sandbox: Path) -> Path:
    return sandbox / "github" / "kubeflow" / "kubeflow.git"


def pushed(sandbox: Path, path: str, text: str) -> None:
    """Put a file on master."""
    clone = sandbox.parent / "clone"
    subprocess.run(["git", "clone", "--quiet", str(bare(sandbox)), str(clone)], check=True)
    (clone / path).write_text(text)
    git = ["git", "-C", str(clone), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "-m", "changed"], check=True)
    subprocess.run([*git, "push", "--quiet", "origin", "HEAD:master"], check=True)


def submitted(sandbox: Path) -> list[str]:
    return sorted(path.stem for path in (sandbox / "cluster" / "workflows").glob("*.json"))


def refused(sandbox: Path, code: int, *words: str) -> str:
    """What a night that may not be says, on the other stream than its JSON; nothing is submitted."""
    before = submitted(sandbox)
    run = invoke(sandbox, *words, "--json")
    assert run.returncode == code, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
    assert submitted(sandbox) == before
    return run.stderr


def answered(sandbox: Path, *words: str) -> dict[str, Any]:
    """The JSON of a night, which is all that its standard output has."""
    return dict(json.loads(completed(sandbox, *words, "--json")))


def redden(sandbox: Path, red: str) -> None:
    verdicts = {red: {"kubeflow-postsubmit": "failure"}}
    bare(sandbox).with_suffix(".verdicts.json").write_text(json.dumps(verdicts))


def test_a_red_commit_takes_a_reason_which_the_night_keeps(sandbox: Path) -> None:
    red = commit(bare(sandbox), "master", "a", "newer")
    redden(sandbox, red)
    named = (*NIGHT, "--commit", red[:10])
    told = refused(sandbox, 4, *named)
    assert f"{red[:12]} is not green: kubeflow-postsubmit: failure" in told
    assert f'record why this one is built: --commit {red[:10]} --because "WHY"' in told
    assert "--because requires a --commit" in refused(sandbox, 2, *NIGHT, "--because", "a flake")
    planned = completed(sandbox, "nightly.plan", "--commit", red[:10], "--because", "a flake")
    assert f"# {red[:12]} is built although its checks did not pass" in planned
    assert not [*sandbox.glob("nights/*/journal.jsonl")]

    reason = f"{red[:12]}, kubeflow-postsubmit: failure: a flake"
    first = answered(sandbox, *named, "--because", "a flake", "--only", "one")
    assert (first["commit"], first["red"]) == (red, reason)
    assert answered(sandbox, *NIGHT)["red"] == reason
    assert f"  built although its checks did not pass: {reason}" in completed(sandbox, *named)
    events = (sandbox / "nights" / DATE / "journal.jsonl").read_text()
    assert events.count('"name": "red commit"') == 1


def test_only_takes_names_of_this_night_alone(sandbox: Path) -> None:
    told = refused(sandbox, 2, *NIGHT, "--only", "one,checked,none")
    assert "--only: checked (only for presubmit; a night is postsubmit); none (no such entry)" in told
    assert "this night has one, two" in told


def test_an_entry_built_again_has_one_more_workflow_and_says_what_its_tag_leaves(sandbox: Path) -> None:
    answered(sandbox, *NIGHT)
    first = submitted(sandbox)
    kept = answered(sandbox, *NIGHT)["entries"][0]["images"]["gcr.io/kubeflow-images-public/one"]
    run = completed(sandbox, *NIGHT, "--only", "one", "--redo")
    assert f"built again on request: gcr.io/kubeflow-images-public/one:v{DATE}-" in run
    assert f" moves away from {kept}" in run
    assert len(submitted(sandbox)) == len(first) + 1
    # As if the tag had been at another digest when it was built here: somebody else built it again since.
    journal = sandbox / "nights" / DATE / "journal.jsonl"
    journal.write_text(journal.read_text().replace(kept, OTHER))
    image = "gcr.io/kubeflow-images-public/one"
    said = completed(sandbox, *NIGHT)
    assert f"; {image} is {kept}, and was {OTHER} when it was built" in said
    assert f"{kept} (was {OTHER})" in said
    assert answered(sandbox, *NIGHT)["entries"][0]["before"] == {image: OTHER}
    assert answered(sandbox, *NIGHT)["entries"][0]["state"] == "built"
    assert len(submitted(sandbox)) == len(first) + 1


def test_a_broken_release_config_is_told_with_its_line_before_anything_is_built(sandbox: Path) -> None:
    text = "workflows:\n- name: one\n  app_dir: kubeflow/kubeflow/releasing/many\n  components: one\n"
    pushed(sandbox, CONFIG, text)
    assert f"{CONFIG}:4: " in refused(sandbox, 3, *NIGHT)
    assert f"{CONFIG}:4: " in invoke(sandbox, "nightly.status").stderr


def test_a_night_that_midnight_cut_off_is_told_the_next_day_and_taken_up(sandbox: Path) -> None:
    old = ("nightly.run", "--date", YESTERDAY)
    assert f"the night of {YESTERDAY} was not started" in refused(sandbox, 4, *old)
    answered(sandbox, *old, "--commit", head(bare(sandbox), "master"), "--only", "one")
    newer = commit(bare(sandbox), "master", "a", "newer")
    hint = f"to continue: scripts/invoke nightly.run --date {YESTERDAY}"
    assert f"# the night of {YESTERDAY} has 1 of 2 entries not built; {hint}" in completed(sandbox, *NIGHT)
    assert answered(sandbox, *NIGHT)["commit"] == newer
    again = answered(sandbox, *old)
    assert [entry["state"] for entry in again["entries"]] == ["built", "built", "skipped"]
    assert again["commit"] != newer
    assert hint not in completed(sandbox, *NIGHT)


def test_the_status_of_a_night_says_what_is_missing_and_begins_none(sandbox: Path) -> None:
    before = completed(sandbox, "nightly.status", "--date", DATE)
    assert before.count("✗ not built this night") == len(NAMES)
    assert f"{'checked':<22}= skipped: only for presubmit; a night is postsubmit" in before
    assert not (sandbox / "nights").exists()
    answered(sandbox, *NIGHT, "--only", "two")
    half = completed(sandbox, "nightly.status", "--date", DATE)
    assert f"{'two':<22}✓ 1 image at v{DATE}-" in half
    assert f"{'one':<22}✗ not built this night" in half
    assert "next: one" in half


def test_the_lines_of_a_plan_pasted_into_a_shell_make_the_same_night(sandbox: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    completed(run, "nightly.run", "--date", DATE, "--source", str(tmp_path / "source"))
    pasted(sandbox, completed(sandbox, "nightly.plan", "--date", DATE))
    assert trace(sandbox).images == trace(run).images
    assert submitted(sandbox) == submitted(run)
    assert "complete" in completed(sandbox, "nightly.status", "--date", DATE).splitlines()
    said = completed(sandbox, *NIGHT)
    assert said.count("already done: 1 image at v") == len(NAMES)
    assert submitted(sandbox) == submitted(run)
    entries = answered(sandbox, *NIGHT)["entries"]
    assert [entry["workflow"] for entry in entries] == [*submitted(run), ""]
