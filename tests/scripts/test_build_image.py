"""scripts/build_image.sh, the example of the build contract, with programs that write down what they are asked."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import SCRIPTS

SCRIPT = SCRIPTS / "build_image.sh"
IMAGE = "registry.example/one"
TOOLS = ("sh", "dirname")
WRITES_DOWN = """#!/bin/sh
[ -t 0 ] || [ "${1:-}" != login ] || read -r secret
echo "${0##*/} $*${secret:+ <$secret}" >>"$LOG"
case " $FAILING " in *" ${1:-} "*) exit 1 ;; esac
[ "$*" != "auth print-access-token" ] || echo t0ken
"""


@dataclass
class World:
    """A context, and a PATH in which nothing is but what a test puts there."""

    folder: Path
    failing: str = ""

    @property
    def dockerfile(self) -> str:
        return str(self.folder / "Dockerfile")

    def install(self, *programs: str) -> None:
        for name in programs:
            path = self.folder / "bin" / name
            path.write_text(WRITES_DOWN)
            path.chmod(0o755)

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.folder / "bin"), "LOG": str(self.folder / "log"), **variables}
        return subprocess.run(
            [str(SCRIPT), *words],
            env={"FAILING": self.failing, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def asked(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return World(tmp_path)


def built(program: str, world: World, *options: str) -> str:
    words = [
        "build",
        "--pull",
        f"--tag={IMAGE}:v1",
        f"--file={world.dockerfile}",
        *options,
        str(world.folder),
    ]
    return " ".join([program, *words])


@pytest.mark.parametrize("program", ["docker", "podman", "buildah"])
def test_whichever_program_is_there_builds_and_pushes_that_tag_only(world: World, program: str) -> None:
    world.install(program)
    assert world.run(world.dockerfile, IMAGE, "v1").returncode == 0
    assert world.asked[1:] == [built(program, world), f"{program} push {IMAGE}:v1"]


def test_further_arguments_are_build_arguments_and_latest(world: World) -> None:
    world.install("docker")
    assert world.run(world.dockerfile, IMAGE, "v1", "A=b c", "--latest", "B=").returncode == 0
    assert world.asked[1:] == [
        built("docker", world, "--build-arg", "A=b c", "--build-arg", "B="),
        f"docker push {IMAGE}:v1",
        f"docker tag {IMAGE}:v1 {IMAGE}:latest",
        f"docker push {IMAGE}:latest",
    ]


def test_one_that_does_not_answer_is_passed_over(world: World) -> None:
    world.install("docker", "podman")
    world.failing = "ps"
    assert world.run(world.dockerfile, IMAGE, "v1").returncode == 0
    assert world.asked[-1] == f"podman push {IMAGE}:v1"


@pytest.mark.parametrize("failing", ["build", "push"])
def test_what_fails_ends_it(world: World, failing: str) -> None:
    world.install("docker")
    world.failing = failing
    assert world.run(world.dockerfile, IMAGE, "v1", "--latest").returncode == 1
    assert world.asked[-1].startswith(f"docker {failing} ")


def test_the_key_of_a_service_account_logs_in_without_a_secret_among_the_words(world: World) -> None:
    world.install("docker", "gcloud")
    assert (
        world.run(world.dockerfile, IMAGE, "v1", GOOGLE_APPLICATION_CREDENTIALS="/key.json").returncode == 0
    )
    assert world.asked[1:4] == [
        "gcloud auth activate-service-account --key-file=/key.json",
        "gcloud auth print-access-token",
        "docker login --username=oauth2accesstoken --password-stdin registry.example <t0ken",
    ]


def test_without_any_program_it_ends_at_once_and_says_so(world: World) -> None:
    ran = world.run(world.dockerfile, IMAGE, "v1")
    assert (ran.returncode, world.asked) == (69, [])
    assert "docker, podman and buildah are not installed" in ran.stderr


def test_without_a_daemon_the_real_docker_is_asked_for_a_minute_and_no_longer(world: World) -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker is not installed")
    (world.folder / "bin" / "docker").symlink_to(docker)
    world.install("sleep")
    ran = world.run(world.dockerfile, IMAGE, "v1", DOCKER_HOST=f"unix://{world.folder}/none.sock")
    assert ran.returncode == 69
    assert "docker: installed, but does not answer after a minute" in ran.stderr
    assert world.asked == ["sleep 2"] * 29


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Dockerfile", IMAGE), "expected DOCKERFILE IMAGE TAG"),
        (("/nowhere/Dockerfile", IMAGE, "v1"), "/nowhere/Dockerfile is no file"),
        ((str(SCRIPT), IMAGE, "v1", "latest"), "unknown argument latest; expected --latest or NAME=VALUE"),
    ],
)
def test_arguments_that_it_cannot_use_are_told(world: World, words: tuple[str, ...], said: str) -> None:
    world.install("docker")
    ran = world.run(*words)
    assert (ran.returncode, world.asked) == (2, [])
    assert said in ran.stderr


def test_shellcheck_finds_nothing() -> None:
    ran = subprocess.run(["shellcheck", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
