"""Image layouts on disk: what another program finds there, also after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread

from releasing.rehearsal.registry.layout import OCI_MANIFEST, Layout, digest_of, repositories
from releasing.rehearsal.registry.manifest_form import DOCKER_MANIFEST
from releasing.rehearsal.registry.small_images import push
from tests.support.conformance import Registry
from tests.support.paths import ROOT
from tests.support.registries import installed, rehearsal_registry

REPOSITORY = "gcr.io/kubeflow-images-public/bootstrapper"
CREATED = "2018-06-20T00:00:00Z"
# Tags two manifests, and kills itself before it opens, makes or renames the file or folder of the given number.
WRITER = """
import os, signal, sys
from pathlib import Path
from releasing.rehearsal.registry.layout import OCI_MANIFEST, Layout
left = int(sys.argv[2])
def count(event, arguments):
    global left
    if event in ("open", "os.mkdir", "os.rename"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
layout = Layout(Path(sys.argv[1]), "katib")
sys.addaudithook(count)
layout.add_manifest(b"1", OCI_MANIFEST, "v1")
layout.add_manifest(b"2", OCI_MANIFEST, "v1")
"""
# Serves a folder until it is killed, and says its port first.
SERVER = """
import sys, threading
from pathlib import Path
from tests.support.registries import rehearsal_registry
with rehearsal_registry(Path(sys.argv[1])) as url:
    print(url, flush=True)
    threading.Event().wait()
"""


def skopeo(*words: str) -> str:
    command = [installed("skopeo"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_skopeo_reads_a_repository_and_a_copy_of_it(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        digest = push(url, REPOSITORY, "v0.2.1", {"commit": "1234567"}, CREATED)
    shutil.copytree(tmp_path / REPOSITORY, tmp_path / "copy")
    for folder in (tmp_path / REPOSITORY, tmp_path / "copy"):
        shown = json.loads(skopeo("inspect", f"oci:{folder}:v0.2.1"))
        assert (shown["Digest"], shown["Labels"]) == (digest, {"commit": "1234567"})


def test_skopeo_copies_between_repositories_and_out(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path / "registry") as url:
        digest = push(url, REPOSITORY, "v0.2.1", {}, CREATED)
        host = f"docker://{url.removeprefix('http://')}"
        source, target = f"{host}/{REPOSITORY}:v0.2.1", f"{host}/{REPOSITORY}/copied:v1"
        skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", source, target)
        skopeo("copy", "--src-tls-verify=false", target, f"oci:{tmp_path / 'out'}:v1")
        assert json.loads(skopeo("inspect", "--tls-verify=false", target))["Digest"] == digest
    assert json.loads(skopeo("inspect", f"oci:{tmp_path / 'out'}:v1"))["Digest"] == digest


def test_skopeo_reads_dockers_media_types_as_they_are(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        content = Registry(url, REPOSITORY).push_image("v1", media_type=DOCKER_MANIFEST)
        source = f"docker://{url.removeprefix('http://')}/{REPOSITORY}:v1"
        raw = skopeo("inspect", "--tls-verify=false", "--raw", source)
    assert raw.encode() == content


def test_every_tag_has_a_line_in_the_index(tmp_path: Path) -> None:
    layout = Layout(tmp_path, "katib")
    layout.add_manifest(b"{}", OCI_MANIFEST)
    for tag in ("v1", "v2", "v1"):
        layout.add_manifest(b"{}", OCI_MANIFEST, tag)
    index = json.loads((tmp_path / "katib" / "index.json").read_text())
    assert index["manifests"] == [
        {
            "mediaType": OCI_MANIFEST,
            "digest": digest_of(b"{}"),
            "size": 2,
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }
        for tag in ("v2", "v1")
    ]


def test_what_a_tag_was_on_keeps_a_line_without_a_tag(tmp_path: Path) -> None:
    layout = Layout(tmp_path, "katib")
    layout.add_manifest(b"1", OCI_MANIFEST, "v1")
    layout.add_manifest(b"2", OCI_MANIFEST, "v1")
    layout.remove("v1")
    assert [(each.digest, each.tag) for each in layout.manifests()] == [
        (digest_of(b"1"), ""),
        (digest_of(b"2"), ""),
    ]


def test_a_mounted_blob_survives_the_repository_it_came_from(tmp_path: Path) -> None:
    first, second = Layout(tmp_path, "first"), Layout(tmp_path, "second")
    first.add_manifest(b"bytes", OCI_MANIFEST)
    second.link_blob(first, digest_of(b"bytes"))
    shutil.rmtree(first.folder)
    assert second.blob(digest_of(b"bytes")).read_bytes() == b"bytes"
    assert repositories(tmp_path) == ["second"]


def test_a_layout_inside_another_is_a_repository_of_its_own(tmp_path: Path) -> None:
    for repository in ("gcr.io/katib/ui", "gcr.io/katib", "a"):
        Layout(tmp_path, repository).add_manifest(b"{}", OCI_MANIFEST, "v1")
    assert repositories(tmp_path) == ["a", "gcr.io/katib", "gcr.io/katib/ui"]


def test_a_writer_killed_before_any_change_leaves_a_valid_layout_or_none(tmp_path: Path) -> None:
    before = 0
    while _ended(WRITER, tmp_path / str(before), before) == -signal.SIGKILL:
        layout = Layout(tmp_path / str(before), "katib")
        if layout.exists():
            _assert_valid(layout, [])
        layout.add_manifest(b"3", OCI_MANIFEST, "v1")
        _assert_valid(layout, ["v1"])
        before += 1
    assert before > 10


def test_a_killed_registry_keeps_every_tag_it_acknowledged(tmp_path: Path) -> None:
    """Each kill falls on another instant of a push; up to then whoever reads the index finds it whole."""
    held: list[str] = []
    for kill in range(5):
        _push_until_killed(tmp_path, held, enough=10 * kill + 10)
        _assert_valid(Layout(tmp_path, REPOSITORY), held)


def _run(program: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def _ended(program: str, *arguments: object) -> int:
    with _run(program, *arguments) as running:
        return running.wait()


def _push_until_killed(root: Path, held: list[str], enough: int) -> None:
    """Add the tags that the registry acknowledges; it is killed when there are enough."""
    reached = Event()
    with _run(SERVER, root) as server:
        assert server.stdout
        registry = Registry(server.stdout.readline().strip(), REPOSITORY)
        pushing = Thread(target=_push_tags, args=(registry, held, enough, reached))
        pushing.start()
        try:
            while not reached.is_set():
                Layout(root, REPOSITORY).manifests()
        finally:
            server.kill()
            pushing.join()


def _push_tags(registry: Registry, held: list[str], enough: int, reached: Event) -> None:
    with suppress(OSError, HTTPException):
        while True:
            tag = f"v{len(held)}"
            registry.push_image(tag, tag.encode())
            held.append(tag)
            if len(held) == enough:
                reached.set()


def _assert_valid(layout: Layout, held: list[str]) -> None:
    assert json.loads((layout.folder / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    assert set(held) <= set(layout.tags())
    for each in layout.manifests():
        assert digest_of(layout.blob(each.digest).read_bytes()) == each.digest
