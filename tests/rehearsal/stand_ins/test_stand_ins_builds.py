"""What the rehearsal builds: workflows in its cluster, docker, make, and the tags that come of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.registries import rehearsal_registry
from tests.support.stand_ins import Sandbox, workflow

PUBLIC = "gcr.io/kubeflow-images-public"
TAG = "v20180723-01234567"
CREATE = ("kubectl", "-n", "kubeflow-releasing", "create", "-f", "-")
GET = ("kubectl", "-n", "kubeflow-releasing", "get", "workflow", "one", "-o", "json")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose operator has logged in and chosen the cluster."""
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        yield sandbox


def status(cluster: Sandbox) -> Any:
    return json.loads(cluster.output(*GET))["status"]


def test_a_created_workflow_pushes_its_images_and_succeeds(cluster: Sandbox) -> None:
    said = cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    assert said == "workflow.argoproj.io/one created\n"
    assert status(cluster)["phase"] == "Succeeded"
    assert status(cluster)["progress"] == "2/2"
    assert cluster.tags(f"{PUBLIC}/one") == [TAG]
    [row] = json.loads(
        cluster.output("gcloud", "container", "images", "list-tags", f"{PUBLIC}/one", "--format=json")
    )
    assert (row["tags"], row["timestamp"]["datetime"]) == ([TAG], "2018-07-23 00:00:00+00:00")


def test_a_workflow_takes_its_time(cluster: Sandbox) -> None:
    cluster.environment["RELEASE_SANDBOX_PACE"] = "600"
    cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    now = status(cluster)
    assert (now["phase"], now["finishedAt"]) == ("Running", None)
    assert [node["phase"] for node in now["nodes"].values()] == ["Running", "Pending"]


def test_creating_a_workflow_again_is_an_error(cluster: Sandbox) -> None:
    cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    ran = cluster.run(*CREATE, stdin=json.dumps(workflow("one", tag="v2")))
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error from server (AlreadyExists): ")
    assert cluster.tags(f"{PUBLIC}/one") == [TAG]


def test_the_same_workflow_gives_the_same_digest(cluster: Sandbox) -> None:
    listing = ("gcloud", "container", "images", "list-tags", f"{PUBLIC}/one", "--format=json")
    for name in ("one", "two"):
        cluster.output(*CREATE, stdin=json.dumps(workflow(name)))
        assert len(json.loads(cluster.output(*listing))) == 1


def test_a_node_that_is_to_fail_pushes_nothing_and_stops_what_follows(cluster: Sandbox) -> None:
    cluster.fail("checkout")
    cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    now = status(cluster)
    assert now["phase"] == "Failed"
    assert [node["phase"] for node in now["nodes"].values()] == ["Failed", "Omitted"]
    assert not (cluster.folder / "registry" / PUBLIC).exists()


def test_without_the_registry_no_workflow_is_written(cluster: Sandbox) -> None:
    cluster.environment["RELEASE_SANDBOX_REGISTRY"] = "http://127.0.0.1:9"
    ran = cluster.run(*CREATE, stdin=json.dumps(workflow("one")))
    assert ran.returncode != 0
    assert "Traceback" not in ran.stderr
    assert cluster.run(*GET, "--ignore-not-found").stdout == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "Job"}, 'no matches for kind "Job"'),
        ({"metadata": {"name": "Upper"}}, 'The Workflow "Upper" is invalid'),
        ({"metadata": {"name": "one", "namespace": "other"}}, "You must pass '--namespace=other'"),
        ({"spec": {}}, "spec.entrypoint: Required value"),
    ],
)
def test_what_a_cluster_would_not_take_is_refused(
    cluster: Sandbox, changes: dict[str, Any], says: str
) -> None:
    ran = cluster.run(*CREATE, stdin=json.dumps(workflow("one") | changes))
    assert ran.returncode == 1
    assert says in ran.stderr


def test_a_workflow_of_another_namespace_is_not_found(cluster: Sandbox) -> None:
    cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    ran = cluster.run("kubectl", "get", "wf", "one", "-o", "json", "-n", "other")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == 'Error from server (NotFound): workflows.argoproj.io "one" not found\n'


