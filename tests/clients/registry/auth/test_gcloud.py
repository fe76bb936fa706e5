"""Tags written with gcloud, compared and read back over HTTP as ever."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from releasing.clients.registry.auth import gcloud
from releasing.clients.registry.auth.gcloud import Tagger
from releasing.clients.registry.client import Registry
from releasing.config import registries
from releasing.errors import CommandError
from releasing.rehearsal.registry.small_images import push
from tests.support.faulty_registry import CREATED, PROJECT, faulty_registry, pushed, stored
from tests.support.gcloud_programs import Gcloud, needs_gcloud, real_gcloud
from tests.support.paths import SCRIPTS
from tests.support.registries import docker_registry, rehearsal_registry
from tests.support.release_yaml import release_yaml
from tests.support.stand_ins import Sandbox

APPLY = SCRIPTS / "apply_image_tags.py"
TAG = "v0.2.1"


@dataclass
class World:
    """Images at `prefix` in a registry at `url`, and the environment in which gcloud writes their tags."""

    url: str
    prefix: str
    folder: Path
    environment: dict[str, str]

    def __post_init__(self) -> None:
        """Put a gcloud first that remembers its words, and leaves the work to the one that was first."""
        path = self.environment["PATH"]
        self.first = Gcloud(self.folder / "first").says(
            f'exec {shlex.quote(shutil.which("gcloud", path=path) or "gcloud")} "$@"'
        )
        self.environment = self.environment | {"PATH": f"{self.first.folder}:{path}"}

    def pushed(self, *names: str, tag: str) -> dict[str, str]:
        path = self.prefix.partition("/")[2] if self.prefix.startswith("localhost") else self.prefix
        return {name: push(self.url, f"{path}/{name}", tag, {"build": tag}, CREATED) for name in names}

    def applied(self, digests: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        file = self.folder / "image_tags.yaml"
        rows = [
            f"- name: {self.prefix}/{name}\n  versions:\n  - digest: {digest}\n    tags: [{TAG}]\n"
            for name, digest in digests.items()
        ]
        file.write_text("images:\n" + "".join(rows))
        command = [sys.executable, str(APPLY), "--images-file", str(file), "--pattern", f".*:{TAG}", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, cwd=self.folder
        )

    def there(self, *names: str) -> dict[str, str | None]:
        found = registries.digests([f"{self.prefix}/{name}" for name in names], TAG, self.environment)
        return {name.rpartition("/")[2]: digest for name, digest in found.items()}


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[World]:
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        settings = release_yaml(tmp_path, "registries: {gcr.io: {backend: gcloud}}\n")
        mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io"}
        yield World(url, PROJECT, tmp_path, sandbox.environment | settings | mirror)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[World]:
    with docker_registry(tmp_path / "registry") as url:
        host = url.replace("http://127.0.0.1", "localhost")
        settings = release_yaml(tmp_path, f"registries: {{'{host}': {{backend: gcloud}}}}\n")
        yield World(
            url, f"{host}/kubeflow-images-public", tmp_path, real_gcloud(tmp_path, "ya29.none") | settings
        )


@pytest.fixture(params=["stand_in", pytest.param("real", marks=needs_gcloud)])
def world(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_a_release_is_tagged_refused_and_taken_up_as_over_http(world: World) -> None:
    digests = world.pushed("a", "b", tag="old")
    planned = world.applied(digests, "--plan")
    assert planned.stdout.splitlines()[-1] == "2 to write, 0 already there", planned.stderr
    assert world.there("a", "b") == {"a": None, "b": None}
    first = world.applied({"a": digests["a"]})
    assert first.returncode == 0, first.stderr
    assert world.applied(digests).stdout.splitlines()[-1] == "1 applied, 1 already there, 0 failed"
    assert world.there("a", "b") == digests
    newer = world.pushed("a", tag="new")
    refused = world.applied(newer)
    assert (refused.returncode, world.there("a")["a"]) == (4, digests["a"])
    moved = world.applied(newer, "--allow-move", f".*/a:{TAG}", "--json")
    assert moved.returncode == 0, moved.stderr
    assert [change["was"] for change in json.loads(moved.stdout)["applied"]] == [digests["a"]]
    assert world.there("a") == newer
    wanted = [("a", digests["a"]), ("b", digests["b"]), ("a", newer["a"])]
    names = [(f"{world.prefix}/{name}", digest) for name, digest in wanted]
    assert world.first.asked == [
        f"container images add-tag --quiet {name}@{digest} {name}:{TAG}" for name, digest in names
    ]


def test_gcloud_that_refuses_is_reported_for_each_tag(stand_in: World) -> None:
    digests = stand_in.pushed("a", "b", tag="old")
    (stand_in.folder / "gcloud" / "rehearsal-accounts").unlink()
    done = stand_in.applied(digests)
    assert done.returncode == 5
    assert done.stdout.count("does not have any valid credentials") == 2
    assert "Traceback" not in done.stderr
    assert "gcloud container images add-tag --quiet" in done.stdout


def client_of(folder: Path, program: Gcloud, url: str) -> dict[str, str]:
    settings = release_yaml(folder, "registries: {gcr.io: {backend: gcloud}}\n")
    return program.environment | settings | {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io"}


@pytest.mark.parametrize("written", [True, False])
def test_when_gcloud_fails_what_is_there_decides(tmp_path: Path, written: bool) -> None:
    program = Gcloud(tmp_path / "gcloud").says("exit 1")
    with faulty_registry(tmp_path / "registry") as faulty:
        digest = pushed(faulty.url, "x")["x"]

        async def work(client: Registry) -> None:
            manifest = await client.manifest(f"{PROJECT}/x", digest)
            assert manifest
            if written:
                path = f"{PROJECT}/x/manifests/{TAG}"
                await asyncio.to_thread(stored, faulty.url, path, manifest.media_type, manifest.content)
            await client.tag(f"{PROJECT}/x", TAG, manifest)

        environment = client_of(tmp_path, program, faulty.url)
        if written:
            registries.ask(work, environment)
        else:
            with pytest.raises(CommandError, match="failed with exit code 1"):
                registries.ask(work, environment)
    words = f"{PROJECT}/x@{digest} {PROJECT}/x:{TAG}"
    assert program.asked == [f"container images add-tag --quiet {words}"]


def test_no_more_than_a_few_run_at_once(tmp_path: Path) -> None:
    running = tmp_path / "running"
    running.mkdir()
    body = (
        f'touch "{running}/$$"; ls "{running}" | wc -l >>"{tmp_path}/counts"; sleep 0.05; rm "{running}/$$"'
    )
    program = Gcloud(tmp_path / "gcloud").says(body)

    async def all_at_once() -> None:
        tagger = Tagger(program.environment)
        await asyncio.gather(*(tagger.add("gcr.io/p/x", "sha256:a", f"t{number}") for number in range(12)))

    asyncio.run(all_at_once())
    counts = [int(line) for line in (tmp_path / "counts").read_text().split()]
    assert len(counts) == 12
    assert max(counts) <= gcloud.AT_ONCE
