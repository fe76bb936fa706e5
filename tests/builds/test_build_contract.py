"""The build contract, held against scripts that keep it and that break it in one place each."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from releasing.builds import build_contract, build_requests
from releasing.builds.build_contract import Breach, breaches
from releasing.builds.build_requests import BuildRequest
from releasing.builds.build_trial import tried
from releasing.errors import UnmetError, UsageError
from releasing.shell import process_group
from tests.support.paths import SCRIPTS

EXAMPLE = SCRIPTS / "build_image.sh"
GOOD = """\
#!/bin/sh
set -e
tries=20
until docker ps; do
  tries=$((tries - 1))
  test $tries -gt 0 || exit 1
  sleep 3
done
docker build --tag="$2:$3" -f "$1" "$(dirname "$1")"
docker push "$2:$3"
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "a context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def written(context: Path, text: str) -> Path:
    script = context / "build_image.sh"
    script.write_text(text)
    script.chmod(0o755)
    return script


def found(context: Path, text: str, seconds: float = 10) -> list[Breach]:
    written(context, text)
    return breaches(context, seconds)


def test_the_example_keeps_the_contract(context: Path) -> None:
    shutil.copy(EXAMPLE, context)
    assert breaches(context) == []


def test_a_script_in_the_form_of_the_runbook_keeps_it(context: Path) -> None:
    assert found(context, GOOD) == []
    assert {path.name for path in context.iterdir()} == {"Dockerfile", "build_image.sh"}


@pytest.mark.parametrize("program", ["docker", "gcloud docker --", "podman", "buildah"])
def test_every_program_that_builds_images_is_understood(context: Path, program: str) -> None:
    assert (
        found(context, f'#!/bin/sh\nset -e\n{program} build -t "$2:$3" -f "$1" .\n{program} push "$2:$3"\n')
        == []
    )


@pytest.mark.parametrize(
    "lines",
    [
        'docker buildx build --push --tag "$2:$3" --file "$1" .',
        'docker buildx build --output type=registry --tag "$2:$3" --file "$1" .',
        'docker buildx build --output=type=image,push=true --tag "$2:$3" --file "$1" .',
        'docker buildx build -o type=image,name="$2:$3",push=true -f"$1" .',
        'docker --config "$HOME" buildx --builder b build --push=true -t"$2:$3" --file "$1" .',
        'docker buildx bake --push --set "*.tags=$2:$3" --set "*.dockerfile=$1" app',
        'docker buildx bake --set "app.output=type=registry" --set "app.tags=$2:$3" --set "*.dockerfile=$1" app',
        'docker build -t x -f "$1" . && docker buildx imagetools create -t "$2:$3" x',
        'docker build -t x -f "$1" . && docker manifest create "$2:$3" x && docker manifest push "$2:$3"',
        'docker image build -t x -f "$1" . && docker tag x "$2:$3" && docker image push "$2:$3"',
        'buildah bud -t x -f "$1" . && buildah push x "docker://$2:$3"',
        'podman build --tag=x --file="$1" . && podman push x "docker://$2:$3"',
    ],
)
def test_other_ways_to_build_and_push_are_understood(context: Path, lines: str) -> None:
    assert found(context, f"#!/bin/sh\nset -e\n{lines}\n") == []


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("#!/bin/sh\n", "", 1, "begins with 'set -e'"),
        ("set -e\n", "", 8, "when the build fails it ends with exit code 0"),
        (' -f "$1"', "", 9, "builds the Dockerfile of its context; expected the Dockerfile that it is given"),
        ('docker push "$2:$3"', 'docker push "$2"', 10, "pushes registry.example/contract/image; expected IMAGE:TAG"),
        ('docker push "$2:$3"', "true", None, "pushes nothing; expected IMAGE:TAG"),
        ('push "$2:$3"\n', 'push "$2:$3"\ndocker push "$2:latest"\n', 11, ":latest although no argument asks for it"),
        (
            'push "$2:$3"\n',
            'push "$2:$3"\ngcloud container images add-tag -q "$2:$3" "$2:new"\n',
            10,
            "also pushes registry.example/contract/image:new",
        ),
        ('push "$2:$3"', 'push "$2:$3" || true', 10, "when the push fails it ends with exit code 0"),
        ("tries=$((tries - 1))", ":", 4, "while no daemon answers it still runs after 1 s"),
        ("|| exit 1", "|| exit 0", None, "when no daemon answers it ends with exit code 0"),
        ("set -e\n", 'set -e\ntest $# = 3\n', None, "with CONTRACT=1 as a further argument it ends with exit code 1"),
        ("set -e\n", "set -e\nread -p 'sure? ' x || true\n", 3, "asks for input"),
        ("set -e\n", "set -e\ngcloud auth login\n", 3, "asks for input: gcloud auth login"),
        ("set -e\n", "set -e\necho no luck\nexit 3\n", None, "ends with exit code 3: no luck"),
        ("docker build", "# docker build", None, "builds nothing"),
    ],
)  # fmt: skip
def test_each_breach_is_told_with_its_line(
    context: Path, before: str, after: str, line: int | None, said: str
) -> None:
    assert before in GOOD
    seconds = 1 if "after 1 s" in said else 10
    told = found(context, GOOD.replace(before, after), seconds)
    wanted = [breach for breach in told if said in str(breach)]
    assert wanted, [*map(str, told)]
    script = context / "build_image.sh"
    assert wanted[0].where == (f"{script}:{line}" if line else str(script))
    assert wanted[0].hint
    assert wanted[0].expected


