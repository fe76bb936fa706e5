"""The sample after the rewrite that a release makes: what parsed and evaluated before does so after."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from releasing.changes import prototypes
from releasing.rehearsal.project import sample_project
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.paths import ROOT
from tests.support.registries import installed
from tests.support.releases import release_at
from tests.support.sample_tree import CONFIG, git

JSONNET = (".jsonnet", ".libsonnet")
OURS = re.compile(r"(gcr\.io/kubeflow-images-public|jgaguirr)/[\w./-]+:[\w.-]+|kubeflow/tf-operator@[\w.-]+")


def evaluated(clone: Path, path: Path) -> str | None:
    """What the real jsonnet makes of a file, with a prototype's parameters at their defaults; None if nothing."""
    text = path.read_text()
    declared = re.findall(r"^// @(p|optionalP)aram (\w+) \w+ (\S+)", text, re.MULTILINE)
    parameters = {name: value if kind == "optionalP" else name for kind, name, value in declared}
    head = f'local env = {{ namespace: "kubeflow" }}, params = {json.dumps(parameters)};'
    library = clone / "releasing" / "releaser" / "lib" / "v1.7.0"
    folders = [word for folder in (library, clone, path.parent) for word in ("-J", str(folder))]
    command = [installed("jsonnet"), *folders, "-e", f"{head}\n{text}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def every(clone: Path, *suffixes: str) -> Iterator[Path]:
    listed = git("-C", clone, "ls-files", "-z").split("\0")
    yield from (
        clone / path for path in listed if path.endswith(suffixes) and not (clone / path).is_symlink()
    )


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample as it is, and the sample after the change that brings a release's references up to date."""
    folder = tmp_path_factory.mktemp("sample")
    sample_project.create(folder / "kubeflow.git")
    before, after = folder / "before", folder / "after"
    for clone in (before, after):
        git("clone", "--quiet", folder / "kubeflow.git", clone)
    sh = StepShell(Shell(), Journal(folder / "journal.jsonl"), "test")
    (command,) = prototypes.change(release_at(folder, CONFIG)).edits(sh, str(after))
    program = [sys.executable, str(ROOT / "scripts" / command.program), *command.words[1:]]
    subprocess.run(program, check=True, capture_output=True)
    assert git("-C", after, "status", "--short")
    return before, after


def test_every_jsonnet_file_evaluates_to_the_same_but_for_the_tags(clones: tuple[Path, Path]) -> None:
    before, after = clones
    known = {path.relative_to(before): evaluated(before, path) for path in every(before, *JSONNET)}
    values = {path: value for path, value in known.items() if value is not None}
    assert len(values) > 20
    different = []
    for path, value in values.items():
        now = evaluated(after, after / path)
        assert now is not None, path
        assert OURS.sub("", now) == OURS.sub("", value)
        different += [path] if now != value else []
    assert len(different) > 3


def test_every_yaml_file_loads_and_every_python_file_compiles(clones: tuple[Path, Path]) -> None:
    _, after = clones
    documents = {path: [*yaml.safe_load_all(path.read_bytes())] for path in every(after, ".yaml", ".yml")}
    assert len(documents) > 10
    programs = [*every(after, ".py")]
    assert len(programs) > 4
    for path in programs:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
