"""How the stand-in for kubectl shows what is in the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from releasing.rehearsal.stand_ins.cluster.object_output import _since
from tests.support.registries import rehearsal_registry
from tests.support.stand_ins import Sandbox, workflow

KUBECTL = ("kubectl", "-n", "kubeflow-releasing")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Sandbox]:
    """A cluster with a workflow that has succeeded, `one`."""
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        sandbox.output(*KUBECTL, "create", "-f", "-", stdin=json.dumps(workflow("one")))
        yield sandbox


@pytest.mark.parametrize(
    "words", [("workflow",), ("wf", "one"), ("workflows", "-o", "wide"), ("workflow/one",)]
)
def test_without_a_form_people_get_a_table(cluster: Sandbox, words: tuple[str, ...]) -> None:
    head, row = cluster.output(*KUBECTL, "get", *words).splitlines()
    assert head.split() == ["NAME", "STATUS", "AGE"]
    assert row.split()[:2] == ["one", "Succeeded"]
    assert head.index("STATUS") == row.index("Succeeded")


def test_pods_and_leases_have_tables_of_their_own(cluster: Sandbox) -> None:
    pods = cluster.output(*KUBECTL, "get", "pods").splitlines()
    assert pods[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert "Completed" in pods[1]
    empty = cluster.run(*KUBECTL, "get", "leases")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert empty.stderr == "No resources found in kubeflow-releasing namespace.\n"


@pytest.mark.parametrize("form", ["-o yaml", "-o=yaml", "-oyaml", "--output yaml", "--output=yaml"])
def test_yaml_has_what_json_has(cluster: Sandbox, form: str) -> None:
    for what in (("workflow", "one"), ("workflows",)):
        shown = yaml.load(cluster.output(*KUBECTL, "get", *what, *form.split()), yaml.BaseLoader)
        whole = json.loads(cluster.output(*KUBECTL, "get", *what, "-o", "json"))
        assert shown.keys() == whole.keys()
        assert shown["kind"] == whole["kind"]


def test_a_path_finds_its_value(cluster: Sandbox) -> None:
    found = cluster.output(*KUBECTL, "get", "workflow", "one", "-o", "jsonpath={.status.phase}")
    assert found == "Succeeded"


@pytest.mark.parametrize("form", [(), ("-o", "yaml"), ("-o", "json"), ("-o", "name")])
def test_what_is_not_there_is_told_in_every_form(cluster: Sandbox, form: tuple[str, ...]) -> None:
    ran = cluster.run(*KUBECTL, "get", "workflow", "two", *form)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert 'workflows.argoproj.io "two" not found' in ran.stderr
    quiet = cluster.run(*KUBECTL, "get", "workflow", "two", "--ignore-not-found", *form)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_a_form_that_kubectl_does_not_have_is_refused(cluster: Sandbox) -> None:
    ran = cluster.run(*KUBECTL, "get", "workflow", "one", "-o", "xml")
    assert 'unable to match a printer suitable for the output format "xml"' in ran.stderr


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, "0s"), (119, "119s"), (130, "2m10s"), (3000, "50m"), (4 * 3600, "4h"), (72 * 3600, "3d")],
)
def test_an_age_is_as_kubectl_writes_it(seconds: int, age: str) -> None:
    assert _since((datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()) == age
    assert _since("") == "<unknown>"
