"""Plans: the same step as a run, with lines instead of changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.runbook.plan import PaperShell, PlanShell
from releasing.runbook.step_shell import StepShell
from releasing.shell.command import pending
from releasing.shell.programs import Shell


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def publish(sh: StepShell, folder: Path) -> str:
    """A step: read what is there, write a draft, read what follows from it, publish that."""
    before = sh.read(sh["cat"][str(folder / "start")], pending="start")
    sh.run(sh["cp"][str(folder / "start"), str(folder / "draft")])
    draft = sh.read(sh["cat"][str(folder / "draft")], pending="the draft")
    sh.run(sh["sh"]["-c", 'printf %s "$1" >"$2"', "sh", f"{before}+{draft}", str(folder / "public")])
    return draft


def test_a_run_changes_the_world_and_shows_the_commands(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "start").write_text("one")
    shown: list[str] = []
    assert publish(StepShell(Shell(show=shown.append), journal, "publish"), tmp_path) == "one"
    assert (tmp_path / "public").read_text() == "one+one"
    assert [line[:5] for line in shown] == ["$ cp ", "$ sh "]


def test_a_plan_changes_nothing_and_its_lines_do_what_the_run_does(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "start").write_text("one")
    sh = PlanShell(Shell(), journal, "publish")
    publish(sh, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["start"]
    assert sh.lines[1] == f"the_draft=$(cat {tmp_path}/draft)"
    Shell().run(Shell()["sh"]["-ec", "\n".join(sh.lines)])
    assert (tmp_path / "public").read_text() == "one+one"


def test_after_a_step_that_is_not_done_even_the_first_value_is_pending(
    tmp_path: Path, journal: Journal
) -> None:
    sh = PlanShell(Shell(), journal, "publish", outstanding=True)
    publish(sh, tmp_path)
    assert sh.lines[0] == f"start=$(cat {tmp_path}/start)"


def test_a_read_is_real_when_nothing_can_change_it(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "start").write_text("one")
    sh = PlanShell(Shell(), journal, "step", outstanding=True)
    assert sh.read(sh["cat"][str(tmp_path / "start")], pending="start", known=True) == "one"
    assert sh.read(sh["cat"][str(tmp_path / "start")]) == "one"
    assert sh.lines == []


def test_what_is_asked_with_a_pending_word_is_pending(journal: Journal) -> None:
    sh = PlanShell(Shell(), journal, "step")
    answer = sh.read(sh["echo"][pending("commit")], pending="echoed", known=True)
    assert (answer, sh.lines) == (pending("echoed"), ['echoed=$(echo "${commit}")'])


def test_a_word_that_looks_like_a_regular_expression_is_not_pending(journal: Journal) -> None:
    sh = PlanShell(Shell(), journal, "step")
    assert sh.read(sh["echo"]["(?P<tag>x)", "<a", "b>"], pending="echoed") == "(?P<tag>x) <a b>"


def test_a_plan_asks_the_world_what_is_needed(tmp_path: Path, journal: Journal) -> None:
    sh = PlanShell(Shell(), journal, "step")
    assert sh.lacks(sh["ls"][str(tmp_path)])
    (tmp_path / "there").touch()
    assert not sh.lacks(sh["ls"][str(tmp_path)])
    assert (sh.needed(lambda: True), sh.needed(lambda: False)) == (True, False)


def test_a_plan_makes_choices_without_recording_them(journal: Journal) -> None:
    drafts: dict[str, str] = {}
    first, second = (PlanShell(Shell(), journal, step, drafts=drafts) for step in ("one", "two"))
    assert first.chosen(Choice("commit")) is None
    assert first.choose(Choice("commit"), lambda: "c1") == "c1"
    assert second.choose(Choice("commit"), lambda: "c2") == "c1"
    assert (second.chosen(Choice("commit")), journal.choices()) == ("c1", {})


def test_a_plan_keeps_to_the_choices_of_an_earlier_run(journal: Journal) -> None:
    StepShell(Shell(), journal, "one").choose(Choice("commit"), lambda: "c1")
    sh = PlanShell(Shell(), journal, "two")
    assert (sh.chosen(Choice("commit")), sh.choose(Choice("commit"), lambda: "c2")) == ("c1", "c1")


def test_what_a_step_says_is_a_comment_on_every_line(journal: Journal) -> None:
    sh = PlanShell(Shell(), journal, "step")
    sh.say("first\nrm -rf .")
    assert sh.lines == ["# first", "# rm -rf ."]


def test_waits_are_lines_of_a_plan(journal: Journal) -> None:
    sh = PlanShell(Shell(), journal, "step")
    sh.wait(sh["wait_for_checks.py"]["kubeflow/kubeflow", pending("head")])
    assert sh.lines == ['wait_for_checks.py kubeflow/kubeflow "${head}"']


def test_paper_asks_nobody_and_needs_everything(journal: Journal) -> None:
    sh = PaperShell(Shell({}), journal, "step")
    assert sh.read(sh["no-such-program"], pending="answer") == pending("answer")
    assert sh.needed(lambda: 1 / 0 > 0)
    assert sh.lacks(sh["no-such-program"])
    assert sh.chosen(Choice("commit")) == pending("commit")
    assert sh.lines == ["answer=$(no-such-program)"]


def test_a_choice_on_paper_is_the_command_that_makes_it_or_the_way_told(journal: Journal) -> None:
    sh = PaperShell(Shell({}), journal, "step", drafts={})
    commit = sh.choose(Choice("commit"), lambda: sh.read(sh["latest"], pending="commit"))
    short = sh.choose(Choice("short commit", in_shell='$(printf %.8s "$commit")'), lambda: commit[:8])
    sh.run(sh["build"][short])
    sh.choose(Choice("commit"), lambda: sh.read(sh["latest"], pending="commit"))
    assert sh.lines == [
        "commit=$(latest)",
        'short_commit=$(printf %.8s "$commit")',
        'build "${short_commit}"',
    ]


def test_what_stops_a_run_stops_a_plan_unless_it_may_be_different_then(journal: Journal) -> None:
    for shell in (StepShell(Shell(), journal, "step"), PlanShell(Shell(), journal, "step")):
        with pytest.raises(PreconditionError, match="too early"):
            shell.require(lambda: "too early", "wait")
    for later in (
        PlanShell(Shell(), journal, "step", outstanding=True),
        PaperShell(Shell(), journal, "step"),
    ):
        later.require(lambda: "too early", "wait")
