"""How a night ended is told entry by entry, with the program's own words for a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from releasing.config.nightly_section import Nightly
from releasing.errors import CommandError, PreconditionError
from releasing.nightly import outcomes
from releasing.nightly.nights import Night, Skipped
from releasing.nightly.release_config import Entry
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.releases import CONFIG

APP = "kubeflow/kubeflow/releasing/a"
FAILED = CommandError(
    "wait_for_workflow.py w",
    said=["10:00 waiting", "wait_for_workflow.py: workflow w: Failed", "    build: exit code 1"],
)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    nightly = Nightly.model_validate({"config": "c.yaml", "ui": "https://argo.example.org/"})
    config = CONFIG.model_copy(update={"nightly": nightly})
    entries = (Entry("a", APP, "a"), Entry("b", APP, "b", {"namespace": "other"}), Entry("c", APP, "c"))
    skipped = (Skipped(Entry("d", APP, "d"), "for presubmit only"),)
    return Night(config, config.profiles["rehearsal"], "20180711", tmp_path, "", "", entries, skipped)


@pytest.fixture
def sh(tmp_path: Path) -> StepShell:
    return StepShell(Shell(), Journal(tmp_path / "journal.jsonl"), "nightly")


def test_each_entry_has_its_state_its_newest_workflow_and_the_cause(night: Night, sh: StepShell) -> None:
    sh.choose(Choice("a workflow 1"), lambda: "never-submitted")
    sh.choose(Choice("b images"), lambda: "")
    sh.choose(Choice("b workflow 1"), lambda: "w1")
    sh.choose(Choice("b workflow 2"), lambda: "w2")
    found = outcomes.outcomes(night, sh, {"a": PreconditionError("no", "do so"), "b": FAILED})
    assert [(each.name, each.state, each.workflow) for each in found] == [
        ("a", "failed", ""),
        ("b", "failed", "w2"),
        ("c", "not built", ""),
        ("d", "skipped", ""),
    ]
    assert [each.cause for each in found] == [
        "no\n  hint: do so",
        "workflow w: Failed\n    build: exit code 1",
        "",
        "for presubmit only",
    ]
    assert found[1].link == "https://argo.example.org/workflows/other/w2"
    assert [*outcomes.lines(night, sh, found)][-1] == "2 failed, 1 not built, 1 skipped"
    told = json.loads(outcomes.as_json(night, sh, found))
    assert (told["date"], told["tag"], told["entries"][1]["workflow"]) == ("20180711", None, "w2")
