"""An image of the project that something else builds gets the release's tag, and its references do."""

from __future__ import annotations

from pathlib import Path

from tests.support.paths import ROOT
from tests.support.whole_releases import VERSION, completed, git, trace

NAME = "gcr.io/kubeflow-images-public/centraldashboard"
BUILD = "v20180618-v0.2.0-rc.0-5-g715aafc8"
SECTION = f"""\
other-images:
  centraldashboard:
    images: {{pattern: centraldashboard, names: [centraldashboard]}}
    build: {BUILD}

image-tags:"""


def test_a_candidate_tags_the_named_build_and_every_file_refers_to_it(tmp_path: Path) -> None:
    written, sandbox = tmp_path / "release.yaml", tmp_path / "sandbox"
    written.write_text((ROOT / "release.yaml").read_text().replace("\nimage-tags:", f"\n{SECTION}", 1))
    completed(sandbox, "release.rc", "--version", VERSION, RELEASE_CONFIG=str(written))
    images = trace(sandbox).images
    assert images[f"{NAME}:v{VERSION}"] == images[f"{NAME}:{BUILD}"]
    repository = sandbox / "github" / "kubeflow" / "kubeflow.git"
    assert f"{NAME}:v{VERSION} " in git(
        repository, "show", "v0.2-branch:kubeflow/core/prototypes/all.jsonnet"
    )
    completed(sandbox, "release.verify", "--version", f"{VERSION}-rc.0", RELEASE_CONFIG=str(written))
