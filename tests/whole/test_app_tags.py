"""Notebooks whose ksonnet app chooses their tag, as Kubeflow's does since October 2018."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from releasing.rehearsal.project import sample_project
from tests.support.paths import ROOT
from tests.support.whole_releases import VERSION, completed, git, invoke, trace

APP = "components/tensorflow-notebook-image/releaser/components/workflows.libsonnet"
# With a versionTag the real app asks for a parameter that does not exist.
CHOSEN = """(
            local pairs = [std.split(pair, "=") for pair in std.split(params.prow_env, ",")];
            local prow = { [pair[0]]: pair[1] for pair in pairs };
            std.join("-", std.prune([
              "v",
              if std.length(params.versionTag) > 0 then params.versiontag else null,
              "base-" + std.substr(prow.PULL_BASE_SHA, 0, 7),
              prow.BUILD_NUMBER,
            ]))
          )"""
KEYS = '    workflow:\n      parameters: {versionTag: ""}\n      app: components/tensorflow'
BUILD_TAG = re.compile(r".*:v\d{8}-[0-9a-f]{8}")
NAME = "gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-gpu"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The sample project with such an app."""
    sample_project.create(tmp_path / "source.git")
    checkout = tmp_path / "source"
    subprocess.run(["git", "clone", "-q", str(tmp_path / "source.git"), str(checkout)], check=True)
    file = checkout / APP
    file.write_text(file.read_text().replace("params.versionTag", CHOSEN))
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(checkout, *person, "commit", "-q", "-a", "-m", "Let the app choose the tag (#72)")
    return checkout


def release_yaml(folder: Path, key: str = "tag: app") -> str:
    text = (ROOT / "release.yaml").read_text()
    changed = text.replace("    workflow:\n      app: components/tensorflow", KEYS, 1)
    changed = changed.replace("    heading: the Jupyter Images\n", "", 1)
    changed = changed.replace("  jupyter:\n", f"  jupyter:\n    {key}\n", 1)
    (folder / "release.yaml").write_text(changed)
    return str(folder / "release.yaml")


def test_the_images_are_found_under_the_apps_tag_and_released(tmp_path: Path, source: Path) -> None:
    written, sandbox = release_yaml(tmp_path), tmp_path / "sandbox"
    rc = ("release.rc", "--version", VERSION, "--source", str(source))
    completed(sandbox, *rc, "--to", "build-jupyter", RELEASE_CONFIG=written)
    images = trace(sandbox).images
    [own] = [tag for tag in images if tag.startswith(f"{NAME}:v-base-")]
    assert [tag for tag in images if images[tag] == images[own] and BUILD_TAG.fullmatch(tag)]
    again = completed(sandbox, *rc, "--to", "build-jupyter", RELEASE_CONFIG=written)
    assert "tag_built_images.py" not in again
    completed(sandbox, *rc, RELEASE_CONFIG=written)
    assert trace(sandbox).images[f"{NAME}:v{VERSION}"] == images[own]


def test_a_run_that_ended_before_the_second_tag_builds_nothing_again(tmp_path: Path, source: Path) -> None:
    written, sandbox = release_yaml(tmp_path), tmp_path / "sandbox"
    rc = ("release.rc", "--version", VERSION, "--source", str(source), "--to", "build-jupyter")
    completed(sandbox, *rc, RELEASE_CONFIG=written)
    for index in (sandbox / "registry").rglob("tensorflow-1.8.0-notebook-gpu/index.json"):
        rows = json.loads(index.read_text())
        rows["manifests"] = [row for row in rows["manifests"] if "-base-" in json.dumps(row)]
        index.write_text(json.dumps(rows))
    journal = sandbox / "releases" / f"v{VERSION}-rc.0" / "journal.jsonl"
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    killed = [each for each in events if (each["step"], each["event"]) != ("build-jupyter", "done")]
    journal.write_text("".join(f"{json.dumps(each)}\n" for each in killed))
    before = [*(sandbox / "cluster" / "workflows").glob("*notebook*")]
    completed(sandbox, *rc, RELEASE_CONFIG=written)
    assert [*(sandbox / "cluster" / "workflows").glob("*notebook*")] == before
    assert any(BUILD_TAG.fullmatch(tag) for tag in trace(sandbox).images if tag.startswith(f"{NAME}:"))


def test_a_versiontag_is_given_only_where_the_app_chooses(tmp_path: Path, source: Path) -> None:
    written = release_yaml(tmp_path, "heading: Notebooks")
    run = invoke(
        tmp_path / "sandbox",
        "release.rc",
        "--version",
        VERSION,
        "--source",
        str(source),
        RELEASE_CONFIG=written,
    )
    assert run.returncode == 3
    assert "versionTag is the release's build tag: write 'tag: app' where the app chooses" in run.stderr
