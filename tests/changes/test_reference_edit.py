"""What release.yaml says about references, pins and parameters, as one command and as a question to origin."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.changes import operators, prototypes
from releasing.changes.reference_edit import ReferenceEdit, known_of, pinned, set_by_name
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.recipes import RC
from releasing.version import Candidate
from tests.support.bare_repository import commit, text_of
from tests.support.paths import SCRIPTS
from tests.support.releases import CONFIG, Origin, origin_in, release_at

pytestmark = pytest.mark.interpreter

PINS = [
    {"file": "registries.yaml", "pattern": r"branch: (\S+)", "value": "{branch}"},
    {"file": "deploy.sh", "pattern": 'VERSION:-"([^"]+)"', "value": "{version}"},
]
PARAMETERS = [{"files": "core/*.jsonnet", "name": "notebookTag", "value": "{tag}"}]
OPERATOR = {
    "repository": "kubeflow/tf-operator",
    "release": "v0.3.0",
    "image": "tf_operator",
    "pins": [
        {"file": "workflows.libsonnet", "pattern": "tf-operator@([^;]+)", "value": "{release}"},
        {"file": "workflows.libsonnet", "pattern": "testing@([^;]+)", "value": "v1"},
    ],
}
FILES = {
    "registries.yaml": "branch: master\n",
    "deploy.sh": 'VERSION=${VERSION:-"master"}\n',
    "workflows.libsonnet": "tf-operator@HEAD;testing@HEAD;\n",
    "all.jsonnet": "// @optionalParam notebookTag string v0.2.0 In no folder that was named.\n",
}
MIRROR = "registry.aliyuncs.com/kubeflow-images-public/"
IMAGES = {"pattern": "bootstrapper", "names": ["bootstrapper"]}
BOOTSTRAPPER = {"images": IMAGES, "folder": "bootstrap", "config": "a.yaml"}


def config(**sections: object) -> Config:
    return Config.model_validate({**CONFIG.model_dump(exclude_unset=True, by_alias=True), **sections})


def project(folder: Path, files: dict[str, str], settings: Config) -> Origin:
    """A release whose branch has `files`."""
    origin = origin_in(folder)
    for file, text in files.items():
        commit(origin.bare, "v0.2-branch", file, text)
    return Origin(release_at(folder / "state", settings), origin.bare, origin.sh).fetched()


def edited(origin: Origin, edit: ReferenceEdit) -> Path:
    """A clone of the release branch after the command of the edit."""
    clone = Path(origin.release.scratch("edit"))
    branch = ("--branch", "v0.2-branch")
    origin.sh.run(origin.sh["git"]["clone", "--quiet", *branch, origin.release.url, str(clone)])
    program, *words = edit.command(origin.sh, str(clone)).words
    subprocess.run([sys.executable, str(SCRIPTS / program), *words], check=True, capture_output=True)
    return clone


def test_placeholders_stand_for_the_names_of_the_release(tmp_path: Path) -> None:
    settings, release = config(pins=PINS, parameters=PARAMETERS), release_at(tmp_path)
    values = [value for _, _, value in pinned(known_of(release, settings.pins))]
    assert values == ["v0.2-branch", "0.2.1"]
    assert set_by_name(known_of(release, settings.parameters)) == (
        ("core/*.jsonnet", "notebookTag", "v0.2.1"),
    )


def test_an_operators_placeholder_is_its_release_and_other_values_stay(tmp_path: Path) -> None:
    operator = config(operators={"tfjob": OPERATOR}).operators["tfjob"]
    assert [value for _, _, value in operators.pins(operator)] == ["v0.3.0", "v1"]


def test_the_change_of_the_release_branch_holds_pins_parameters_and_operators(tmp_path: Path) -> None:
    settings = config(pins=PINS, parameters=PARAMETERS, operators={"tfjob": OPERATOR})
    origin = project(tmp_path, FILES, settings)
    (command,) = prototypes.change(origin.release).edits(origin.sh, "clone")
    words = " ".join(command.words)
    assert r"--pin registries.yaml branch: (\S+) v0.2-branch" in words
    assert "--pin workflows.libsonnet tf-operator@([^;]+) v0.3.0" in words
    assert "--parameter core/*.jsonnet notebookTag v0.2.1" in words


def test_the_command_makes_what_the_question_asks_for_and_nothing_else(tmp_path: Path) -> None:
    origin = project(tmp_path, FILES, CONFIG)
    pins = (
        ("registries.yaml", r"branch: (\S+)", "v0.2-branch"),
        ("deploy.sh", 'VERSION:-"([^"]+)"', "0.2.1"),
    )
    edit = ReferenceEdit((), pins, (("*.jsonnet", "notebookTag", "v0.2.1"),))
    assert edit.wanted(origin.release, origin.sh, "v0.2-branch")
    clone = edited(origin, edit)
    assert (clone / "registries.yaml").read_text() == "branch: v0.2-branch\n"
    assert (clone / "deploy.sh").read_text() == 'VERSION=${VERSION:-"0.2.1"}\n'
    assert "string v0.2.1 In no" in (clone / "all.jsonnet").read_text()
    for file in ("registries.yaml", "deploy.sh", "all.jsonnet"):
        commit(origin.bare, "v0.2-branch", file, (clone / file).read_text())
    assert text_of(origin.bare, "v0.2-branch", "workflows.libsonnet") == FILES["workflows.libsonnet"].rstrip()
    assert not edit.wanted(origin.release, origin.fetched().sh, "v0.2-branch")


def test_a_parameter_is_wanted_only_in_its_files(tmp_path: Path) -> None:
    origin = project(tmp_path, FILES, CONFIG)
    for files, wanted in (
        ("core/*.jsonnet", False),
        ("*.jsonnet", True),
        ("all.jsonnet", True),
        ("core", False),
    ):
        edit = ReferenceEdit((), parameters=((files, "notebookTag", "v0.2.1"),))
        assert edit.wanted(origin.release, origin.sh, "v0.2-branch") is wanted


def test_a_pin_whose_file_the_branch_does_not_have_is_refused_with_its_pattern(tmp_path: Path) -> None:
    origin = project(tmp_path, FILES, CONFIG)
    edit = ReferenceEdit((), (("gone.sh", "(v.*)", "v1"),))
    with pytest.raises(PreconditionError, match=r"pin gone\.sh: \(v\.\*\): no such tracked file"):
        edit.wanted(origin.release, origin.sh, "v0.2-branch")


def test_a_pin_whose_file_may_be_absent_is_told_of_and_counts_once_it_is_there(tmp_path: Path) -> None:
    deploy = {"file": "gone.sh", "pattern": "VERSION=(\\S+)", "value": "{branch}", "if-present": True}
    origin = project(tmp_path, FILES, config(pins=[deploy]))
    edit = prototypes.edit(origin.release)
    assert edit.examine(origin.release, origin.sh, "origin/v0.2-branch").absent == (
        r"pin gone.sh: VERSION=(\S+)",
    )
    assert not edit.wanted(origin.release, origin.sh, "v0.2-branch")
    for text in ("VERSION=master\n", "no version\n"):
        commit(origin.bare, "v0.2-branch", "gone.sh", text)
        origin.fetched()
        if text.startswith("VERSION"):
            assert edit.wanted(origin.release, origin.sh, "v0.2-branch")
            assert (edited(origin, edit) / "gone.sh").read_text() == "VERSION=v0.2-branch\n"
        else:
            with pytest.raises(PreconditionError, match="the pattern matches nothing"):
                edit.wanted(origin.release, origin.sh, "v0.2-branch")


def test_a_second_registry_that_mirrors_ours_is_rewritten_with_it(tmp_path: Path) -> None:
    """Without its prefix, what names the mirror is only told of."""
    names = ["gcr.io/kubeflow-images-public/bootstrapper", f"{MIRROR}bootstrapper", f"{MIRROR}jupyterhub-k8s"]
    text = "".join(f"image: {name}:v0.2.0\n" for name in names)
    sections = {"bootstrapper": BOOTSTRAPPER, "image-tags": "image_tags.yaml"}
    for prefixes, tags in (
        ([], ["v0.2.1", "v0.2.0", "v0.2.0"]),
        (["gcr.io/kubeflow-images-public/", MIRROR], ["v0.2.1", "v0.2.1", "v0.2.0"]),
    ):
        settings = config(**sections, **{"reference-prefixes": prefixes})
        (tmp_path / str(len(prefixes))).mkdir()
        origin = project(tmp_path / str(len(prefixes)), {"a.yaml": text}, settings)
        (command,) = prototypes.change(origin.release).edits(origin.sh, "clone")
        images = tuple(
            word
            for before, word in zip(command.words, command.words[1:], strict=False)
            if before == "--image"
        )
        content = (edited(origin, ReferenceEdit(images)) / "a.yaml").read_text()
        assert content == "".join(f"image: {name}:{tag}\n" for name, tag in zip(names, tags, strict=True))


def test_a_project_with_nothing_but_pins_updates_its_branch(tmp_path: Path) -> None:
    assert not prototypes.has_references(release_at(tmp_path))
    for sections in ({"pins": PINS}, {"parameters": PARAMETERS}):
        release = release_at(tmp_path, config(**sections))
        assert [propose(release, "").step for propose in RC.of(release).proposals] == ["update-prototypes"]


SPELLED = {
    "{version}": ("0.2.1", "0.2.1"),
    "{tag}": ("v0.2.1", "v0.2.1"),
    "{branch}": ("v0.2-branch", "v0.2-branch"),
    "{major}-{minor}-{patch}": ("0-2-1", "0-2-1"),
    "rc{candidate}": ("rc3", ""),
    "{full}": ("0.2.1-rc.3", "0.2.1"),
    "{pep440}": ("0.2.1rc3", "0.2.1"),
    "{npm}": ("0.2.1-rc.3", "0.2.1"),
    "release-{shields}-blue": ("release-0.2.1--rc.3-blue", "release-0.2.1-blue"),
    "{{{full}}}": ("{0.2.1-rc.3}", "{0.2.1}"),
}


@pytest.mark.parametrize(("value", "read"), SPELLED.items())
def test_a_value_has_the_spelling_of_the_candidate_or_of_the_final(
    tmp_path: Path, value: str, read: tuple[str, str]
) -> None:
    pins = [
        {"file": "a", "pattern": "(a)", "value": value, "on": on}
        for on in ("candidate", "final")
        if read[on == "final"]
    ]
    release = release_at(tmp_path, config(pins=pins))
    third = replace(release, candidate=Candidate(release.version, 3))
    assert [found for _, _, found in prototypes.edit(third).pins] == [each for each in read if each]
    # The final is the commit of the candidate: what it has to have is the same.
    assert prototypes.edit(replace(third, final=True)) == prototypes.edit(third)


def test_a_value_whose_day_is_not_known_is_left_out(tmp_path: Path) -> None:
    release = release_at(tmp_path, config(pins=[{"file": "a", "pattern": "(a)", "value": "{date}"}]))
    assert prototypes.edit(release).pins == ()
    assert prototypes.edit(replace(release, date="2018-07-23")).pins == (("a", "(a)", "2018-07-23"),)
