"""Files of the tagged tree: they parse, and what they set is what release.yaml says."""

from __future__ import annotations

import pytest

from releasing.config.release_yaml import ConfiguredParameter, ConfiguredPin
from releasing.verification import file_contents, pins, prototype_parameters
from tests.support.verified_project import TAG, Project

pytestmark = pytest.mark.interpreter

WORKFLOWS = "ci/workflows.libsonnet"
PROTOTYPE = "core/prototypes/all.jsonnet"


def test_a_sound_tree_holds(project: Project) -> None:
    found = project.claims(file_contents.claims)
    assert found["files parse"].holds
    assert "1 file of Python 2 left out" in found["files parse"].found
    assert found["no -rc in a final"].holds


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("prow.yaml", "a:\n- b\n  c: d\n", "prow.yaml:3: not YAML"),
        ("info.json", '{"a": 1,}\n', "info.json:1: not JSON"),
        ("app.py", "def f(:\n", "app.py:1: not Python 3"),
        ("job.jsonnet", "{ a: missing }\n", "job.jsonnet:1: not jsonnet"),
    ],
)
def test_a_file_that_does_not_parse_is_named_with_its_line(
    project: Project, path: str, text: str, said: str
) -> None:
    found = project.released({path: text}).claims(file_contents.claims)["files parse"]
    assert not found.holds
    assert len(found.details) == 1
    assert found.details[0].startswith(said)


def test_copies_fixtures_and_templates_may_be_anything(project: Project) -> None:
    paths = ("third_party/a.yaml", "core/tests/a.yaml", "lib/a.yaml", "testdata/a.yaml")
    changed = project.released({**dict.fromkeys(paths, "a: [\n"), "chart.yaml": "{{ if .Values }}\na: [\n"})
    assert changed.claims(file_contents.claims)["files parse"].holds


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n{{- if and .Values.a\n      .Values.b }}\nc: [\n{{- end }}\n",
        "{{/*\n  Made for: {one}\n*/}}\na: @b\n",
        'a: {{ include "x" (dict\n  "b" .Values.b) }}\n',
    ],
)
def test_an_action_of_helm_may_go_over_several_lines(project: Project, text: str) -> None:
    assert project.released({"chart.yaml": text}).claims(file_contents.claims)["files parse"].holds


TEXT = "global:\n  project: %(project-id)s\n  count: %(count)05d\n  rate: 100%%\n"
LIST = "global:\n  project: %s\n  rate: %.2f\n"


@pytest.mark.parametrize(
    ("text", "importing"),
    [
        (TEXT, 'local p = import "x"; { a: (importstr "prometheus.yml") % { "project-id": p } }\n'),
        (LIST, 'local text = importstr "../gcp/prometheus.yml"; { a: text % ["a", 1] }\n'),
        (LIST, "{ a: std.format(importstr './prometheus.yml', ['a', 1]) }\n"),
    ],
)
def test_a_text_that_jsonnet_fills_in_is_judged_as_filled_in(
    project: Project, text: str, importing: str
) -> None:
    files = {"gcp/prometheus.yml": text, "gcp/prometheus.libsonnet": importing}
    assert project.released(files).claims(file_contents.claims)["files parse"].holds
    broken = project.released({"gcp/prometheus.yml": f"{text}  a: [\n"}).claims(file_contents.claims)
    assert broken["files parse"].details[0].startswith("gcp/prometheus.yml:")


def test_a_text_that_nobody_fills_in_is_a_fault(project: Project) -> None:
    found = project.released({"gcp/prometheus.yml": LIST}).claims(file_contents.claims)["files parse"]
    assert found.details[0].startswith("gcp/prometheus.yml:2: not YAML")


def test_a_final_that_names_its_candidate_does_not_hold(project: Project) -> None:
    text = f'// default\nDefaultVersion = "{TAG}-rc.2"\n'
    project.released(
        {
            "group.go": text,
            "README.md": text,
            "build.yaml": "image: x:v2018-v0.2.1-rc.0-5-g7\nother: x:v2018-v0.2.1-rc.0\n",
        }
    )
    found = project.claims(file_contents.claims)["no -rc in a final"]
    assert not found.holds
    assert found.details == (f"group.go:2: {TAG}-rc.2",)
    assert "no -rc in a final" not in project.claims(file_contents.claims, candidate=0)


