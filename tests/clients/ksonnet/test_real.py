"""A real ks behind ours. The one here does what ks 0.9.2 and 0.11 were seen to do, faults and all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.ksonnet_apps import OVERRIDES, write_app
from tests.support.paths import ROOT

Object = dict[str, Any]

WORKFLOW: Object = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"name": "first"},
    "spec": {},
}
# A first line cannot name a program whose path has a blank; the second is one to sh and nothing to Python.
KS = f"""\
#!/bin/sh
"exec" "{sys.executable}" "$0" "$@"
import json, pathlib, sys
words = sys.argv[1:]
with open("calls", "a") as calls:
    print(json.dumps(words), file=calls)
if words[0] == "show":
    for each in json.loads(pathlib.Path("shown.json").read_text()):
        print(json.dumps(each, indent=2))
elif words[:2] == ["param", "set"]:
    value = words[-1]
    literal = value if value.replace(".", "").replace("e", "").isdigit() else json.dumps(value)
    path = pathlib.Path("environments/releasing/params.libsonnet")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(
        f"      {{words[-2]}}: {{literal}},\\n" if line.strip().startswith(words[-2] + ":") else line
        for line in lines
    ))
else:
    print("as ks says it")
"""


class Place:
    """An app, and a real ks to work on it with."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_app(folder / "app")
        self.program = folder / "ks-0.11"
        self.program.write_text(KS)
        self.program.chmod(0o755)
        self.shown([WORKFLOW])

    def shown(self, objects: list[Object]) -> None:
        (self.folder / "shown.json").write_text(json.dumps(objects))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / "scripts/ks"), f"--with={self.program}", *words]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def calls(self) -> list[list[str]]:
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def params(self) -> str:
        return (self.folder / "environments/releasing/params.libsonnet").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_it_shows_is_read_in_either_of_its_forms(place: Place) -> None:
    for objects in (
        [WORKFLOW, WORKFLOW],
        [{"apiVersion": "v1", "kind": "List", "items": [WORKFLOW, WORKFLOW]}],
    ):
        place.shown(objects)
        ran = place.run("show", "releasing", "-c", "workflows", "-o", "json")
        assert json.loads(ran.stdout)["items"] == [WORKFLOW, WORKFLOW], ran.stderr
    assert place.calls()[0] == ["show", "releasing", "-c", "workflows", "-o", "json"]


def test_a_wrong_component_is_no_success(place: Place) -> None:
    place.shown([])
    assert "no component 'workflow'" in place.run("apply", "releasing", "-c", "workflow").stderr
    ran = place.run("apply", "releasing", "-c", "workflows")
    assert (ran.returncode, "shows no objects" in ran.stderr) == (3, True), ran.stderr


def test_a_value_that_it_would_not_write_as_text_does_not_reach_it(place: Place) -> None:
    for value in ("01234567", "12345e67", "true", "", '{"a": 1}', '"', "inf"):
        ran = place.run("param", "set", "--env=releasing", "workflows", "versionTag", value)
        assert ran.returncode == 0, ran.stderr
        assert f"      versionTag: {json.dumps(value)},\n" in place.params()
    assert place.calls() == []


def test_any_other_value_is_set_by_it(place: Place) -> None:
    ran = place.run("param", "set", "--env=releasing", "workflows", "versionTag", "v20180723-01234567")
    assert "versionTag set" in ran.stdout, ran.stderr
    words = ["param", "set", "--env=releasing", "workflows", "versionTag", "v20180723-01234567"]
    assert place.calls() == [words]
    assert place.params() == OVERRIDES.replace("v20180326-b0c432b9", "v20180723-01234567")


def test_what_it_did_not_write_is_told(place: Place) -> None:
    ran = place.run("param", "set", "--env=releasing", "workflows", "zone", "a")
    assert ran.returncode == 5
    assert 'params.libsonnet: workflows.zone is null, not "a"' in ran.stderr


def test_an_unknown_component_does_not_reach_it(place: Place) -> None:
    ran = place.run("param", "set", "--env=releasing", "workflow", "name", "x")
    assert (ran.returncode, place.calls()) == (2, []), ran.stderr


def test_the_rest_is_left_to_it_word_for_word(place: Place) -> None:
    words = ["generate", "release", "x", "--extra_repos=a;b"]
    assert place.run(*words).stdout == "as ks says it\n"
    assert place.run("env", "add", "qa", "--server=https://192.0.2.9").returncode == 0
    assert (
        "already there"
        in place.run("env", "add", "staging", "--server=https://192.0.2.2", "--namespace=staging").stdout
    )
    assert place.calls() == [words, ["env", "add", "qa", "--server=https://192.0.2.9", "--namespace=default"]]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("components/workflows.jsonnet", "importstr '/proc/self/environ'"),
        ("components/workflows.jsonnet", 'importstr "\\u002fproc/self/environ"'),
        ("components/workflows.jsonnet", "import @'../../key.json'"),
        ("environments/base.libsonnet", "{} + (import /* from */ '../../key.json')"),
        ("vendor/pkg/deep.libsonnet", "importstr '../../../key.json'"),
        ("components/text", "importstr '../../key.json'"),
    ],
)
def test_it_does_not_get_an_app_that_reads_what_is_not_of_its_checkout(
    place: Place, name: str, source: str
) -> None:
    (place.folder.parent / "key.json").write_text("{}")
    (place.folder / "components/images.libsonnet").write_text('import "text"')
    (place.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (place.folder / name).write_text(source)
    done = place.run("show", "releasing", "-c", "workflows")
    assert done.returncode == 3
    assert "outside of the checkout" in done.stderr
    assert place.calls() == []


def test_it_gets_no_secrets_in_its_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "s3cret")
    place.program.write_text(
        f"#!/bin/sh\nenv >'{place.folder}/environment'\ncat '{place.folder}/shown.json'\n"
    )
    place.shown([WORKFLOW])
    (place.folder / "shown.json").write_text(json.dumps(WORKFLOW))
    command = [str(ROOT / "scripts/ks"), f"--with={place.program}", "show", "releasing", "-c", "workflows"]
    subprocess.run(command, cwd=place.folder, check=True, capture_output=True)
    assert "s3cret" not in (place.folder / "environment").read_text()
