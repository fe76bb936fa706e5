"""What is refused before a run acts: nothing of it stays, or the candidate would count as begun."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.commands import release_commands
from releasing.commands.release_commands import Console, Sandbox
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError, ReleaseError, UsageError
from releasing.recipes import RC
from releasing.rehearsal.github.existing_repositories import found
from releasing.runbook.journal import Journal
from tests.support.faulty_registry import faulty_registry, pushed
from tests.support.releases import VERSION, WITH_IMAGE, Origin, hosted

TFJOB = {"repository": "kubeflow/tf-operator", "image": "tf_operator", "release": "latest"}
NEXT = f"{VERSION.tag}-rc.1"
UNGIVEN = dict.fromkeys(("account", "sandbox", "source", "profile", "waive", "because", "commit"), "")


@dataclass
class World:
    """A project with one candidate, whose release.yaml takes the newest release of an operator."""

    state: Path
    desk: Console

    def run(self, first: str = "", last: str = "", **options: str) -> None:
        given = {**UNGIVEN, "version": str(VERSION), "candidate": "next", "allow_move": "", "fresh": False}
        place = {"sandbox": str(self.state)}
        release_commands.run(self.desk, RC, first, last, {**given, **place, **options})

    def begun(self) -> list[str]:
        return [path.name for path in (self.state / "releases").glob("*")]


def open_sandbox(origin: Origin) -> Sandbox:
    """What gives a run the project's environment in place of a rehearsal's."""

    @contextmanager
    def opened(
        folder: Path, _config: Config, _source: str, _fresh: bool
    ) -> Iterator[tuple[dict[str, str], int]]:
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            yield origin.sh.environment, lock.fileno()

    return opened


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    config = tmp_path / "release.yaml"
    sections = WITH_IMAGE.model_dump(by_alias=True, exclude_none=True, exclude_unset=True, mode="json")
    config.write_text(json.dumps({**sections, "operators": {"tfjob": TFJOB}}))
    monkeypatch.setenv("RELEASE_CONFIG", str(config))
    with faulty_registry(tmp_path / "registry") as registry, hosted(tmp_path) as (origin, github):
        found(github.root, TFJOB["repository"], [("v0.2.0", False)])
        origin.sh.environment.update(registry.environment)
        origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "tag", f"{VERSION.tag}-rc.0", "v0.2-branch"])
        pushed(registry.url, "a", tag=VERSION.tag)
        yield World(tmp_path / "state", Console(print, open_sandbox(origin)))


def test_a_move_that_nobody_named_leaves_no_candidate_begun(world: World) -> None:
    with pytest.raises(PreconditionError, match=f"{NEXT} would move these image tags"):
        world.run()
    assert world.begun() == []


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"waive": "12"}, UsageError, "--waive 12 requires a reason"),
        ({"commit": "c0ffee12"}, PreconditionError, "origin has no commit c0ffee12"),
        ({"first": "tag-candidate"}, PreconditionError, "earlier steps are not done"),
    ],
)
def test_options_that_are_refused_leave_no_candidate_begun(
    world: World, options: dict[str, str], error: type[ReleaseError], says: str
) -> None:
    with pytest.raises(error, match=says):
        world.run(allow_move=".*", **options)
    assert world.begun() == []


def test_what_is_not_refused_is_recorded_before_the_first_step(world: World) -> None:
    with pytest.raises(ReleaseError):
        world.run(allow_move=".*")
    events = Journal(world.state / "releases" / NEXT / "journal.jsonl").events("chosen")
    first = [(event["name"], event["value"]) for event in events][:2]
    assert {*first} == {("tfjob release", "v0.2.0"), ("next", "asked for")}
