"""Diffs, held against git, which applies them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from releasing.references.unified_diff import unified_diff

pytestmark = pytest.mark.interpreter

LINE = st.sampled_from([b"", b"a", b"b\r", b"\x0c", b"\xff", b"-", b"+ ", b"\\"])
LINES = st.lists(LINE, min_size=1, max_size=30)


def applied(folder: Path, name: str, before: bytes, printed: Iterator[bytes]) -> bytes:
    (folder / name).write_bytes(before)
    command = ["git", "apply", "--whitespace=nowarn"]
    subprocess.run(command, cwd=folder, check=True, input=b"".join(printed), capture_output=True)
    return (folder / name).read_bytes()


@given(LINES, st.data(), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_git_makes_the_one_of_the_other(
    tmp_path: Path, lines: list[bytes], drawn: st.DataObject, ended: bool
) -> None:
    places = drawn.draw(st.sets(st.integers(0, len(lines) - 1)))
    after = [b"new" if place in places else line for place, line in enumerate(lines)]
    if drawn.draw(st.booleans()):
        place = drawn.draw(st.integers(0, len(lines) - 1))
        after[place : place + 3] = [b"fewer"]
    old, new = (b"\n".join(each) + b"\n" * ended for each in (lines, after))
    printed = [*unified_diff("f", old, new)]
    if not old or old == new:
        assert bool(printed) == (old != new)
    else:
        assert applied(tmp_path, "f", old, iter(printed)) == new


@pytest.mark.parametrize(
    "name", ["a b", "a 2018-07-11 10:00:00 +0000", "a\tb", 'a"b', "é", "a\\b", "a\nb", "a b\tc", "a\udcffb"]
)
def test_git_finds_the_file_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert applied(tmp_path, name, b"1\n", unified_diff(name, b"1\n", b"2\n")) == b"2\n"


def test_far_changes_have_hunks_of_their_own_and_near_ones_share_one() -> None:
    old = b"".join(b"%d\n" % number for number in range(40))
    new = old.replace(b"\n5\n", b"\nx\n").replace(b"\n12\n", b"\ny\n").replace(b"\n20\n", b"\nz\n")
    hunks = [line for line in unified_diff("f", old, new) if line.startswith(b"@@")]
    assert hunks == [b"@@ -3,14 +3,14 @@\n", b"@@ -18,7 +18,7 @@\n"]


def test_a_file_that_becomes_empty_has_no_first_line() -> None:
    assert [*unified_diff("f", b"a\n", b"")][1:] == [b"@@ -1,1 +0,0 @@\n", b"-a\n"]
