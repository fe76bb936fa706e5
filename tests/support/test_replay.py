"""The replay of a history: every form that people write, made again, and what tells one class from another."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.references import examine
from releasing.references.report import ReferenceReport
from releasing.references.rules import Rules
from tests.support import replay, replayed, whole_tree
from tests.support.committed import Repository
from tests.support.histories import PERSON
from tests.support.replayed import FORGOTTEN, FORM, LEFT, MISSED, MORE, OTHER, SAME, Outcome

OLD, NEW = "sha256:" + "1a" * 32, "sha256:" + "2b" * 32
# A line as people write it, in its file, and what the replay calls the tag that they move on it.
FORMS = [
    ("app/boat.jsonnet", 'local image = "gcr.io/pier/boat:v1";', "tag in jsonnet"),
    ("app/params.libsonnet", "  image:: 'gcr.io/pier/boat:v1',", "tag in jsonnet"),
    ("app/name.libsonnet", '  image: $._config.registry + "/boat:v1",', "tag in jsonnet"),
    (
        "app/all.jsonnet",
        "// @optionalParam boatImage string gcr.io/pier/boat:v1 Boats.",
        "tag in a prototype's comment",
    ),
    (
        "app/one.jsonnet",
        "// @param boatImage string gcr.io/pier/boat:v1 Boats.",
        "tag in a prototype's comment",
    ),
    (
        "app/pin.jsonnet",
        f"// @optionalParam boatImage string gcr.io/pier/boat@{OLD} It.",
        "digest in a prototype's comment",
    ),
    ("app/tag.jsonnet", "// @optionalParam boatTag string v1 The tag.", "parameter in a prototype's comment"),
    ("spawner.py", """    <option value="{0}/{1}/boat-1.8:v1">""", "tag in Python"),
    ("form.py", "image = 'gcr.io/pier/boat:v1'  # small", "tag in Python"),
    ("percent.py", "image = '%(registry)s/boat:v1'", "tag in Python"),
    ("deploy.yaml", "    image: gcr.io/pier/boat:v1", "tag in YAML"),
    ("list.yaml", "  - registry.example:5000/pier/deep_water/boat:v1\r", "tag in YAML"),
    ("both.yaml", f"    image: gcr.io/pier/boat:v1@{OLD}", "tag in YAML"),
    ("hub.yaml", "    image: pier/boat:latest", "tag in YAML"),
    ("helm.yaml", '    image: "{{ .Values.registry }}/boat:v1"', "tag in YAML"),
    ("params.env", f"boat=gcr.io/pier/boat@{OLD}", "digest in other files"),
    (
        "k/kustomization.yaml",
        "images:\n- name: x\n  newName: gcr.io/pier/boat\n  newTag: v1",
        "newTag in YAML",
    ),
    ("l/kustomization.yaml", "images:\n- newTag: v1\n  name: gcr.io/pier/boat\nbases: []", "newTag in YAML"),
    ("set.sh", "ks param set boat image gcr.io/pier/boat:v1", "tag in shell"),
    ("values.sh", "ks generate boat --values=image=gcr.io/pier/boat:v1,size=2", "tag in shell"),
    ("push.sh", 'docker push "${REGISTRY}/boat:v1"', "tag in shell"),
    ("tag.sh", "ks param set boat imageTag v1", "parameter in shell"),
    ("export.sh", "export BOAT_TAG=v1", "parameter in shell"),
    ("a/Makefile", "BOAT := gcr.io/pier/boat:v1", "tag in a Makefile"),
    ("b/Makefile", "\tdocker run $(REGISTRY)/boat:v1", "tag in a Makefile"),
    ("c/Makefile", "BOAT_TAG ?= v1", "parameter in a Makefile"),
    ("d/Makefile", "BOAT_TAG := v1", "parameter in a Makefile"),
    ("a/Dockerfile", "FROM gcr.io/pier/boat:v1 as hull", "tag in a Dockerfile"),
    ("b/Dockerfile", "COPY --from=gcr.io/pier/boat:v1 /hull /hull", "tag in a Dockerfile"),
    ("c/Dockerfile", "ENV BOAT_VERSION v1", "parameter in a Dockerfile"),
    ("read.md", "Run `gcr.io/pier/boat:v1`, then look.", "tag in Markdown"),
    ("stop.md", "Today it is gcr.io/pier/boat:v1.", "tag in Markdown"),
    ("version.json", '{"image": "gcr.io/pier/boat:v1"}', "tag in JSON"),
    ("main.go", '\tconst boat = "gcr.io/pier/boat:v1"', "tag in Go or TypeScript"),
    ("form.tsx", "  image: 'gcr.io/pier/boat:v1',", "tag in Go or TypeScript"),
    ("workflows.libsonnet", '  versionTag: "v1",', "parameter in jsonnet"),
    ("repos.libsonnet", '  repos: "pier/boat@HEAD;pier/tests@HEAD",', "ref in jsonnet"),
    ("tests/boat_test.jsonnet", '  image: "gcr.io/pier/boat:v1",', "tag in jsonnet"),
]


def after(line: str) -> str:
    """The same line as people would bring it to the next release."""
    return re.sub(r"\bv1\b|\blatest\b|(?<=boat@)HEAD", "v2", line).replace(OLD, NEW)


def git(folder: Path, *words: str) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, env=known | PERSON)


def commit(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(f"{content}\n".encode())
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "A version")


def history(folder: Path, *versions: Iterable[tuple[str, str]]) -> Repository:
    """A repository with a commit for each of the versions."""
    git(folder.parent, "init", "--quiet", folder.name)
    for files in versions:
        commit(folder, files)
    return Repository(folder)


def outcomes(repository: Repository, ours: str = ".*") -> list[Outcome]:
    return replayed.replayed(repository, repository.commits("--branches"), re.compile(ours))


def one(folder: Path, path: str, before: str, people: str) -> list[str]:
    """The classes of what a single commit did to a file."""
    return [each.outcome for each in outcomes(history(folder, [(path, before)], [(path, people)]))]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A history with a commit for every form."""
    first = [(path, line) for path, line, _ in FORMS]
    return history(tmp_path_factory.mktemp("forms"), first, *([(path, after(line))] for path, line in first))


