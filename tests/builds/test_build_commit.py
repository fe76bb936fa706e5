"""The commit to build, named by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from releasing.builds import build_commit, identity, submission
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError, UsageError
from releasing.runbook import waivers
from releasing.runbook.choice import Choice
from releasing.runbook.plan import PlanShell
from tests.support import grids
from tests.support.bare_repository import commit, head
from tests.support.releases import CONFIG, Origin, hosted


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    with hosted(tmp_path) as (origin, _):
        yield origin


def configured(origin: Origin, sections: dict[str, Any]) -> Origin:
    """The project with other sections of release.yaml."""
    config = Config.model_validate({**CONFIG.model_dump(by_alias=True), **sections})
    return replace(origin, release=replace(origin.release, config=config))


def redden(origin: Origin, red: str) -> None:
    """Make the postsubmit of a commit fail."""
    origin.bare.with_suffix(".verdicts.json").write_text(json.dumps({red: {"postsubmit": "failure"}}))


def chosen(origin: Origin, named: str, because: str = "") -> str | None:
    build_commit.choose(origin.release, origin.sh, named, because)
    return origin.sh.chosen(Choice("commit"))


def refused(origin: Origin, named: str) -> str:
    before = origin.sh.journal.choices()
    with pytest.raises(PreconditionError) as caught:
        chosen(origin, named)
    assert origin.sh.journal.choices() == before
    return str(caught.value)


def test_a_green_commit_of_the_default_branch_is_built_instead_of_the_newest(origin: Origin) -> None:
    older = head(origin.bare, "master")
    commit(origin.bare, "master", "a", "newer")
    origin.fetched()
    assert chosen(origin, older[:9]) == older
    assert identity.commit(origin.release, origin.sh) == older


def test_without_an_id_nothing_is_chosen(origin: Origin) -> None:
    assert chosen(origin, "") is None


def test_a_commit_of_the_release_branch_may_be_built_and_one_of_another_branch_not(origin: Origin) -> None:
    on_release, elsewhere = (
        commit(origin.bare, branch, "a", branch) for branch in ("v0.2-branch", "somebody/idea")
    )
    origin.fetched()
    assert f"{elsewhere[:12]} is not on master or v0.2-branch" in refused(origin, elsewhere)
    assert chosen(origin, on_release) == on_release


@pytest.mark.parametrize("named", ["master", "v0.2.0", "abc", "HEAD"])
def test_a_name_that_may_move_is_no_commit(origin: Origin, named: str) -> None:
    with pytest.raises(UsageError, match="expected at least seven digits of the id of a commit"):
        chosen(origin, named)


def test_an_id_that_origin_does_not_have_is_told(origin: Origin) -> None:
    assert "origin has no commit 0123456789" in refused(origin, "0123456789")


def test_a_red_commit_is_built_only_with_a_reason_which_voters_read(origin: Origin) -> None:
    red = head(origin.bare, "master")
    redden(origin, red)
    assert f"{red[:12]} is not green: postsubmit: failure" in refused(origin, red)
    assert waivers.told(origin.sh.journal) == []
    assert chosen(origin, red, "the cluster was full") == red
    [told] = waivers.told(origin.sh.journal)
    assert told.startswith(f"commit {red[:12]}, postsubmit: failure")
    assert ": the cluster was full (" in told


def test_another_commit_later_is_refused_and_the_same_one_is_not_asked_about_again(origin: Origin) -> None:
    older = head(origin.bare, "master")
    newer = commit(origin.bare, "master", "a", "newer")
    origin.fetched()
    chosen(origin, older)
    redden(origin, older)
    assert chosen(origin, older) == older
    said = refused(origin, newer)
    assert f"v0.2.1-rc.0 is built from {older[:12]}, not from {newer[:12]}" in said
    assert f"--candidate next --commit {newer[:12]}" in said


def test_the_build_tag_is_of_the_named_commit_and_keeps_its_day(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        day = datetime(2018, 7, 20, 23, 59, tzinfo=UTC)

        @classmethod
        def now(cls, _zone: object) -> datetime:
            return cls.day

    monkeypatch.setattr(identity, "datetime", Clock)
    built = {"images": {"pattern": "boot", "names": ["boot"]}, "folder": "boot", "config": "boot.yaml"}
    origin = configured(origin, {"bootstrapper": built, "image-tags": "tags.yaml"})
    named = head(origin.bare, "master")
    chosen(origin, named)
    identity.build_tag(origin.release, origin.sh)
    Clock.day = datetime(2018, 7, 21, 0, 1, tzinfo=UTC)
    assert identity.build_tag(origin.release, origin.sh) == f"v20180720-{named[:8]}"


def test_a_plan_shows_the_commit_and_records_nothing(origin: Origin) -> None:
    red = head(origin.bare, "master")
    redden(origin, red)
    sh = PlanShell(origin.sh.shell, origin.sh.journal, "rc")
    build_commit.choose(origin.release, sh, red, "the cluster was full")
    assert sh.drafts["commit"] == red
    assert sh.lines == [
        line
        for line in sh.lines
        if line.startswith(f"# {red[:12]} is built although its checks did not pass")
    ]
    assert origin.sh.journal.choices() == {}


def test_with_a_testgrid_the_column_of_the_commit_decides(origin: Origin) -> None:
    with grids.serving() as grid:
        origin.sh.shell.environment["RELEASE_TESTGRID"] = grid.url
        tab = {"dashboard": "sig-big-data", "tab": "kubeflow-postsubmit"}
        checks = {"postsubmit": ["postsubmit"], "testgrid": tab}
        origin = configured(origin, {"checks": checks})
        tested = head(origin.bare, "master")
        untested = commit(origin.bare, "master", "a", "newer")
        origin.fetched()
        grid.columns(tested[:9], "0" * 40, deploy="FP", tests="PP")
        assert "kubeflow-postsubmit: deploy failed" in refused(origin, tested)
        assert "has no column for it" in refused(origin, untested)
        grid.columns(tested[:9], "0" * 40, deploy="PP", tests="PP")
        assert chosen(origin, tested) == tested


def test_workflows_that_build_another_commit_are_not_mixed_with_it(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = head(origin.bare, "master")
    chosen(origin, named)
    monkeypatch.setattr(submission, "pinned", lambda *_: "v20180719-deadbeef")
    with pytest.raises(PreconditionError, match=f"build v20180719-deadbeef, not {named[:8]}"):
        identity.build_tag(origin.release, origin.sh)
    assert origin.sh.chosen(Choice("build tag")) is None
    monkeypatch.setattr(submission, "pinned", lambda *_: f"v20180719-{named[:8]}")
    assert identity.build_tag(origin.release, origin.sh) == f"v20180719-{named[:8]}"
