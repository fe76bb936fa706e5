"""scripts/apply_image_tags.py as an operator runs it, against real registries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.config import registries
from tests.support.faulty_registry import PROJECT, listing, pushed
from tests.support.paths import SCRIPTS
from tests.support.registries import docker_registry, rehearsal_registry
from tests.support.release_yaml import release_yaml

PROGRAM = SCRIPTS / "apply_image_tags.py"
SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
TAG = "v0.2.1"


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with SERVERS[request.param](tmp_path / "registry") as url:
        yield url


def environment(url: str) -> dict[str, str]:
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "DOCKER_CONFIG": "/nonexistent"}
    return {**os.environ, **mirror}


def ran(
    url: str, file: Path, *words: str, pattern: str = f".*:{TAG}", **variables: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), "--images-file", str(file), "--pattern", pattern, *words]
    known = environment(url) | variables
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False)


def test_a_plan_writes_nothing_and_the_run_does_what_it_says(url: str, tmp_path: Path) -> None:
    digests = pushed(url, "a", "katib/b")
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing(digests, TAG))
    planned = ran(url, file, "--plan")
    assert (planned.returncode, planned.stdout.splitlines()[-1]) == (0, "2 to write, 0 already there")
    assert registries.digest(f"{PROJECT}/a", TAG, environment(url)) is None
    applied = ran(url, file, "--json")
    assert (applied.returncode, len(json.loads(applied.stdout)["applied"])) == (0, 2)
    found = registries.digests([f"{PROJECT}/a", f"{PROJECT}/katib/b"], TAG, environment(url))
    assert list(found.values()) == [digests["a"], digests["katib/b"]]
    assert ran(url, file).stdout.splitlines()[-1] == "0 applied, 2 already there, 0 failed"


def test_a_refused_move_exits_4_and_a_named_one_0(url: str, tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing(pushed(url, "a", tag="old"), TAG))
    assert ran(url, file).returncode == 0
    file.write_bytes(listing(pushed(url, "a", tag="new"), TAG))
    refused = ran(url, file)
    assert refused.returncode == 4
    assert "hint: name each tag that may move: --allow-move" in refused.stderr
    assert ran(url, file, "--allow-move", f".*/a:{TAG}").returncode == 0


def test_a_tag_floats_as_the_release_yaml_in_use_says(url: str, tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing(pushed(url, "a", tag="old"), "edge"))
    assert ran(url, file, pattern=".*:edge").returncode == 0
    new = pushed(url, "a", tag="new")
    file.write_bytes(listing(new, "edge"))
    assert ran(url, file, pattern=".*:edge").returncode == 4
    floating = release_yaml(tmp_path, "floating-tags: [edge]\n")
    moved = ran(url, file, pattern=".*:edge", **floating)
    assert moved.returncode == 0
    assert "(was on sha256:" in moved.stdout
    assert registries.digest(f"{PROJECT}/a", "edge", environment(url)) == new["a"]


def test_mistakes_have_their_exit_codes_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing({"a": "sha256:short"}, TAG))
    good = tmp_path / "good.yaml"
    good.write_bytes(listing({"a": "sha256:" + "a" * 64}, TAG))
    url = "http://127.0.0.1:9"
    for code, answer in [
        (2, ran(url, file, pattern=".*:v9")),
        (2, ran(url, file, pattern="nonsense")),
        (3, ran(url, file)),
        (3, ran(url, tmp_path / "absent.yaml")),
        (3, ran(url, good, **release_yaml(tmp_path, "floating-tags: [v0.2.1]\n"))),
    ]:
        assert answer.returncode == code, answer.stderr
        assert answer.stderr.startswith("apply_image_tags.py: ")
        assert "Traceback" not in answer.stderr


def test_a_registry_that_is_away_exits_7(tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing({"a": "sha256:" + "a" * 64}, TAG))
    answer = ran("http://127.0.0.1:9", file)
    assert answer.returncode == 7
    assert "Traceback" not in answer.stderr