def test_a_parameter_on_another_ones_line_is_lost(project: Project) -> None:
    assert project.claims(prototype_parameters.claims)["parameters"].holds
    text = "// @param name string Name\n// @optionalParam image string mongo // @optionalParam other string 3.4\n{}\n"
    found = project.released({PROTOTYPE: text}).claims(prototype_parameters.claims)["parameters"]
    assert not found.holds
    assert found.details == (f"{PROTOTYPE}:2: other is on the line of another parameter",)


def test_a_project_without_prototypes_claims_nothing_of_parameters(project: Project) -> None:
    assert project.released({PROTOTYPE: None}).claims(prototype_parameters.claims) == {}


def test_a_pin_that_reads_something_else_does_not_hold(project: Project) -> None:
    assert project.claims(pins.claims)["pins"].holds
    changed = project.released({WORKFLOWS: '\n{ repos: "kubeflow/tf-operator@HEAD" }\n'})
    found = changed.claims(pins.claims)
    assert not found["pins"].holds
    assert found["pins"].details == (f"{WORKFLOWS}:2: HEAD, not v0.2.0",)
    assert found["operators"].details == (f"{WORKFLOWS}:2: kubeflow/tf-operator@HEAD",)


@pytest.mark.parametrize(("text", "said"), [(None, "does not exist"), ("{}\n", "no line matches")])
def test_a_pin_without_a_place_does_not_hold(project: Project, text: str | None, said: str) -> None:
    found = project.released({WORKFLOWS: text}).claims(pins.claims)["pins"]
    assert not found.holds
    assert said in found.details[0]


def test_a_pin_whose_file_may_be_absent_says_that_it_is(project: Project) -> None:
    pin = ConfiguredPin(file="deploy.sh", pattern="VERSION=(.*)", value="{branch}", if_present=True)
    configured = project.configured(pins=(pin,))
    found = configured.claims(pins.claims)["pins"]
    assert found.holds
    assert found.found == "1 value as release.yaml says; absent files: deploy.sh"
    wrong = configured.released({"deploy.sh": "VERSION=master\n"}).claims(pins.claims)["pins"]
    assert wrong.details == ("deploy.sh:1: master, not v0.2-branch",)


def test_an_operator_at_head_elsewhere_does_not_hold(project: Project) -> None:
    line = '"kubeflow/tf-operator@HEAD"\n'
    elsewhere = {"ci/unit.jsonnet": line, "how.md": line, "old/unit.jsonnet": line}
    found = project.released(elsewhere).claims(pins.claims)
    assert found["pins"].holds
    assert found["operators"].holds is False
    assert found["operators"].details == ("ci/unit.jsonnet:1: kubeflow/tf-operator@HEAD",)


def test_what_release_yaml_sets_is_filled_in_and_compared(project: Project) -> None:
    pin = ConfiguredPin(file="setup.py", pattern='version="([^"]+)"', value="{version}")
    parameter = ConfiguredParameter(files="app/**", name="release", value="{tag}")
    configured = project.configured(pins=(pin,), parameters=(parameter,))
    right = {"setup.py": 'setup(version="0.2.1")\n', "app/params.yaml": "release: v0.2.1\n"}
    assert configured.released(right).claims(pins.claims)["pins"].holds
    wrong = {"setup.py": 'setup(version="0.2.1-rc.0")\n', "app/params.yaml": "release: v0.2.0\n"}
    assert configured.released(wrong).claims(pins.claims)["pins"].details == (
        "setup.py:1: 0.2.1-rc.0, not 0.2.1",
        "app/params.yaml:1: release v0.2.0, not v0.2.1",
    )
    gone = configured.released({"app/params.yaml": None}).claims(pins.claims)["pins"]
    assert "no file sets parameter release in app/**" in gone.details


def test_a_candidate_that_release_yaml_sets_stays_in_its_final(project: Project) -> None:
    pin = ConfiguredPin(file="VERSION", pattern="^v(.+)$", value="{full}", on="candidate")
    parameter = ConfiguredParameter(files="*.sh", name="VERSION", value="{full}", on="candidate")
    files = {"VERSION": "v0.2.1-rc.0\n", "a.sh": "VERSION=0.2.1-rc.0\n", "b.sh": "echo v0.2.1-rc.0\n"}
    changed = project.released(files)
    bare = changed.claims(file_contents.claims)["no -rc in a final"]
    assert [each.partition(":")[0] for each in bare.details] == ["VERSION", "a.sh", "b.sh"]
    found = changed.configured(pins=(pin,), parameters=(parameter,)).claims(file_contents.claims)
    assert found["no -rc in a final"].details == ("b.sh:1: v0.2.1-rc.0",)
