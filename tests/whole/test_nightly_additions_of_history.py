"""nightly.add makes what Kubeflow's people committed to add a workflow, but for what is named here with a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from difflib import ndiff
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from releasing.clients.ksonnet.app import read_app
from releasing.clients.ksonnet.render import render
from releasing.errors import ConfigError
from releasing.nightly.release_config import ReleaseConfig, parse
from tests.support import past_additions
from tests.support.past_additions import CONFIG, PACKAGE, Past
from tests.support.whole_releases import completed, git, invoke

GIVEN = {"name": "kubeflow-release-0123456-1", "versionTag": "v20180720-01234567"}
CHECKED_OUT = "kubeflow/testing@HEAD;kubeflow/"
# Of what is in every app that people made.
USUAL = {
    "app.yaml: environments.default.k8sVersion": "their ks asked the cluster at hand; nothing rendered depends on it",
    "app.yaml: registries.incubator.*": "their ks init adds ksonnet's own registry, which nothing is taken from",
    "components/*.jsonnet: '+ '": "their ks left a line free that 0.9.2, which the runbook asks for, does not",
}
OF_ITS_DAY = {
    "app.yaml: *.kubeflow.gitVersion.commitSha": "the head of that day, and here of the copy",
    "app.yaml: *.automation.gitVersion.commitSha": "the head of that day, and here of the copy",
}
OTHER_CLUSTER = {
    "app.yaml: environments.default.destination.*": "their kubectl was at a cluster of their own, and the nights' is "
    "another: 36062f39 had to mend this for pytorch-operator",
}
OF_KS_0_12 = {
    "app.yaml: apiVersion": "made by ks 0.12, which the nightly job could not read beside the others' 0.1.0",
    "app.yaml: libraries.automation.*ersion*": "the same commit in the form of ks 0.12",
    "app.yaml: registries.kubeflow.gitVersion.*": "ks 0.12 writes none",
}
KATIB = {
    "vizier-core": "manager/",
    "suggestion-random": "suggestion/random/",
    "suggestion-grid": "suggestion/grid/",
    "suggestion-hyperband": "suggestion/hyperband/",
    "suggestion-bayesianoptimization": "suggestion/bayesianoptimization/",
    "earlystopping-medianstopping": "earlystopping/medianstopping/",
    "katib-frontend": "modeldb/",
    "studyjob-controller": "studyjobcontroller",
    "metrics-collector": "metricscollector",
}
PYTORCH = Past(
    commit="36062f39",
    before="528ae0f8",
    name="pytorch-operator",
    options={
        "image": "pytorch-operator",
        "dockerfile-dir": "kubeflow/pytorch-operator",
        "extra-repos": f"{CHECKED_OUT}pytorch-operator@HEAD",
        "extra-args": "/mnt",
    },
    then=0o644,
    differences=USUAL | OF_ITS_DAY,
)
CHAINER = Past(
    commit="e16685b8",
    before="880c96bf",
    name="chainer-operator",
    options={
        "image": "chainer-operator",
        "dockerfile-dir": "kubeflow/chainer-operator",
        "extra-repos": f"{CHECKED_OUT}chainer-operator@HEAD",
        "extra-args": "/mnt",
    },
    then=0,
    differences=USUAL | OTHER_CLUSTER | OF_KS_0_12,
)
KATIB_ADDED = Past(
    commit="047799bd",
    before="36062f39",
    name="katib",
    options={
        "image": ",".join(KATIB),
        "dockerfile-dir": ",".join(f"kubeflow/katib/cmd/{each}" for each in KATIB.values()),
        "extra-repos": f"{CHECKED_OUT}katib@HEAD",
    },
    then=0,
    differences=USUAL
    | OF_ITS_DAY
    | OTHER_CLUSTER
    | {
        "entry katib-release": "its component katib is not there: no night could have built anything",
        **{f"entry {each}-release": "the component had no entry" for each in KATIB},
        "components/params.libsonnet: '? *dockerfileDir: *'": "written without a slash at its end",
        "rendered *: *.container.command.2": "a double slash in the path of build_image.sh that is none here",
    },
)
CENTRALDASHBOARD = Past(
    commit="880c96bf",
    before="36062f39",
    name="centraldashboard",
    options={"image": "centraldashboard", "dockerfile-dir": "kubeflow/kubeflow/components/centraldashboard"},
    then=0o755,
    differences=USUAL | OTHER_CLUSTER | OF_KS_0_12,
)
KUBEBENCH = Past(
    commit="6ba50a7b",
    before="e16685b8",
    name="kubebench",
    options={
        "image": "kubebench-controller,kubebench-example",
        "component": "kubebench-controller,kubebench-examples",
        "dockerfile-dir": "kubeflow/kubebench/build/images/controller,kubeflow/kubebench/build/images/examples",
        "extra-repos": f"{CHECKED_OUT}kubebench@HEAD",
    },
    then=0,
    differences=USUAL | OTHER_CLUSTER | OF_KS_0_12,
)
ALL = (PYTORCH, KATIB_ADDED, CHAINER, CENTRALDASHBOARD, KUBEBENCH)


@pytest.mark.parametrize("past", ALL, ids=lambda past: past.name)
def test_nightly_add_makes_what_people_committed_but_for_what_is_named(past: Past, tmp_path: Path) -> None:
    opened = past_additions.place(tmp_path, past)
    past_additions.made(opened, past, 0o755)
    completed(opened, *past.words)
    found = {*_differences(past, past_additions.proposed(opened, past), _with_package(past, tmp_path))}
    assert len(_subject(tmp_path)) < 72
    unexplained = [each for each in found if not any(fnmatchcase(each, name) for name in past.differences)]
    assert unexplained == []
    assert [name for name in past.differences if not any(fnmatchcase(each, name) for each in found)] == []


@pytest.mark.parametrize(
    ("past", "because"),
    [
        (PYTORCH, "kubeflow/pytorch-operator/build_image.sh is not executable"),
        (CHAINER, "kubeflow/chainer-operator has no build_image.sh"),
        (KATIB_ADDED, "\n".join(f"kubeflow/katib/cmd/{each.rstrip('/')} has no" for each in KATIB.values())),
    ],
    ids=lambda each: each.name if isinstance(each, Past) else "",
)
def test_when_the_app_was_first_committed_it_would_have_said_why_its_image_cannot_be_built(
    past: Past, because: str, tmp_path: Path
) -> None:
    refused = invoke(past_additions.place(tmp_path, past), *past.words)
    assert refused.returncode == 4
    assert [each for each in because.splitlines() if each not in refused.stderr] == []


def test_an_image_gets_a_component_of_an_app_that_is_there_as_people_had_it_later(tmp_path: Path) -> None:
    opened = past_additions.place(tmp_path, CHAINER)
    past_additions.made(opened, CHAINER, 0o755)
    # GitHub leads from the old name of the repository, which that app.yaml has, to the new one.
    (opened / "github" / "google").symlink_to("kubeflow")
    for more, why in (
        (["--app", "nowhere"], "releasing/nowhere: no app of that name exists"),
        (
            ["--app", "releaser", "--component", "workflows"],
            "releaser: a component workflows exists already",
        ),
    ):
        assert why in invoke(opened, *CHAINER.words, *more).stderr
    completed(opened, *CHAINER.words, "--app", "releaser")
    made = past_additions.proposed(opened, CHAINER)
    later = {each.name: each for each in past_additions.entries_of("93ba638a").entries}
    added = _entries(parse((made / CONFIG).read_bytes(), CONFIG))["chainer-operator-release"]
    assert added == _entry(later["chainer-operator-release"])
    app, alone = made / "releasing" / "releaser", _with_package(CHAINER, tmp_path)
    assert _rendered(app, "chainer-operator") == _rendered(alone, "chainer-operator")
    # What is not ours to change is as it was.
    assert _rendered(app, "workflows") == _rendered(tmp_path / "source/releasing/releaser", "workflows")


@pytest.mark.parametrize("there", [PYTORCH, CENTRALDASHBOARD], ids=["0.1.0", "0.2.0"])
def test_an_app_that_lists_the_package_keeps_its_copy(there: Past, tmp_path: Path) -> None:
    opened = past_additions.place(tmp_path, CHAINER)
    past_additions.made(opened, CHAINER, 0o755)
    completed(opened, *CHAINER.words, "--app", there.name)
    clone = past_additions.proposed(opened, CHAINER)
    app = clone / "releasing" / there.name
    changed = git(clone, "diff", "--name-only", "origin/master", "HEAD", "--", str(app)).splitlines()
    assert [Path(each).name for each in changed] == ["chainer-operator.jsonnet", "params.libsonnet"]
    alone = _with_package(CHAINER, tmp_path)
    assert _rendered(app, "chainer-operator") == _rendered(alone, "chainer-operator")


def test_chainers_app_as_it_was_committed_lacks_the_package_that_it_is_made_of() -> None:
    with pytest.raises(ConfigError, match=r"automation/release\.libsonnet: no such file to import"):
        _rendered(CHAINER.app, "chainer-operator")


def _subject(folder: Path) -> str:
    """The first line of the commit, which is the title of the pull request."""
    return git(folder / "proposed", "log", "-1", "--format=%s")


def _differences(past: Past, made: Path, app: Path) -> Iterator[str]:
    """Everything in which the app and the entries differ from `app` and those that people committed."""
    mine = made / "releasing" / past.name
    before = _entries(past_additions.entries_of(past.before))
    added = _entries(parse((made / CONFIG).read_bytes(), CONFIG)).items() - before.items()
    theirs = _entries(past_additions.entries_of(past.commit)).items() - before.items()
    yield from (f"entry {name}" for name, _ in added ^ theirs)
    yield from _compared(
        "app.yaml", *(yaml.safe_load((each / "app.yaml").read_text()) for each in (mine, app))
    )
    yield from _compared_texts(mine, app, "components")
    yield from _compared_texts(mine, app, "vendor")
    for name in read_app(app).components:
        yield from _compared(f"rendered {name}", _rendered(mine, name), _rendered(app, name))


def _entries(config: ReleaseConfig) -> dict[str, str]:
    return {each.name: _entry(each) for each in config.entries}


def _entry(entry: Any) -> str:
    return json.dumps([entry.app_dir, entry.component, entry.params], sort_keys=True)


def _with_package(past: Past, folder: Path) -> Path:
    """A copy of the app as committed, with the package in vendor/."""
    copy = folder / "committed" / past.name
    shutil.copytree(past.app, copy)
    shutil.copytree(past_additions.package(), copy / "vendor" / PACKAGE)
    return copy


def _rendered(folder: Path, component: str) -> list[dict[str, Any]]:
    app = read_app(folder)
    return render(app, app.environments[-1], component, GIVEN)


def _compared(where: str, mine: object, theirs: object) -> Iterator[str]:
    left, right = dict(_leaves(mine)), dict(_leaves(theirs))
    yield from (f"{where}: {key}" for key in left.keys() | right.keys() if left.get(key) != right.get(key))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Every scalar of something nested, by its path."""
    if isinstance(value, dict | list) and value:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, f"{path}.{key}".lstrip("."))
    else:
        yield path, value


def _compared_texts(mine: Path, theirs: Path, folder: str) -> Iterator[str]:
    """The lines of each file that only one of both has."""
    names = {path.relative_to(root) for root in (mine, theirs) for path in root.glob(f"{folder}/**/*")}
    for name in sorted(each for each in names if not (mine / each).is_dir()):
        left, right = (
            (root / name).read_text().splitlines() if (root / name).is_file() else []
            for root in (mine, theirs)
        )
        yield from (f"{name}: {line!r}" for line in ndiff(left, right) if line[0] in "+-")
