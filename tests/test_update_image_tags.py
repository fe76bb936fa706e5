"""scripts/update_image_tags.py as an operator runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from releasing.image_tags import load
from tests.faulty_registry import PROJECT, pushed
from tests.registries import docker_registry, rehearsal_registry

PROGRAM = Path(__file__).parent.parent / "scripts" / "update_image_tags.py"
REAL = Path(__file__).parent / "data" / "image_tags"
SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
X = f"{PROJECT}/x"


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with SERVERS[request.param](tmp_path / "registry") as url:
        yield url


def ran(url: str, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "DOCKER_CONFIG": "/nonexistent"}
    command = [sys.executable, str(PROGRAM), str(file), *words]
    return subprocess.run(command, env={**os.environ, **mirror}, capture_output=True, text=True, check=False)


def test_builds_are_listed_then_tagged_then_valid(url: str, tmp_path: Path) -> None:
    old, digests = pushed(url, "x", tag="v1-a"), pushed(url, "x", tag="v2-b")
    file = tmp_path / "image_tags.yaml"
    file.write_text("images: []\n")
    assert ran(url, file, "add", "--pattern", ".*:v1-a", "--image", X).returncode == 0
    assert ran(url, file, "tag", "--pattern", ".*:v1-a", "--tag", "v0.2.1").returncode == 0
    assert ran(url, file, "add", "--pattern", ".*:v2-b").returncode == 0
    assert ran(url, file, "tag", "--pattern", ".*:v2-b", "--tag", "v0.2.1", "--no-move").returncode == 4
    moved = ran(url, file, "tag", "--pattern", ".*:v2-b", "--tag", "v0.2.1")
    assert f"moved       {X}:v0.2.1 from {old['x']} to {digests['x']}" in moved.stdout
    versions = {version.digest: version.tags for version in load(file).images[0].versions}
    assert versions == {old["x"]: ("v1-a",), digests["x"]: ("v2-b", "v0.2.1")}
    assert ran(url, file, "check", "--registry", "--expect", X, "--tag", "v0.2.1").returncode == 0


def test_the_file_has_the_form_of_safe_dump_and_a_second_run_leaves_it_alone(
    url: str, tmp_path: Path
) -> None:
    pushed(url, "x", "a", tag="v1-a")
    file = tmp_path / "image_tags.yaml"
    file.write_text("images: []\n")
    add = ("add", "--pattern", ".*:v1-a", "--image", X, "--image", f"{PROJECT}/a")
    assert ran(url, file, *add).returncode == 0
    content, before = file.read_bytes(), file.stat()
    assert yaml.safe_dump(yaml.safe_load(content), default_flow_style=False).encode() == content
    assert b"datetime: '2018-07-07 16:34:49+00:00'" in content
    again = ran(url, file, *add)
    assert again.stdout.splitlines()[-1] == f"{file}: nothing to change"
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_digest_that_the_registry_does_not_have_is_found(url: str, tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_text(f"images:\n- name: {X}\n  versions:\n  - digest: sha256:{'a' * 64}\n    tags: []\n")
    checked = ran(url, file, "check", "--registry")
    assert checked.returncode == 3
    assert f"{file}:4: {X}@sha256:{'a' * 64} is not in the registry" in checked.stderr


def test_the_real_errors_are_found_each_with_its_line() -> None:
    file = REAL / "6fb8af8812c415099908bf2b37bee016e23e3ca4.yaml"
    name = f"{PROJECT}/tensorflow-1.4.1-notebook-gpu"
    checked = ran("http://127.0.0.1:9", file, "check", "--expect", name, "--tag", "v0.2.0")
    assert checked.returncode == 3
    said = checked.stderr.splitlines()
    assert said[0] == "update_image_tags.py: 2 problems"
    assert all(line.startswith(f"{file}:") for line in said[1:])
    assert "(it has 63)" in said[1]
    assert f"{name} has no tag v0.2.0" in said[2]


def test_the_old_prefix_behaviour_takes_an_option(tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_text(
        f"images:\n- name: {X}\n  versions:\n  - digest: sha256:{'a' * 64}\n    tags: [v0.2.10]\n"
    )
    tag = ("tag", "--pattern", ".*/x:v0.2.1", "--tag", "v1.0.0")
    assert ran("http://127.0.0.1:9", file, *tag).returncode == 2
    assert ran("http://127.0.0.1:9", file, *tag, "--prefix").returncode == 0


def test_a_tag_to_expect_needs_images() -> None:
    file = REAL / "0adb6aac8a7900478d0e33ec02b5d0bcc9875280.yaml"
    assert ran("http://127.0.0.1:9", file, "check", "--tag", "v0.2.0").returncode == 2