def test_a_script_that_cannot_be_started_is_told_and_tried_all_the_same(context: Path) -> None:
    written(context, GOOD).chmod(0o644)
    [breach] = breaches(context)
    assert breach.found == "is not executable"
    assert not os.access(context / "build_image.sh", os.X_OK)


def test_a_script_finds_the_checkout_that_it_is_in_and_what_is_beside_it(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    context = tmp_path / "images" / "a"
    context.mkdir(parents=True)
    (tmp_path / "version.txt").write_text("1\n")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "One"]):
        subprocess.run([*git, *words], check=True)
    lines = 'cd "$(dirname "$0")"\ngit rev-parse --verify HEAD\ncat ../../version.txt\n'
    assert found(context, GOOD.replace("docker build", f"{lines}docker build", 1)) == []
    assert (
        subprocess.run([*git, "status", "--short"], check=True, capture_output=True).stdout == b"?? images/\n"
    )


def test_a_folder_without_a_script_says_what_it_has(context: Path) -> None:
    [breach] = breaches(context)
    assert "has no build_image.sh (it has: Dockerfile)" in breach.found
    with pytest.raises(UsageError, match="is not a folder"):
        breaches(context / "elsewhere")


def test_an_interpreter_that_is_not_there_is_told(context: Path) -> None:
    told = found(context, "#!/no/such/shell\n")
    assert any("ends with exit code 127" in breach.found for breach in told)


