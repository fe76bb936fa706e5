"""scripts/prune_nightlies.py as an operator runs it: real git, real registries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.config import registries
from releasing.rehearsal.registry.small_images import push
from tests.support.fault_proxy import FaultProxy, Rule, fault_proxy, says
from tests.support.faulty_registry import CREATED, PROJECT, faulty_registry, fetched, index_of, stored
from tests.support.paths import SCRIPTS
from tests.support.registries import docker_registry, rehearsal_registry

PROGRAM = SCRIPTS / "prune_nightlies.py"
SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
NIGHTS = [f"v201807{day:02}-{day:08x}" for day in range(1, 7)]


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with SERVERS[request.param](tmp_path / "registry") as url:
        yield url


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch", "master")
    commit(origin, "README.md", "nothing is named\n")
    git(tmp_path, "clone", "--quiet", "origin", "checkout")
    return tmp_path / "checkout"


def commit(origin: Path, path: str, text: str) -> None:
    (origin / path).parent.mkdir(parents=True, exist_ok=True)
    (origin / path).write_text(text)
    git(origin, "add", path)
    git(origin, "commit", "--quiet", "-m", path)


def fetch(checkout: Path) -> None:
    git(checkout, "fetch", "--quiet", "--tags", "origin")


def nightlies(url: str, name: str, tags: list[str] = NIGHTS) -> dict[str, str]:
    return {tag: push(url, f"{PROJECT}/{name}", tag, {"build": tag}, CREATED) for tag in tags}


def environment(url: str) -> dict[str, str]:
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "DOCKER_CONFIG": "/nonexistent"}
    return {**os.environ, **mirror}


def pruned(
    url: str, checkout: Path, *words: str, keep: int = 2, image: str = "a"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), str(checkout), "--keep", str(keep)]
    return subprocess.run(
        [*command, "--image", f"{PROJECT}/{image}", *words],
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )


def tags(url: str, name: str = "a") -> list[str]:
    found = registries.ask(lambda client: client.listing(f"{PROJECT}/{name}"), environment(url))
    return [tag for tag in found.all_tags if registries.digest(f"{PROJECT}/{name}", tag, environment(url))]


def test_the_newest_stay_and_the_others_go_when_asked_for(url: str, checkout: Path) -> None:
    nightlies(url, "a")
    listed = pruned(url, checkout)
    assert listed.returncode == 0, listed.stderr
    assert "4 to delete; nothing is deleted without --write" in listed.stdout
    assert tags(url) == NIGHTS
    done = pruned(url, checkout, "--write")
    assert done.returncode == 0, done.stderr
    assert tags(url) == NIGHTS[-2:]
    assert "0 deleted" in pruned(url, checkout, "--write").stdout


def test_what_a_branch_a_tag_or_image_tags_names_stays(url: str, checkout: Path, tmp_path: Path) -> None:
    digests = nightlies(url, "a")
    origin = tmp_path / "origin"
    commit(origin, "prototype.jsonnet", f"// @optionalParam image string {PROJECT}/a:{NIGHTS[0]} The image\n")
    git(origin, "tag", "v0.1.0-rc.0")
    row = (
        f"- name: {PROJECT}/a\n  versions:\n  - digest: {digests[NIGHTS[1]]}\n    tags:\n    - {NIGHTS[1]}\n"
    )
    commit(origin, "image_tags.yaml", f"images:\n{row}")
    commit(origin, "prototype.jsonnet", f"// other {PROJECT}/other:{NIGHTS[3]}\n")
    git(origin, "checkout", "--quiet", "-b", "v0.1-branch")
    commit(origin, "app/components/pinned.yaml", f"image: {PROJECT}/a@{digests[NIGHTS[2]]}\n")
    git(origin, "checkout", "--quiet", "master")
    fetch(checkout)
    done = pruned(url, checkout, "--write", "--images-file", "image_tags.yaml")
    assert done.returncode == 0, done.stderr
    assert tags(url) == [*NIGHTS[:3], *NIGHTS[-2:]]
    assert f"a:{NIGHTS[0]} stays: named at v0.1.0-rc.0:prototype.jsonnet:1" in done.stdout
    assert ":image_tags.yaml:" in done.stdout


def test_a_tag_whose_image_is_put_together_elsewhere_holds_for_every_image(
    checkout: Path, tmp_path: Path
) -> None:
    commit(tmp_path / "origin", "spawner.py", f"TAG = '{NIGHTS[0]}'\n")
    fetch(checkout)
    with rehearsal_registry(tmp_path / "registry") as url:
        nightlies(url, "a")
        assert f"a:{NIGHTS[0]} stays: named at master:spawner.py:1" in pruned(url, checkout).stdout


@pytest.mark.parametrize(
    "text",
    [
        "IMAGE=${{IMAGE:-{image}:{tag}}}",
        "TAG=${{TAG:-{tag}}}",
        "TAG=${{TAG-{tag}}}",
        "IMAGE := $(shell echo {image}:{tag})",
        'image: {{{{ .Values.image | default "{image}:{tag}" }}}}',
        '{{"image": "{escaped}:{tag}"}}',
        "printf 'x\\n{tag}'",
        "image:v1-{tag}",
        "{tag}_gpu",
        "curl https://example.org/{tag}-linux.tar",
    ],
)
def test_a_tag_stays_whatever_is_around_it(checkout: Path, tmp_path: Path, text: str) -> None:
    image, escaped = f"{PROJECT}/a", f"{PROJECT}/a".replace("/", r"\/")
    written = text.format(image=image, escaped=escaped, tag=NIGHTS[0])
    commit(tmp_path / "origin", "a.env", f"{written}\n")
    fetch(checkout)
    with rehearsal_registry(tmp_path / "registry") as url:
        nightlies(url, "a")
        done = pruned(url, checkout, "--write")
        assert f"a:{NIGHTS[0]} stays: named at master:a.env:1" in done.stdout, done.stderr
        assert tags(url) == [NIGHTS[0], *NIGHTS[-2:]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_tag_in_a_text_of_utf_16_stays(checkout: Path, tmp_path: Path, encoding: str) -> None:
    origin = tmp_path / "origin"
    text = f"# é\r\n$env:IMAGE = '{PROJECT}/a:{NIGHTS[0]}'\r\n"
    (origin / "a\nb.ps1").write_bytes(("\ufeff" * (encoding == "utf-16-be") + text).encode(encoding))
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "-m", "wide")
    fetch(checkout)
    with rehearsal_registry(tmp_path / "registry") as url:
        nightlies(url, "a")
        done = pruned(url, checkout, "--write")
        assert f"a:{NIGHTS[0]} stays: named at master:a" in done.stdout, done.stderr
        assert tags(url) == [NIGHTS[0], *NIGHTS[-2:]]


def test_a_digest_stays_whose_kind_is_written_elsewhere(checkout: Path, tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path / "registry") as url:
        digests = nightlies(url, "a")
        bare = digests[NIGHTS[0]].removeprefix("sha256:")
        commit(tmp_path / "origin", "a.env", f"SHA256={bare}\n")
        fetch(checkout)
        assert f"a:{NIGHTS[0]} stays: named at master:a.env:1" in pruned(url, checkout).stdout


def test_a_build_that_a_release_tagged_stays(url: str, checkout: Path) -> None:
    push(url, f"{PROJECT}/a", NIGHTS[0], {}, CREATED, ["v0.1.0"])
    nightlies(url, "a", NIGHTS[1:])
    assert "stays: the same build also has v0.1.0" in pruned(url, checkout, "--write").stdout
    assert tags(url) == ["v0.1.0", NIGHTS[0], *NIGHTS[-2:]]


def test_what_shares_its_manifest_with_a_newer_night_stays_where_tags_cannot_be_deleted(
    checkout: Path, tmp_path: Path
) -> None:
    with docker_registry(tmp_path / "registry") as url:
        push(url, f"{PROJECT}/a", NIGHTS[0], {}, CREATED, NIGHTS[4:])
        nightlies(url, "a", NIGHTS[1:4])
        part = nightlies(url, "a", NIGHTS[1:2])[NIGHTS[1]]
        stored(
            url,
            f"{PROJECT}/a/manifests/v9",
            "application/vnd.oci.image.index.v1+json",
            index_of(url, "a", part),
        )
        done = pruned(url, checkout, "--write")
        assert "2 deleted, 2 old ones stay" in done.stdout, done.stderr
        assert tags(url) == [*NIGHTS[:2], *NIGHTS[4:], "v9"]
        assert fetched(url, f"{PROJECT}/a/manifests/{part}")


def test_nothing_is_done_while_the_checkout_lacks_something_of_origin(checkout: Path, tmp_path: Path) -> None:
    git(tmp_path / "origin", "tag", "v0.1.0-rc.0")
    with faulty_registry(tmp_path / "registry") as it:
        refused = pruned(it.url, checkout, "--write")
        assert (refused.returncode, it.asked) == (4, [])
    assert "does not have refs/tags/v0.1.0-rc.0 as origin has it now" in refused.stderr


def test_a_name_that_the_registry_does_not_know_is_told_and_keeping_none_is_refused(
    checkout: Path, tmp_path: Path
) -> None:
    with rehearsal_registry(tmp_path / "registry") as url:
        unknown = pruned(url, checkout)
        assert (unknown.returncode, "a has no tag in the registry" in unknown.stdout) == (0, True)
        assert pruned(url, checkout, keep=0).returncode == 2


def test_one_list_for_each_image_and_no_digest_where_nothing_is_old(checkout: Path, tmp_path: Path) -> None:
    with faulty_registry(tmp_path / "registry") as it:
        nightlies(it.url, "a")
        it.asked.clear()
        found = pruned(it.url, checkout, "--json", keep=6)
        assert json.loads(found.stdout) == {"old": [], "kept": [], "stayed": []}
        assert [line.rpartition("/a/")[2] for line in it.asked] == ["tags/list"]


def test_every_request_is_one_that_has_to_be_made(url: str, checkout: Path) -> None:
    nightlies(url, "a")
    nightlies(url, "b", NIGHTS[:2])
    both = ("--image", f"{PROJECT}/b")
    with fault_proxy(url) as proxy:
        pruned(proxy.url, checkout, *both)
        assert requests(proxy) == {"GET tags/list": 2, "HEAD tag": len(NIGHTS)}
        proxy.forget()
        done = pruned(proxy.url, checkout, *both, "--write")
        assert "4 deleted" in done.stdout, done.stderr
        made = requests(proxy)
    # docker-registry has to be asked once whether it deletes tags.
    by_name = {"DELETE tag": 4} if "DELETE digest" not in made else {"DELETE tag": 1, "DELETE digest": 4}
    assert made == {"GET tags/list": 3, "HEAD tag": len(NIGHTS), **by_name}


def requests(proxy: FaultProxy) -> Counter[str]:
    """How often each kind was asked for."""
    return Counter(f"{method} {kind(path)}" for method, path, _ in proxy.asked)


def kind(path: str) -> str:
    if path.endswith("tags/list"):
        return "tags/list"
    return "digest" if "sha256:" in path else "tag"


def test_what_fails_for_one_image_keeps_no_other_from_being_pruned(checkout: Path, tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path / "registry") as url, fault_proxy(url) as proxy:
        nightlies(url, "a")
        nightlies(url, "b")
        proxy.rules = [Rule(says(403), "DELETE", "/a/manifests/")]
        done = pruned(proxy.url, checkout, "--image", f"{PROJECT}/b", "--write")
        assert (done.returncode, tags(url, "a"), tags(url, "b")) == (4, NIGHTS, NIGHTS[-2:])
    assert "4 deleted" in done.stdout
    assert f"- {PROJECT}/a" not in done.stdout
    assert f"{PROJECT}/a" in done.stderr
