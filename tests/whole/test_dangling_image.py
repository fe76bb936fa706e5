"""A spawner that offers a notebook which nothing builds: the candidate waits until the offer is withdrawn."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from releasing.rehearsal.project import sample_project
from tests.support.whole_releases import VERSION, completed, git, invoke, trace

SPAWNER = "kubeflow/core/kubeform_spawner.py"
OFFER = '      <option value="{0}/{1}/tensorflow-1.9.0-notebook-cpu:v20180607-476e150e">\n'
LATER = "kubeflow/core/more.html"
PROPOSED = f"release/v{VERSION}-rc.0/update-prototypes"
RC = ("release.rc", "--version", VERSION)


def commit(checkout: Path, text: str) -> None:
    (checkout / SPAWNER).write_text(text)
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(checkout, *person, "commit", "-q", "-a", "-m", "Change what is offered (#72)")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The sample project with one more notebook in its spawner."""
    sample_project.create(tmp_path / "source.git")
    subprocess.run(["git", "clone", "-q", str(tmp_path / "source.git"), str(tmp_path / "source")], check=True)
    first, option, rest = (tmp_path / "source" / SPAWNER).read_text().partition("      <option ")
    commit(tmp_path / "source", first + OFFER + option + rest)
    return tmp_path / "source"


def test_an_offer_of_an_image_that_nobody_built_stops_before_anything_is_built(
    tmp_path: Path, source: Path
) -> None:
    sandbox = tmp_path / "sandbox"
    stopped = invoke(sandbox, *RC, "--source", str(source))
    assert stopped.returncode == 4
    assert '"dangling": 1 of ' in stopped.stderr
    assert f"{SPAWNER}:17: {{0}}/{{1}}/tensorflow-1.9.0-notebook-cpu:v{VERSION}" in stopped.stderr
    assert "build-jupyter " not in stopped.stdout
    assert trace(sandbox).pull_requests == ()


def test_an_offer_that_came_later_stops_before_anything_is_merged(tmp_path: Path, source: Path) -> None:
    sandbox, plain = tmp_path / "sandbox", tmp_path / "source.git"
    completed(sandbox, *RC, "--source", str(plain), "--to", "cut-branch")
    repository = sandbox / "github" / "kubeflow" / "kubeflow.git"
    git(source, "fetch", "-q", str(repository), "v0.2-branch")
    git(source, "reset", "-q", "--hard", "FETCH_HEAD")
    (source / LATER).write_text(OFFER)
    git(source, "add", LATER)
    commit(source, f"{(source / SPAWNER).read_text()}\n")
    git(source, "push", "-q", str(repository), "HEAD:v0.2-branch")
    stopped = invoke(sandbox, *RC, "--from", "update-prototypes")
    assert stopped.returncode == 5
    offered = f"{{0}}/{{1}}/tensorflow-1.9.0-notebook-cpu:v{VERSION} ({LATER}:1)"
    assert f"{PROPOSED} refers to {offered}, which releasing/image_tags.yaml does not list" in stopped.stderr
    left = trace(sandbox)
    assert not any(merged for _title, _base, merged in left.pull_requests)
    assert not any(image.endswith(f"notebook-cpu:v{VERSION}") for image in left.images)
    subprocess.run(["git", "clone", "-q", "-b", PROPOSED, repository, tmp_path / "mended"], check=True)
    git(tmp_path / "mended", "rm", "-q", LATER)
    commit(tmp_path / "mended", f"{(tmp_path / 'mended' / SPAWNER).read_text()}\n")
    git(tmp_path / "mended", "push", "-q", "origin", "HEAD")
    completed(sandbox, *RC, "--from", "update-prototypes")
    assert LATER not in git(repository, "ls-tree", "-r", "--name-only", f"v{VERSION}-rc.0")
