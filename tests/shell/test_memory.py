"""What is read twice between two changes is asked once, and nothing is older than it may be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from releasing.errors import CommandError
from releasing.shell import memory
from releasing.shell.memory import Memory
from releasing.shell.programs import Shell


def counted(shell: Shell, folder: Path) -> int:
    """How often the world was looked at, this time included."""
    return int(shell.read(shell["sh"]["-c", f"echo >>{folder}/asked; wc -l <{folder}/asked"]))


def test_a_question_is_asked_once_until_something_changes(tmp_path: Path) -> None:
    shell = Shell().remembering_between_changes()
    copy = shell.showing(print)
    assert [counted(shell, tmp_path), counted(copy, tmp_path)] == [1, 1]
    copy.run(copy["true"])
    assert [counted(shell, tmp_path), counted(copy, tmp_path)] == [2, 2]
    shell.wait(shell["true"])
    assert counted(copy, tmp_path) == 3


def test_a_change_that_fails_is_a_change(tmp_path: Path) -> None:
    shell = Shell().remembering_between_changes()
    counted(shell, tmp_path)
    with pytest.raises(CommandError):
        shell.run(shell["false"])
    assert counted(shell, tmp_path) == 2


def test_what_was_read_a_while_ago_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(memory, "time", SimpleNamespace(monotonic=lambda: now[0]))
    shell = Shell().remembering_between_changes()
    counted(shell, tmp_path)
    now[0] += memory.BETWEEN_CHANGES
    assert counted(shell, tmp_path) == 1
    now[0] += 0.1
    assert counted(shell, tmp_path) == 2


def test_a_failed_question_is_asked_again_between_changes() -> None:
    answers: Iterator[bytes | OSError] = iter([OSError("down"), b"up"])
    kept = Memory[str](2.0)

    def ask() -> bytes:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    with pytest.raises(OSError, match="down"):
        kept.answer("who", ask)
    assert kept.answer("who", ask) == b"up"


def test_a_long_answer_is_not_kept_between_changes() -> None:
    asked = list[int]()
    kept = Memory[str](2.0)
    for _ in range(2):
        kept.answer("all", lambda: asked.append(1) or b"x" * (memory.LONGEST + 1))  # type: ignore[func-returns-value]
    assert len(asked) == 2


def test_while_nothing_changes_answers_are_kept_for_good(tmp_path: Path) -> None:
    shell = Shell().remembering()
    counted(shell, tmp_path)
    shell.forget()
    assert counted(shell, tmp_path) == 1
