"""Git is asked once for what objects decide, and again for whatever may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.rehearsal.github.git import git_objects, git_program
from releasing.rehearsal.github.git.known_answers import MOST, EndedCommand, KnownAnswers
from tests.support.bare_repository import bare_project, commit

ONE, OTHER = "1" * 40, "2" * 40


@pytest.mark.parametrize(
    "words",
    [
        ("merge-base", "--is-ancestor", ONE, OTHER),
        ("rev-list", "--reverse", ONE, f"^{OTHER}", "--"),
        ("diff", "--raw", "-z", f"{ONE}...{OTHER}", "--"),
        ("cat-file", "tag", ONE),
        ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ONE}^{{commit}}"),
    ],
    ids=" ".join,
)
def test_what_ids_decide_is_kept(words: tuple[str, ...]) -> None:
    known = KnownAnswers()
    known.keep(("repository", *words, ""), ended := EndedCommand(0))
    assert known.get(("repository", *words, "")) is ended
    assert known.get(("another", *words, "")) is None


@pytest.mark.parametrize(
    ("words", "stdin", "code"),
    [
        (("rev-list", "master", "--"), "", 0),
        (("rev-list", ONE[:12], "--"), "", 0),
        (("merge-base", "--is-ancestor", ONE, "HEAD"), "", 0),
        (("rev-list", "--all"), "", 0),
        (("log", "--no-walk=unsorted", "--stdin", "--format=%H"), f"{ONE}\nmaster\n", 0),
        (("update-ref", ONE, OTHER), "", 0),
        # The object may still come.
        (("rev-parse", "--verify", "--quiet", f"{ONE}^{{commit}}"), "", 1),
        (("merge-base", "--is-ancestor", ONE, OTHER), "", 128),
        (("for-each-ref", f"--contains={ONE}"), "", 0),
    ],
)
def test_what_may_change_is_not_kept(words: tuple[str, ...], stdin: str, code: int) -> None:
    known = KnownAnswers()
    known.keep(("repository", *words, stdin), EndedCommand(code))
    assert known.get(("repository", *words, stdin)) is None


def test_the_newest_answers_are_kept_and_no_long_one() -> None:
    known = KnownAnswers()
    for number in range(MOST + 1):
        known.keep(("r", "cat-file", "tag", f"{number:040x}", ""), EndedCommand(0))
    assert known.get(("r", "cat-file", "tag", "0" * 40, "")) is None
    assert known.get(("r", "cat-file", "tag", f"{MOST:040x}", ""))
    known.keep(("r", "diff", f"{ONE}..{OTHER}", ""), EndedCommand(0, "x" * 1_000_000))
    assert known.get(("r", "diff", f"{ONE}..{OTHER}", "")) is None


def test_a_branch_is_read_as_git_keeps_it(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "it.git")
    first = commit(path, "a/b", "file", "1")
    assert git_objects.branch_commit(path, "a/b") == first
    git_program.git(path, "pack-refs", "--all", "--prune")
    assert git_objects.branch_commit(path, "a/b") == first
    for absent in ("a", "b", "a/b/c", "../../HEAD", "../heads/a/b", ""):
        assert git_objects.branch_commit(path, absent) is None, absent
    assert git_objects.branch_commit(path, "a/b") != (second := commit(path, "a/b", "file", "2"))
    assert git_objects.branch_commit(path, "a/b") == second
    assert git_objects.branch_commit(tmp_path / "nothing.git", "a/b") is None
