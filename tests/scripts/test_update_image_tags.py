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
from releasing.rehearsal.registry.small_images import push
from tests.support.faulty_registry import CREATED, PROJECT, pushed
from tests.support.paths import DATA, SCRIPTS
from tests.support.registries import docker_registry, rehearsal_registry

PROGRAM = SCRIPTS / "update_image_tags.py"
REAL = DATA / "image_tags"
SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
X = f"{PROJECT}/x"
NOWHERE = "http://127.0.0.1:9"
PROMOTED = "a17d1955e802bd5b1e78547fff138c8de18e6da4"
CONFIG = """\
project: Kubeflow
repository: kubeflow/kubeflow
registry: gcr.io/kubeflow-images-public
announcement: {to: discuss@example.org, from: team@example.org}
profiles: {rehearsal: {sandbox: .rehearsal}}
"""


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with SERVERS[request.param](tmp_path / "registry") as url:
        yield url


def ran(url: str, file: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "DOCKER_CONFIG": "/nonexistent"}
    command = [sys.executable, str(PROGRAM), str(file), *words]
    environment = {**os.environ, **mirror, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_builds_are_listed_then_tagged_then_valid(url: str, tmp_path: Path) -> None:
    old, digests = pushed(url, "x", tag="v1-a"), pushed(url, "x", tag="v2-b")
    file = tmp_path / "image_tags.yaml"
    file.write_text("images: []\n")
    assert ran(url, file, "add", "--pattern", ".*:v1-a", "--image", X).returncode == 0
    assert ran(url, file, "tag", "--pattern", ".*:v1-a", "--tag", "v0.2.1").returncode == 0
    assert ran(url, file, "add", "--pattern", ".*:v2-b").returncode == 0
    refused = ran(url, file, "tag", "--pattern", ".*:v2-b", "--tag", "v0.2.1")
    assert refused.returncode == 4
    assert f"{X}:v0.2.1 from {old['x']} to {digests['x']}" in refused.stderr
    moved = ran(url, file, "tag", "--pattern", ".*:v2-b", "--tag", "v0.2.1", "--allow-move", ".*/x:v0.2.1")
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


def test_a_listed_build_gets_the_matching_tags_of_the_registry_when_asked(url: str, tmp_path: Path) -> None:
    digests = pushed(url, "x", tag="v1-a")
    file = tmp_path / "image_tags.yaml"
    file.write_text("images: []\n")
    assert ran(url, file, "add", "--pattern", ".*:v1-a", "--image", X).returncode == 0
    assert pushed(url, "x", tag="v1-a", also=("v0.2.1", "latest")) == digests
    add = ("add", "--pattern", ".*:v0.2.1")
    assert ran(url, file, *add).stdout.splitlines()[-1] == f"{file}: nothing to change"
    assert ran(url, file, *add, "--tag-listed").returncode == 0
    assert load(file).images[0].versions[0].tags == ("v1-a", "v0.2.1")
    assert ran(url, file, *add, "--tag-listed").stdout.splitlines()[-1] == f"{file}: nothing to change"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"# Ours.\r\n"])
