"""nightly.prune as an operator runs it: which images it looks at, and what releases elsewhere keep."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from releasing.rehearsal.registry.small_images import push
from tests.support.faulty_registry import CREATED, PROJECT
from tests.support.nightly_projects import repository
from tests.support.stand_ins import STAND_INS
from tests.support.whole_releases import completed, git, serving

NIGHTS = [f"v201807{day:02}-{day:08x}" for day in range(1, 6)]
BROKEN = {"name": "gone", "app_dir": "kubeflow/kubeflow/releasing/many", "component": "gone"}


def source(folder: Path) -> Path:
    """A repository whose images nothing but its entries names; one entry does not resolve."""
    place = repository(folder, ["one", "two"])
    config = place / "releasing" / "prow_config_release.yaml"
    entries = json.loads(config.read_text())["workflows"]
    config.write_text(json.dumps({"workflows": [BROKEN, *entries]}))
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(place, *identity, "commit", "--quiet", "--all", "--message", "An entry that does not resolve")
    return place


def workflow(
    sandbox: Path, name: str, release: str, build: str, repository: str = "kubeflow.kubeflow"
) -> None:
    """Submit a workflow to the sandbox's cluster, as a machine elsewhere does."""
    keys = {"repository": repository, "release": release, "build": build}
    labels = {f"release-tool/{key}": value for key, value in keys.items()}
    metadata = {"name": name, "namespace": "kubeflow-releasing", "labels": labels}
    spec = {"entrypoint": "none", "templates": [{"name": "none", "container": {"command": ["true"]}}]}
    content = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "spec": spec}
    there = {"RELEASE_SANDBOX": str(sandbox), "KUBECONFIG": str(sandbox / "kubeconfig")}
    command = [str(STAND_INS / "kubectl"), "-n", "kubeflow-releasing", "create", "-f", "-"]
    subprocess.run(command, input=json.dumps(content), env={**os.environ, **there}, text=True, check=True)


def test_images_of_entries_are_pruned_and_builds_of_candidates_begun_elsewhere_stay(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    first = completed(sandbox, "nightly.prune", "--keep", "2", "--source", str(source(tmp_path / "source")))
    assert "releasing/prow_config_release.yaml: line 1: gone: " in first
    assert "workflows cannot be read, so builds of releases on other machines may count as old: " in first
    assert f"? {PROJECT}/one has no tag in the registry" in first

    completed(sandbox, "auth", "--version", "0.2.1")
    workflow(sandbox, "ada-serving-1", "v0.2.1-rc.0", NIGHTS[0])
    workflow(sandbox, "image-release-one-1", "night-20180702", NIGHTS[1])
    workflow(sandbox, "bob-serving-1", "v0.2.1-rc.0", NIGHTS[2], "kubeflow.katib")
    with serving(sandbox) as url:
        for tag in NIGHTS:
            push(url, f"{PROJECT}/one", tag, {"build": tag}, CREATED)
        listed = completed(sandbox, "nightly.prune", "--keep", "2")
        assert (
            f"= {PROJECT}/one:{NIGHTS[0]} stays: a release on this machine builds or has built it" in listed
        )
        assert "workflows cannot be read" not in listed
        assert "2 deleted, 1 old ones stay" in completed(sandbox, "nightly.prune", "--keep", "2", "--write")
        assert "0 to delete" in completed(sandbox, "nightly.prune", "--keep", "2")
