"""What a release refuses: each case begins with a whole candidate, whose world somebody then changed."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from releasing.rehearsal.registry import small_images
from tests.support.finished import APPLIED, RC, RECORDED, Finished
from tests.support.once import copied
from tests.support.whole_releases import VERSION, completed, git, invoke, serving, trace

BOOTSTRAPPER = "gcr.io/kubeflow-images-public/bootstrapper"


@pytest.fixture
def sandbox(candidate: Finished, tmp_path: Path) -> Path:
    return copied(candidate.sandbox, tmp_path / "sandbox")


def repository(sandbox: Path) -> Path:
    return sandbox / "github" / "kubeflow" / "kubeflow.git"


def refused(sandbox: Path, code: int, *words: str) -> str:
    """What a task that must not succeed says; it leaves the world as it was, and shows no traceback."""
    before = trace(sandbox)
    run = invoke(sandbox, *words)
    assert run.returncode == code, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert "hint: " in run.stderr
    assert trace(sandbox) == before
    return run.stderr


def test_a_step_that_somebody_undid_is_asked_about_and_redone_when_told(sandbox: Path) -> None:
    git(repository(sandbox), "update-ref", "-d", f"refs/tags/v{VERSION}-rc.0")
    said = refused(sandbox, 4, "tag-candidate", "--version", VERSION)
    assert "tag-candidate was done by" in said
    assert f"but now: origin has no tag v{VERSION}-rc.0" in said
    completed(sandbox, "tag-candidate", "--version", VERSION, "--redo")
    completed(sandbox, *RC)


def report(sandbox: Path, state: str) -> None:
    """Have the postsubmit of the candidate's commit run again, or end."""
    known = repository(sandbox).with_suffix(".json")
    tagged = git(repository(sandbox), "rev-parse", f"v{VERSION}-rc.0^{{commit}}")
    status = {"id": 1, "context": "kubeflow-postsubmit", "state": state, "description": None}
    status |= {"target_url": None, "created": time.time()}
    known.write_text(json.dumps({**json.loads(known.read_text()), "statuses": {tagged: [status]}}))


def test_a_postsubmit_that_runs_again_is_waited_for_and_nothing_is_tagged_twice(sandbox: Path) -> None:
    report(sandbox, "pending")
    before = trace(sandbox)
    planned = invoke(sandbox, "release.plan", "--version", VERSION).stdout
    wait = "wait_for_checks.py kubeflow/kubeflow "
    assert [line for line in planned.splitlines() if line.startswith((wait, "git "))] != []
    assert "git tag" not in planned
    assert trace(sandbox) == before
    ending = threading.Timer(8, report, (sandbox, "success"))
    ending.start()
    run = completed(sandbox, *RC)
    ending.join()
    assert "waiting since " in run
    assert "somebody undid" not in run
    assert trace(sandbox) == before
    report(sandbox, "failure")
    said = refused(sandbox, 4, *RC)
    assert "kubeflow-postsubmit: failure" in said
    assert "a check of this commit ran again and failed" in said


def test_a_tag_that_is_off_the_branch_is_no_candidate(sandbox: Path) -> None:
    master = git(repository(sandbox), "rev-parse", "master")
    git(repository(sandbox), "-c", "user.name=x", "-c", "user.email=x@y", "tag", "-f", "-a", "-m", "x",
        f"v{VERSION}-rc.0", master)  # fmt: skip
    said = refused(sandbox, 4, *RC)
    assert f"v{VERSION}-rc.0 is at {master[:12]}, which is not on v0.2-branch" in said


def test_an_image_tag_that_moved_is_found_and_not_moved_back_silently(sandbox: Path) -> None:
    with serving(sandbox) as registry:
        small_images.push(registry, BOOTSTRAPPER, f"v{VERSION}", {"somebody": "else"}, "2018-07-20T00:00:00Z")
    said = refused(sandbox, 4, *RC)
    assert "apply-image-tags was done by" in said
    run = invoke(sandbox, "apply-image-tags", "--version", VERSION, "--redo")
    assert run.returncode == 4
    assert "--allow-move" in run.stderr
    pattern = f".*/bootstrapper:v{VERSION}"
    completed(sandbox, "apply-image-tags", "--version", VERSION, "--redo", "--allow-move", pattern)
    completed(sandbox, *RC)


def test_an_open_blocker_stops_the_candidate_before_it_is_tagged(candidate: Finished, tmp_path: Path) -> None:
    sandbox = copied(candidate.after(RECORDED), tmp_path / "sandbox")
    known = repository(sandbox).with_suffix(".json")
    state = json.loads(known.read_text())
    blocker = {
        **state["issues"][0],
        "number": 999,
        "title": "It burns",
        "labels": ["priority/p0"],
        "pull": None,
    }
    known.write_text(json.dumps({**state, "issues": [*state["issues"], {**blocker, "closed": None}]}))
    run = invoke(sandbox, *RC)
    assert run.returncode == 4
    assert "#999 It burns" in run.stdout
    assert f"v{VERSION}-rc.0" not in trace(sandbox).tags
    known.write_text(json.dumps({**json.loads(known.read_text()), "issues": state["issues"]}))
    completed(sandbox, *RC)
    assert trace(sandbox) == trace(candidate.sandbox)