def test_nothing_is_missed_in_any_form_that_people_write(forms: Repository) -> None:
    found = {each.where.partition(" ")[2].rpartition(":")[0]: each for each in outcomes(forms)}
    assert {path: (each.kind, each.outcome) for path, each in found.items()} == {
        path: (kind, SAME) for path, _, kind in FORMS
    }


def test_protected_places_are_counted_as_such(forms: Repository) -> None:
    protected = {each.where.partition(" ")[2]: each.protected for each in outcomes(forms) if each.protected}
    assert protected == {
        "a/Dockerfile:1": "base of a Dockerfile",
        "b/Dockerfile:1": "base of a Dockerfile",
        "tests/boat_test.jsonnet:1": "test fixture",
    }


def test_the_program_prints_a_table_and_succeeds(
    forms: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["replay.py", str(forms.folder)])
    assert replay.main() == 0
    printed = capsys.readouterr().out
    assert f"{len(FORMS)} commits, {len(FORMS)} of them move tags, on {len(FORMS)} lines" in printed
    assert f"| all | {len(FORMS)} | 0 | 0 | 0 | 0 | 0 | 0 |" in printed


IMAGE = "image: gcr.io/pier/boat:v1"


@pytest.mark.parametrize(
    ("people", "classes"),
    [
        ("image: gcr.io/harbour/boat:v2", [MORE]),
        ("image: gcr.io/pier/boat:${TAG}", [FORM]),
        ("image: gcr.io/pier/boat", [FORM]),
        ("image: gcr.io/pier/ship:v1", []),
    ],
)
def test_what_people_did_beside_the_tag_is_told_apart(
    tmp_path: Path, people: str, classes: list[str]
) -> None:
    assert one(tmp_path, "a.yaml", IMAGE, people) == classes


def test_an_image_that_people_forgot_in_the_same_file_is_listed(tmp_path: Path) -> None:
    lines = f"{IMAGE}\n{'-' * 9}\n{IMAGE}"
    assert one(tmp_path, "a.txt", lines, lines.replace("v1", "v2", 1)) == [SAME, FORGOTTEN]


def test_what_we_leave_and_report_is_not_called_missed(tmp_path: Path) -> None:
    line = 'image = "gcr.io/pier/boat:v1" + suffix'
    assert one(tmp_path, "a.jsonnet", line, line.replace("v1", "v2")) == [LEFT]


def blind(files: Iterable[tuple[str, bytes]], rules: Rules) -> ReferenceReport:
    """A survey that finds nothing."""
    return examine([], rules)


def clumsy(files: Iterable[tuple[str, bytes]], rules: Rules) -> ReferenceReport:
    """A survey that changes whatever looks like the tag."""
    report = examine(files, rules)
    rewrites = [replace(each, after=each.before.replace(b"v1", b"v2")) for each in report.rewrites]
    return replace(report, rewrites=tuple(rewrites))


def test_a_form_that_is_missed_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replayed, "examine", blind)
    assert one(tmp_path, "a.yaml", IMAGE, "image: gcr.io/pier/boat:v2") == [MISSED]


def test_a_change_of_something_else_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replayed, "examine", clumsy)
    line = f"{IMAGE} quay.io/sea/buoy:v1"
    assert one(tmp_path, "a.yaml", line, line.replace("boat:v1", "boat:v2")) == [OTHER]


TREE = [
    ("a.yaml", f"{IMAGE}\nother: quay.io/sea/buoy:v1"),
    ("b.yaml", IMAGE),
    ("vendor/c.yaml", IMAGE),
    ("CHANGELOG.md", "gcr.io/pier/boat:v1 came first"),
    ("Dockerfile", "FROM gcr.io/pier/boat:v1"),
    ("mirror.yaml", "image: registry.example/pier/boat:v1"),
]


def tree_update(folder: Path) -> whole_tree.Update:
    people = [("a.yaml", f"{IMAGE.replace('v1', 'v2')}\nother: quay.io/sea/buoy:v1")]
    repository = history(folder, TREE, people)
    ((commit, parent),) = repository.commits("--branches")
    update = whole_tree.updated(repository, commit, parent, re.compile(".*"))
    assert update
    return update


def test_on_a_whole_tree_people_forget_and_we_report(tmp_path: Path) -> None:
    update = tree_update(tmp_path)
    assert update.problems == ()
    assert update.forgotten == ["b.yaml:1: gcr.io/pier/boat:v1 -> gcr.io/pier/boat:v2"]
    assert {(left.path, left.reason) for left in update.report.stale} == {
        ("CHANGELOG.md", "changelog"),
        ("Dockerfile", "base of a Dockerfile"),
        ("mirror.yaml", "the same image under a name that was not given"),
    }


def test_a_third_party_tag_that_changes_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_tree, "examine", clumsy)
    assert tree_update(tmp_path).problems == (
        "a.yaml:2: other: quay.io/sea/buoy:v1 -> other: quay.io/sea/buoy:v2",
    )


def test_a_place_that_is_neither_changed_nor_reported_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_tree, "examine", blind)
    assert len(tree_update(tmp_path).problems) == 4
