"""What a Dockerfile builds on, and what else stands in it."""

from __future__ import annotations

import pytest

from releasing.references import examine
from releasing.references.forms.dockerfile import find, is_base
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("Dockerfile", b"FROM x:v1"),
        ("a/Dockerfile.gpu", b"# hull\n  from\tx:v1 as hull"),
        ("a/gpu.dockerfile", b"FROM --platform=linux/amd64 x:v1"),
        ("Containerfile", b"COPY --from=x:v1 /a /b"),
        ("Dockerfile", b"ARG BASE=x:v1\nFROM ${BASE} as hull"),
        ("Dockerfile", b"FROM $BASE\nARG BASE=x:v1"),
    ],
)
def test_what_a_dockerfile_builds_on_is_its_base(path: str, content: bytes) -> None:
    assert is_base(path, content, content.index(b"x:v1"))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("Dockerfile", b"FROM y\nENV IMAGE=x:v1"),
        ("Dockerfile", b"ARG BASE=x:v1\nFROM $BASES"),
        ("Dockerfile", b"# FROM x:v1"),
        ("notes.md", b"FROM x:v1"),
        ("docker.py", b"FROM = x:v1"),
    ],
)
def test_other_lines_of_dockerfiles_and_other_files_are_no_base(path: str, content: bytes) -> None:
    assert not is_base(path, content, content.index(b"x:v1"))


def test_every_reference_is_found_in_the_order_of_the_lines() -> None:
    content = b"ENV A=gcr.io/p/a:v1\nFROM gcr.io/p/b:v1\nENV C=gcr.io/p/c:v1\n"
    assert [(each.last_name, each.base) for each in find(content)] == [
        ("a", False),
        ("b", True),
        ("c", False),
    ]


def test_what_is_copied_from_stays_unless_the_dockerfile_is_named() -> None:
    files = [("a/Dockerfile", b"COPY --from=gcr.io/p/x:v1 /a /b\n")]
    report = examine(files, Rules.parse(["gcr.io/p/x:v2"]))
    assert [(left.written, left.reason) for left in report.left] == [
        ("gcr.io/p/x:v1", "base of a Dockerfile")
    ]
    assert not report.changes
    (change,) = examine(files, Rules.parse(["gcr.io/p/x:v2"], also=["a"])).changes
    assert change.after == "gcr.io/p/x:v2"