def test_a_failed_presubmit_ends_the_wait_with_its_name_and_merges_nothing(
    candidate: Finished, tmp_path: Path
) -> None:
    sandbox = copied(candidate.after(APPLIED), tmp_path / "sandbox")
    verdicts = repository(sandbox).with_suffix(".verdicts.json")
    verdicts.write_text(json.dumps({"*": {"kubeflow-presubmit": "failure"}}))
    run = invoke(sandbox, *RC)
    assert run.returncode == 5
    assert "kubeflow-presubmit: failure" in run.stdout
    assert not any(merged for _title, _base, merged in trace(sandbox).pull_requests)
    verdicts.unlink()
    completed(sandbox, *RC)


def test_a_pull_request_that_was_closed_is_not_opened_again_silently(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, *RC, "--to", "update-tfjob")
    known = repository(sandbox).with_suffix(".json")
    state = json.loads(known.read_text())
    state["issues"][0]["closed"] = state["issues"][0]["created"]
    known.write_text(json.dumps(state))
    assert "was closed without being merged" in refused(sandbox, 4, "update-tfjob", "--version", VERSION)
    completed(sandbox, "update-tfjob", "--version", VERSION, "--redo")


def test_a_step_done_by_hand_is_adopted(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    git(repository(sandbox), "branch", "v0.2-branch", "master")
    said = completed(sandbox, "cut-branch", "--version", VERSION)
    assert "already done: v0.2-branch is at" in said
    assert '"event": "adopted"' in (sandbox / "releases" / f"v{VERSION}-rc.0" / "journal.jsonl").read_text()


def test_a_step_is_refused_while_what_comes_before_is_not_done(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    said = refused(sandbox, 4, "apply-image-tags", "--version", VERSION)
    assert "update-image-tags: nothing is built yet" in said


def test_a_final_needs_a_vote_on_what_is_there(sandbox: Path) -> None:
    final = ("release.final", "--version", VERSION)
    run = invoke(sandbox, *final)
    assert run.returncode == 4
    assert "no vote is recorded" in run.stdout
    vote = ("vote", "--version", VERSION, "--evidence", "https://example.org/thread")
    completed(sandbox, *vote, "--result", "passed")
    assert "was recorded as passed by" in refused(sandbox, 2, *vote, "--result", "failed")
    with serving(sandbox) as registry:
        digest = small_images.push(
            registry, BOOTSTRAPPER, f"v{VERSION}", {"some": "body"}, "2018-07-20T00:00:00Z"
        )
    run = invoke(sandbox, *final)
    assert f"{BOOTSTRAPPER} is {digest}; the vote was on" in run.stdout
    assert f"v{VERSION}" not in trace(sandbox).tags


def test_a_final_is_the_candidates_commit_and_ends_its_version(sandbox: Path) -> None:
    completed(
        sandbox,
        "vote",
        "--version",
        VERSION,
        "--evidence",
        "https://example.org/thread",
        "--result",
        "passed",
    )
    completed(sandbox, "release.master", "--version", VERSION)
    completed(sandbox, "release.final", "--version", VERSION)
    tagged = [git(repository(sandbox), "rev-parse", f"v{VERSION}{end}^{{commit}}") for end in ("", "-rc.0")]
    assert tagged[0] == tagged[1]
    assert "is already released" in refused(sandbox, 4, *RC)
    for recipe in ("rc", "final"):
        status = completed(sandbox, "release.status", "--version", VERSION, "--recipe", recipe)
        assert "complete" in status.splitlines()
    for version in (f"{VERSION}-rc.0", VERSION):
        completed(sandbox, "release.verify", "--version", version)


def test_the_next_candidate_moves_image_tags_only_when_told(sandbox: Path) -> None:
    """It is refused before anything is built or opened, and asked for again it is the same candidate."""
    before = trace(sandbox)
    said = refused(sandbox, 4, *RC, "--candidate", "next")
    assert f"v{VERSION}-rc.1 would move these image tags" in said
    assert "--allow-move" in said
    assert not (sandbox / "releases" / f"v{VERSION}-rc.1").exists()
    released = {name: digest for name, digest in before.images.items() if name.endswith(f":v{VERSION}")}
    following = ("--candidate", "next", "--allow-move", f".*:v{VERSION}")
    completed(sandbox, *RC, *following)
    after = trace(sandbox)
    assert "# --candidate next started v0.2.1-rc.1; for another" in completed(sandbox, *RC, *following)
    assert trace(sandbox) == after
    status = completed(sandbox, "release.status", "--version", f"{VERSION}-rc.0")
    assert "complete" in status.splitlines()
    assert set(after.tags) - set(before.tags) == {f"v{VERSION}-rc.1"}
    assert after.tags[f"v{VERSION}-rc.0"] == before.tags[f"v{VERSION}-rc.0"]
    assert all(after.images[name] != digest for name, digest in released.items())
    assert set(after.mails) == {f"v{VERSION}-rc.0.eml", f"v{VERSION}-rc.1.eml"}
