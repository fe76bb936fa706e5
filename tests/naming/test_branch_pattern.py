"""The names of release branches: made from a version, read back, and refused where they could not be."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasing.naming.branch_pattern import BranchPattern, problem, resembling

NUMBERS = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
GOOD = {
    "v{major}.{minor}-branch": "v0.12-branch",
    "release-{major}.{minor}": "release-0.12",
    "release/v{major}.{minor}": "release/v0.12",
    "{major}.{minor}.x": "0.12.x",
    "{minor}+{major}": "12+0",
    "release-{major}.{minor}.{patch}": "release-0.12.3",
    "stable-{major}": "stable-0",
    "series_{major}_{minor}": "series_0_12",
}


@pytest.mark.parametrize(("pattern", "name"), GOOD.items())
def test_a_pattern_makes_the_name_that_git_takes(pattern: str, name: str) -> None:
    assert problem(pattern) == ""
    assert BranchPattern(pattern).name((0, 12, 3)) == name
    subprocess.run(["git", "check-ref-format", "--branch", name], check=True, capture_output=True)


@given(st.sampled_from(sorted(GOOD)), NUMBERS)
def test_the_version_is_read_back_from_a_name(pattern: str, numbers: tuple[int, int, int]) -> None:
    found = BranchPattern(pattern).read(BranchPattern(pattern).name(numbers))
    wanted = dict(zip(("major", "minor", "patch"), numbers, strict=True))
    assert found == {place: wanted[place] for place in wanted if f"{{{place}}}" in pattern}


@pytest.mark.parametrize(
    "name",
    [
        "master",
        "v0.2",
        "v0.2-branch-old",
        "xv0.2-branch",
        "v00.2-branch",
        "v0.2.1-branch",
        "v0.2-branch\n",
        "",
    ],
)
def test_another_branch_is_no_release_branch(name: str) -> None:
    assert BranchPattern().read(name) is None


def test_a_dot_of_a_pattern_is_only_a_dot() -> None:
    assert BranchPattern("r{major}.{minor}").read("r1x2") is None


BAD = {
    "main": "expected {major}",
    "": "expected {major}",
    "release-{minor}": "expected {major}",
    "release-{major}.{patch}": "{minor} where there is {patch}",
    "release-{version}": "{version} is no part",
    "release-{}": "{} is no part",
    "release-{major": "a brace alone",
    "release-{{major}}": "a brace alone",
    "{major}{minor}": "could not be read back",
    "{major}0{minor}": "could not be read back",
    "1{major}.{minor}": "could not be read back",
    "{major}.{major}": "could not be read back",
    "release {major}.{minor}": "' ' may not be",
    "release:{major}.{minor}": "':' may not be",
    "rélease-{major}": "may not be in the name",
    "$(x)-{major}": "'$' may not be",
    "release-{major}\n": "'\\n' may not be",
    "release@{major}": "'@' may not be",
    "-{major}.{minor}": "git takes no such branch",
    ".{major}": "git takes no such branch",
    "/{major}": "git takes no such branch",
    "{major}/": "git takes no such branch",
    "a//{major}": "git takes no such branch",
    "{major}.": "git takes no such branch",
    "{major}..{minor}": "git takes no such branch",
    "{major}.lock": "git takes no such branch",
    "{major}.lock/x": "git takes no such branch",
    "refs/heads/{major}": "without refs/heads/",
    "x" * 200 + "{major}": "at most 100 characters",
}


@pytest.mark.parametrize(("pattern", "words"), BAD.items(), ids=map(repr, BAD))
def test_a_pattern_of_no_branch_is_refused_with_what_is_wrong(pattern: str, words: str) -> None:
    assert words in problem(pattern)


@given(st.text() | st.from_regex(r"[a-z/.{}@~-]{0,9}\{major\}[a-z/.{}@~-]{0,9}", fullmatch=True))
def test_whatever_is_written_is_refused_or_a_branch_for_git(pattern: str) -> None:
    if not problem(pattern):
        name = BranchPattern(pattern).name((1, 2, 3))
        run = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)
        assert run.returncode == 0


def test_branches_that_people_take_for_that_of_a_version_are_found() -> None:
    alike = ["0.9.x", "release-0.9", "release/v0.9", "releases/0.9", "stable-0.9", "v0.9", "v0.9-branch"]
    others = [
        "main",
        "release-0.90",
        "release-0.9.1",
        "v0.9-fix",
        "topic/0.9",
        "release-10.9",
        "0.9-rc",
        "prerelease-0.9",
    ]
    assert resembling([*others, *alike], (0, 9, 1)) == alike
