"""Which entries of the release configs that Kubeflow had come to images, and why the others do not.

Two of the twelve are no YAML (test_release_config.py). In the last two, 93ba638a and 790f65b2, most components are in
releasing/releaser, as test_nightly_additions_of_history.py adds one.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from releasing.nightly.monitoring.coverage import covered
from tests.support import past_additions
from tests.support.whole_releases import invoke

REPOSITORY = "kubeflow/kubeflow"
CONTEXTS = (
    "components/k8s-model-server/images",
    "components/k8s-model-server/http-proxy",
    "components/tensorflow-notebook-image",
    "components/centraldashboard",
)
LACKING = (
    "chainer-operator-release: releasing/chainer-operator/components/chainer-operator.jsonnet:5: "
    "kubeflow/automation/release.libsonnet: no such file to import"
)
FIRST = 3 + 10  # images of the model server and of the notebooks


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with every app, as it was when its entry came."""
    folder = tmp_path_factory.mktemp("checkout")
    past_additions.releasers(folder)
    past_additions.contexts(folder, [f"{REPOSITORY}/{each}" for each in CONTEXTS], 0o755)
    past_additions.apps(folder, past_additions.TAKEN)
    return folder


@pytest.mark.parametrize(
    ("commit", "images", "problems"),
    [
        ("528ae0f8", FIRST, []),
        (
            "c79194b3",
            FIRST,
            [
                "pytorch-operator-release: releasing/pytorch-operator/components: no component 'release' "
                "(known: pytorch-operator)"
            ],
        ),
        ("36062f39", FIRST + 1, []),
        (
            "047799bd",
            FIRST + 1,
            ["katib-release: releasing/katib/components: no component 'katib' (known: earlystopping-medians"],
        ),
        ("2a96bc6e", FIRST + 2, ["katib-release: releasing/katib/components: no component 'katib'"]),
        ("880c96bf", FIRST + 2, []),
        ("e16685b8", FIRST + 2, [LACKING]),
        ("6ba50a7b", FIRST + 4, [LACKING]),
    ],
)
def test_entries_that_come_to_no_image_are_told_and_the_others_are_read(
    commit: str, images: int, problems: list[str], checkout: Path
) -> None:
    found = covered(past_additions.entries_of(commit).entries, "postsubmit", checkout, REPOSITORY)
    assert len(found.images) == images
    assert len(found.problems) == len(problems)
    for told, expected in zip(found.problems, problems, strict=True):
        assert told.partition(": ")[2].startswith(expected)


def test_a_night_of_that_day_builds_every_image_but_that_of_the_app_without_its_package(
    checkout: Path, tmp_path: Path
) -> None:
    source = shutil.copytree(checkout, tmp_path / "source")
    (source / past_additions.CONFIG).write_bytes(past_additions.config_of("6ba50a7b"))
    past_additions.committed(source, "init", "--quiet", "--initial-branch", "master")
    night = invoke(tmp_path / "sandbox", "nightly.run", "--json", "--source", str(source))
    assert night.returncode == 5
    ended = {each["name"]: each for each in json.loads(night.stdout)["entries"]}
    images = {name: len(each["images"]) for name, each in ended.items() if each["state"] == "built"}
    assert images == {
        "tf-serving-release": 3,
        "centraldashboard-release": 1,
        "tf-notebook-release": 10,
        "pytorch-operator-release": 1,
        "kubebench-controller-release": 1,
        "kubebench-examples-release": 1,
    }
    assert "no such file to import" in ended["chainer-operator-release"]["cause"]