def test_what_a_script_started_ends_with_its_trial(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_group, "GRACE", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    written(context, f"#!/bin/sh\n(echo begun; while :; do :; done) >'{pipe}' &\nwait\n")
    assert tried(context, "all goes well", (), 1).code is None
    # The end of the pipe comes when nobody has it open any more; as long as somebody has, reading would block.
    assert os.read(reader, 100) == b"begun\n"
    assert os.read(reader, 100) == b""
    os.close(reader)


def test_a_trial_changes_nothing_in_the_folder_and_knows_no_key_of_the_operator(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret")
    script = written(context, '#!/bin/sh\ncd "$(dirname "$1")"\necho changed >>Dockerfile\nenv\n')
    said = "\n".join(tried(context, "all goes well", (), 10).said)
    assert "secret" not in said
    assert "GOOGLE_APPLICATION_CREDENTIALS=" in said
    assert (context / "Dockerfile").read_text() == "FROM scratch\n"
    assert script.exists()


def test_breaches_are_an_error_with_their_number(context: Path) -> None:
    build_contract.require(context, [])
    with pytest.raises(UnmetError, match="2 breaches of the build contract"):
        build_contract.require(context, [Breach("a", "b", "c", "d")] * 2)


def test_gcloud_builds_count_as_build_and_push() -> None:
    words = ("gcloud", "builds", "submit", "--tag", "r/a:t", ".")
    assert [*build_requests.requests([words])] == [
        BuildRequest("build", words=words),
        BuildRequest("push", "r/a:t", words=words, while_building=True),
    ]


HCL = """\
variable "TAG" { default = "latest" }  # overridden by the environment
variable "DOCKERFILE" {
  default = "Dockerfile"
}
group "default" { targets = ["app"] }
target "common" {
  dockerfile = DOCKERFILE
  // not this: tags = ["x/y:z"]
}
target "app" {
  inherits = ["common"]
  tags = ["${IMAGE}:${TAG}", {more}]
  output = ["type=image,push=true"]
}
"""
JSON = """\
{"variable": {"TAG": {"default": "latest"}}, "target": {"default": {
  "dockerfile": "${DOCKERFILE}", "tags": ["${IMAGE}:${TAG}", {more}], "output": ["type=registry"]}}}
"""
SERVICES = """\
services:
  app:
    image: "${IMAGE}:${TAG:-latest}"
    build: {context: ., dockerfile: "${DOCKERFILE}", tags: [{more}]}
  database: {image: postgres}
"""
GIVEN = 'export IMAGE="$2" TAG="$3" DOCKERFILE="$1"\ncd "$(dirname "$0")"\n'


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [
        ("docker-bake.hcl", HCL, "docker buildx bake"),
        ("docker-bake.json", JSON, "docker buildx bake"),
        ("other.hcl", HCL, "docker buildx bake --file other.hcl app"),
        ("compose.yaml", SERVICES, "docker compose build --push"),
        ("compose.yaml", SERVICES, "docker buildx bake --push"),
        ("dev.yml", SERVICES, "docker compose -f dev.yml build && docker compose -f dev.yml push"),
    ],
)
def test_what_a_file_says_is_built_and_pushed_is_understood(
    context: Path, file: str, text: str, command: str
) -> None:
    (context / file).write_text(text.replace(", {more}", "").replace("{more}", ""))
    assert found(context, f"#!/bin/sh\nset -e\n{GIVEN}{command}\n") == []
    (context / file).write_text(text.replace("{more}", '"${IMAGE}:latest"'))
    told = [*map(str, found(context, f"#!/bin/sh\nset -e\n{GIVEN}{command}\n"))]
    assert any(":latest although no argument asks for it" in each for each in told)


@pytest.mark.parametrize("file", ["docker-bake.hcl", "docker-bake.json", "compose.yaml"])
@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, 'target "a" { inherits = ["a"] }', "group: [x]", "\0"]
)
def test_a_file_that_cannot_be_read_says_nothing(context: Path, file: str, text: str) -> None:
    (context / file).write_text(text)
    told = [*map(str, found(context, f"#!/bin/sh\nset -e\n{GIVEN}docker buildx bake --push\n"))]
    assert any("pushes nothing; expected IMAGE:TAG" in each for each in told)


@pytest.mark.parametrize(
    "lines",
    [
        'docker buildx build --push=false -t "$2:$3" -f "$1" .',
        'docker buildx build --output type=oci,dest=x -t "$2:$3" -f "$1" .',
        'docker buildx build --load -t "$2:$3" -f "$1" .',
        'docker buildx bake --print --push --set "*.tags=$2:$3"',
    ],
)
def test_what_only_builds_pushes_nothing(context: Path, lines: str) -> None:
    told = [*map(str, found(context, f"#!/bin/sh\nset -e\n{lines}\n"))]
    assert any("pushes nothing; expected IMAGE:TAG" in each for each in told)


@pytest.mark.parametrize(
    "lines",
    [
        'docker buildx build --output type=registry -t "$2:$3" -f "$1" . || true',
        'docker buildx build --output=type=image,push=true -t "$2:$3" -f "$1" . || true',
        'docker buildx bake --push --set "*.tags=$2:$3" --set "*.dockerfile=$1" || true',
    ],
)
def test_a_push_while_building_that_fails_has_to_fail_the_script(context: Path, lines: str) -> None:
    told = [*map(str, found(context, f"#!/bin/sh\nset -e\n{lines}\n"))]
    assert any("when the push fails it ends with exit code 0" in each for each in told)
    assert any("when the build fails it ends with exit code 0" in each for each in told)