def test_docker_pushes_only_what_was_built(cluster: Sandbox) -> None:
    (cluster.folder / "Dockerfile").write_text("FROM scratch\n")
    image = f"{PUBLIC}/two:{TAG}"
    ran = cluster.run("docker", "push", image)
    assert ran.returncode == 1
    assert ran.stderr == f"An image does not exist locally with the tag: {PUBLIC}/two\n"
    cluster.output("docker", "build", "-t", image, "--label", "a=b", ".")
    cluster.output("docker", "tag", image, f"{PUBLIC}/two:other")
    assert f"{TAG}: digest: sha256:" in cluster.output("gcloud", "docker", "--", "push", image)
    assert cluster.tags(f"{PUBLIC}/two") == [TAG]
    assert "other" in cluster.output("docker", "images")


def test_another_tag_keeps_the_digest(cluster: Sandbox) -> None:
    cluster.output(*CREATE, stdin=json.dumps(workflow("one")))
    name = f"{PUBLIC}/one"
    cluster.output("gcloud", "container", "images", "add-tag", f"{name}:{TAG}", f"{name}:v0.2.1", "--quiet")
    [row] = json.loads(cluster.output("gcloud", "container", "images", "list-tags", name, "--format=json"))
    assert row["tags"] == ["v0.2.1", TAG]


@pytest.fixture
def bootstrap(cluster: Sandbox) -> Path:
    """A git repository with a Makefile like Kubeflow's."""
    folder = cluster.folder / "bootstrap"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "Makefile").write_text(f"IMG = {PUBLIC}/bootstrapper\nTAG := x\npush: build\n\tfalse\n")
    identity = ("-c", "user.name=a", "-c", "user.email=a@kubeflow.org")
    cluster.output("git", "init", "--quiet", str(folder))
    cluster.output("git", "-C", str(folder), "add", ".")
    cluster.output("git", "-C", str(folder), *identity, "commit", "--quiet", "-m", "one")
    return folder


def test_make_push_builds_and_pushes_under_date_and_commit(cluster: Sandbox, bootstrap: Path) -> None:
    before = time.strftime("v%Y%m%d")
    said = cluster.output("make", "-C", str(bootstrap), "push")
    commit = cluster.output("git", "-C", str(bootstrap), "describe", "--always").strip()
    [tag] = cluster.tags(f"{PUBLIC}/bootstrapper")
    assert tag in {f"{before}-{commit}", f"{time.strftime('v%Y%m%d')}-{commit}"}
    assert f"Built {PUBLIC}/bootstrapper:{tag}\n" in said
    assert f"Pushed {PUBLIC}/bootstrapper:{tag}\n" in said


def test_a_tag_on_the_command_line_overrides_the_makefiles(cluster: Sandbox, bootstrap: Path) -> None:
    cluster.output("make", "push", f"TAG={TAG}", cwd=bootstrap)
    assert cluster.tags(f"{PUBLIC}/bootstrapper") == [TAG]


def test_a_changed_file_shows_in_the_tag(cluster: Sandbox, bootstrap: Path) -> None:
    (bootstrap / "Dockerfile").write_text("FROM other\n")
    cluster.output("make", "push", cwd=bootstrap)
    [tag] = cluster.tags(f"{PUBLIC}/bootstrapper")
    assert "-dirty-" in tag


@pytest.mark.parametrize(
    "makefile",
    [
        "PROJECT ?= kubeflow-images-public\nIMG ?= gcr.io/$(PROJECT)/bootstrapper\n",
        "IMG := gcr.io/${A}/bootstrapper # the image\nA = $(B)-public\nB = kubeflow-images\n",
        "export IMG = gcr.io/kubeflow-images-public/bootstrapper\n",
        "BASE = gcr.io\nIMG = $(BASE)/kubeflow-images-public$(NOTHING)/bootstrapper\n",
    ],
)
def test_make_expands_the_variables_of_the_image(cluster: Sandbox, bootstrap: Path, makefile: str) -> None:
    (bootstrap / "Makefile").write_text(f"{makefile}push:\n\tfalse\n")
    cluster.output("make", "push", f"TAG={TAG}", cwd=bootstrap)
    assert cluster.tags(f"{PUBLIC}/bootstrapper") == [TAG]


@pytest.mark.parametrize(
    ("makefile", "said"),
    [
        ("IMG = $(IMG)x\n", "Recursive variable"),
        ("IMG = $(shell cat name)\n", "the rehearsal does not expand"),
        ("IMAGE = x\n", "IMG is not set"),
    ],
)
def test_make_refuses_what_it_does_not_expand(
    cluster: Sandbox, bootstrap: Path, makefile: str, said: str
) -> None:
    (bootstrap / "Makefile").write_text(f"{makefile}push:\n\tfalse\n")
    ran = cluster.run("make", "push", cwd=bootstrap)
    assert (ran.returncode, said in ran.stderr) == (2, True)
