"""`deploy.render` and `nightly.deploy` as an operator types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.paths import ROOT


def invoke(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a task with the release.yaml in `folder`."""
    command = [sys.executable, str(ROOT / "tasks.py"), *words]
    environment = {**os.environ, "RELEASE_CONFIG": str(folder / "release.yaml")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def adopted(folder: Path, image: str = "") -> Path:
    """A folder with our release.yaml, and the image of the suite in it."""
    text = (ROOT / "release.yaml").read_text()
    (folder / "release.yaml").write_text(text.replace("\ndeploy:\n", f"\ndeploy:\n{image}"))
    return folder


def test_rendering_writes_beside_the_release_yaml_in_use_and_a_second_time_nothing(tmp_path: Path) -> None:
    folder = adopted(tmp_path)
    first = invoke(folder, "deploy.render", "--write")
    assert first.returncode == 0, first.stderr
    written = {path.name: path.read_bytes() for path in (folder / "deploy").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (ROOT / "deploy").iterdir()}
    second = invoke(folder, "deploy.render", "--write")
    assert second.stdout.count(": up to date") == len(written)
    assert "written" not in second.stdout


def test_without_write_files_are_printed_and_nothing_is_left_behind(tmp_path: Path) -> None:
    printed = invoke(adopted(tmp_path), "deploy.render")
    assert printed.returncode == 0
    assert "# deploy/rights.yaml\n" in printed.stdout
    assert not (tmp_path / "deploy").exists()


def test_a_nightly_is_written_once_its_image_is_named(tmp_path: Path) -> None:
    refused = invoke(adopted(tmp_path), "nightly.deploy", "--write")
    assert refused.returncode == 3
    assert refused.stderr.startswith("error: release.yaml: deploy.image is missing")
    assert "hint: build and push it" in refused.stderr
    assert not (tmp_path / "deploy").exists()

    image = f"gcr.io/kubeflow-releasing/release@sha256:{'0' * 64}"
    folder = adopted(tmp_path, f"  image: {image}\n")
    assert invoke(folder, "nightly.deploy", "--write").returncode == 0
    [nightly, _] = yaml.safe_load_all((folder / "deploy" / "nightly.yaml").read_text())
    [step] = nightly["spec"]["workflowSpec"]["templates"]
    assert step["container"]["image"] == image
    assert step["container"]["args"] == ["{{inputs.parameters.step}}", "--profile=production"]