def test_a_first_file_is_made_from_nothing(url: str, tmp_path: Path, content: bytes | None) -> None:
    digests = pushed(url, "x", tag="v1-a")
    file = tmp_path / "image_tags.yaml"
    if content is not None:
        file.write_bytes(content)
    nothing = ran(url, file, "add", "--pattern", ".*:v1-a")
    assert (nothing.returncode, "name the first ones: --image" in nothing.stderr) == (2, True)
    assert ran(url, file, "sort").returncode == 3
    assert ran(url, file, "add", "--pattern", ".*:v1-a", "--image", X).returncode == 0
    assert [version.digest for version in load(file).images[0].versions] == [digests["x"]]
    assert file.read_bytes().startswith((content or b"").strip())
    elsewhere = ran(url, tmp_path / "no" / "folder.yaml", "add", "--pattern", ".*:v1-a", "--image", X)
    assert elsewhere.returncode == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"digest: sha256:{'a' * 63}\n    tags: [v1]", "(it has 63)"),
        (f"digest: sha256:{'a' * 64}\n    tags: [v1, -rf]", "'-rf' is not a tag"),
        (f"digest: sha256:{'a' * 64}\n    tags: [v1, ../../x]", "'../../x' is not a tag"),
        (f'digest: sha256:{"a" * 64}\n    tags: [v1, "a\\eb"]', "is not a tag"),
        (f"digest: sha256:{'a' * 64}\n    tags: [v1, v1]", "tag v1 is listed twice"),
    ],
)
def test_a_file_that_check_refuses_is_not_changed_either(row: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_text(f"images:\n- name: {X}\n  versions:\n  - {row}\n")
    before = file.read_bytes()
    checked = ran(NOWHERE, file, "check")
    for action in (
        ("tag", "--pattern", ".*:v1", "--tag", "v0.2.1"),
        ("tag", "--pattern", ".*:v1", "--tag", "v1"),
        ("sort",),
    ):
        refused = ran(NOWHERE, file, *action)
        assert (refused.returncode, checked.returncode) == (3, 3)
        assert f"{file}:4: " in refused.stderr
        assert said in refused.stderr
        assert "\x1b" not in refused.stderr
    assert file.read_bytes() == before


def test_a_release_tag_that_moved_in_the_registry_moves_when_it_is_named(url: str, tmp_path: Path) -> None:
    old, new = (
        push(url, f"{PROJECT}/x", tag, {"build": tag}, CREATED, ["v0.2.1"]) for tag in ("v1-a", "v2-b")
    )
    file = tmp_path / "image_tags.yaml"
    file.write_text(
        f"# Ours.\r\nimages:\r\n- name: {X}\r\n  versions:\r\n  - digest: {old}\r\n    tags: [v1-a, v0.2.1]\r\n",
        newline="",
    )
    add = ("add", "--pattern", ".*:v2-b")
    before = file.read_bytes()
    refused = ran(url, file, *add)
    assert (refused.returncode, file.read_bytes()) == (4, before)
    assert "--allow-move NAME_RE:TAG_RE" in refused.stderr
    assert ran(url, file, *add, "--allow-move", ".*/x:v0.2.1").returncode == 0
    tags = {version.digest: version.tags for version in load(file).images[0].versions}
    assert tags == {old: ("v1-a",), new: ("v0.2.1", "v2-b")}
    assert file.read_bytes().startswith(b"# Ours.\r\n")
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")


def test_a_digest_that_the_registry_does_not_have_is_found(url: str, tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_text(f"images:\n- name: {X}\n  versions:\n  - digest: sha256:{'a' * 64}\n    tags: []\n")
    checked = ran(url, file, "check", "--registry")
    assert checked.returncode == 3
    assert f"{file}:4: {X}@sha256:{'a' * 64} is not in the registry" in checked.stderr


def test_the_real_errors_are_found_each_with_its_line() -> None:
    file = REAL / "6fb8af8812c415099908bf2b37bee016e23e3ca4.yaml"
    name = f"{PROJECT}/tensorflow-1.4.1-notebook-gpu"
    checked = ran(NOWHERE, file, "check", "--expect", name, "--tag", "v0.2.0")
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
    assert ran(NOWHERE, file, *tag).returncode == 2
    assert ran(NOWHERE, file, *tag, "--prefix").returncode == 0


def test_a_tag_to_expect_needs_images() -> None:
    file = REAL / "0adb6aac8a7900478d0e33ec02b5d0bcc9875280.yaml"
    assert ran(NOWHERE, file, "check", "--tag", "v0.2.0").returncode == 2
    assert ran(NOWHERE, file, "check", "--checkout", str(REAL)).returncode == 2
    assert ran(NOWHERE, file, "check", "--checkout", "/nonexistent", "--tag", "v0.2.0").returncode == 2


REFUSED = {
    "no tag": (".*/tensorflow-.*:v9", "v0.2.2", 2, "no tag matches 'v9'; known tags:"),
    "no image": ("nothing:.*", "v0.2.2", 2, "no image name matches 'nothing'; known names:"),
    "several builds": (".*/tensorflow-.*:latest", "v0.2.2", 2, "matches several versions of one image:"),
    "on another digest": (
        ".*/tensorflow-.*:v20180707-5a11c84d",
        "v0.2.0",
        4,
        "would move to another digest:",
    ),
}


@pytest.mark.parametrize(("pattern", "tag", "code", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_changes_nothing_and_names_the_candidates(
    pattern: str, tag: str, code: int, text: str, tmp_path: Path
) -> None:
    """The old script kept the old tag and exited with 0, or ended in a TypeError."""
    file = tmp_path / "image_tags.yaml"
    file.write_bytes((REAL / f"{PROMOTED}.yaml").read_bytes())
    before = file.stat()
    refused = ran(NOWHERE, file, "tag", "--pattern", pattern, "--tag", tag)
    assert refused.returncode == code
    first, *candidates = refused.stderr.splitlines()
    assert text in first
    assert sum("tensorflow-1.8.0-notebook-cpu" in line for line in candidates) >= 1
    assert "Traceback" not in refused.stderr
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "action", [("tag", "--pattern", ".*:v20180707-5a11c84d", "--tag", "v0.2.1"), ("sort",)]
)
def test_what_is_done_already_writes_nothing(action: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes((REAL / f"{PROMOTED}.yaml").read_bytes())
    ran(NOWHERE, file, *action)
    content, before = file.read_bytes(), file.stat()
    again = ran(NOWHERE, file, *action)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, f"{file}: nothing to change")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert file.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["image_tags.yaml"]


def test_a_floating_tag_of_release_yaml_moves_without_being_named(tmp_path: Path) -> None:
    file, config = tmp_path / "image_tags.yaml", tmp_path / "release.yaml"
    file.write_text(
        f"images:\n- name: {X}\n  versions:\n  - digest: sha256:{'a' * 64}\n    tags: [v1, latest]\n"
        f"  - digest: sha256:{'b' * 64}\n    tags: [v2]\n"
    )
    for text, code in ((CONFIG, 4), (f"{CONFIG}floating-tags: [latest]\n", 0)):
        config.write_text(text)
        tag = ("tag", "--pattern", ".*:v2", "--tag", "latest")
        assert ran(NOWHERE, file, *tag, RELEASE_CONFIG=str(config)).returncode == code
    assert [version.tags for version in load(file).images[0].versions] == [("v1",), ("v2", "latest")]


def test_latest_on_several_digests_is_found_when_asked_for() -> None:
    file = REAL / f"{PROMOTED}.yaml"
    assert ran(NOWHERE, file, "check").returncode == 0
    checked = ran(NOWHERE, file, "check", "--every-tag")
    assert checked.stderr.splitlines()[0] == "update_image_tags.py: 9 problems"


SPAWNER = """\
"{0}/{1}/tensorflow-1.4.1-notebook-gpu:v0.2.0"
"{0}/{1}/tensorflow-1.8.0-notebook-cpu:v0.2.0"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the files of v0.2.0 and v0.2.1 offered to users, in lines of ours."""
    files = {
        "core/spawner.py": SPAWNER,
        "core/all.jsonnet": f"// @optionalParam tfJobImage string {PROJECT}/tf_operator:v0.2.0 x\n"
        f"// @optionalParam centralUiImage string {PROJECT}/centraldashboard:v0.2.1 x\n",
        "CHANGELOG.md": f"{PROJECT}/modeldb-backend:v0.2.0\n",
        "testing/old.yaml": f"{PROJECT}/modeldb-backend:v0.2.0\n",
    }
    folder = tmp_path / "checkout"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
    (folder / "untracked.yaml").write_text(f"{PROJECT}/katib-frontend:v0.2.0\n")
    return folder


def test_what_a_checkout_refers_to_and_nobody_listed_is_found_with_its_line(checkout: Path) -> None:
    file = REAL / "6fb8af8812c415099908bf2b37bee016e23e3ca4.yaml"

    def dangling(tag: str, *words: str) -> list[str]:
        checked = ran(NOWHERE, file, "check", "--checkout", str(checkout), "--tag", tag, *words)
        assert checked.returncode == 3
        return [line for line in checked.stderr.splitlines()[1:] if "(it has 63)" not in line]

    not_listed = f"is not listed in {file}"
    assert dangling("v0.2.0") == [
        f"core/spawner.py:1: {{0}}/{{1}}/tensorflow-1.4.1-notebook-gpu:v0.2.0 {not_listed}"
    ]
    assert dangling("v0.2.1") == [f"core/all.jsonnet:2: {PROJECT}/centraldashboard:v0.2.1 {not_listed}"]
    assert dangling("v0.2.1", "--name", "tf_.*", "--name", "x") == []
    assert dangling("v0.2.10") == []


def test_release_yaml_says_what_is_ours_and_what_is_left_out(checkout: Path, tmp_path: Path) -> None:
    file, config = REAL / f"{PROMOTED}.yaml", tmp_path / "release.yaml"
    check = ("check", "--checkout", str(checkout), "--tag", "v0.2.0")
    config.write_text(CONFIG)
    with_tests = ran(NOWHERE, file, *check, RELEASE_CONFIG=str(config))
    assert "testing/old.yaml:1: " in with_tests.stderr
    assert "{0}/{1}" not in with_tests.stderr
    config.write_text(CONFIG.replace("registry: gcr.io/kubeflow-images-public", "registry: ghcr.io/acme"))
    assert ran(NOWHERE, file, *check, RELEASE_CONFIG=str(config)).returncode == 0
    config.write_text("project: [\n")
    refused = ran(NOWHERE, file, *check, RELEASE_CONFIG=str(config))
    assert refused.returncode == 3
    assert "release.yaml:2: not YAML" in refused.stderr
