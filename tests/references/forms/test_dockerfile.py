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
        ("Dockerfile", b"FROM \\\n  x:v1"),
        ("Dockerfile", b"FROM --platform=linux/amd64 \\ \r\n  x:v1 AS hull\r\n"),
        ("Dockerfile", b"FROM \\\n# why\n\n  x:v1"),
        ("Dockerfile", b"# escape=`\nFROM `\n  x:v1"),
        ("Dockerfile", b"FROM y\nCOPY --chown=a:b --from=x:v1 /a /b"),
        ("Dockerfile", b"FROM y\nCOPY \\\n  --link \\\n  # why\n  --from='x:v1' /a /b"),
        ("Dockerfile", b"FROM y\nonbuild copy --from=x:v1 /a /b"),
        ("Dockerfile", b"FROM y\nRUN --mount=type=bind,from=x:v1,target=/a make"),
        ("Dockerfile", b"FROM y\nRUN --network=none --mount=from=x:v1 \\\n make"),
        (
            "Dockerfile",
            b"FROM y\nRUN \\\n --mount=type=cache,target=/c \\\n --mount=type=bind,from=x:v1 make",
        ),
        ("Dockerfile", b"# syntax=x:v1\nFROM y"),
        ("Dockerfile", b"\xef\xbb\xbf# escape=\\\n#syntax = x:v1\nFROM y"),
        ("Dockerfile", b"ARG A=1 BASE=x:v1\nFROM $BASE"),
        ("Dockerfile", b'ARG \\\n BASE="x:v1"\nFROM \\\n $BASE'),
        ("Dockerfile", b"ARG FIRST=x:v1\nARG BASE=${FIRST}\nFROM $BASE"),
        ("Dockerfile", b"ARG BASE=${OTHER:-x:v1}\nFROM ${BASE}"),
        ("Dockerfile", b"ARG TOOLS=x:v1\nFROM y\nRUN --mount=from=$TOOLS make"),
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
        ("Dockerfile", b"FROM y\n# syntax=x:v1"),
        ("Dockerfile", b"\n# syntax=x:v1"),
        ("Dockerfile", b"FROM y\nRUN pull --from=x:v1"),
        ("Dockerfile", b"FROM y\nRUN pull --mount=from=x:v1"),
        ("Dockerfile", b"FROM y\nRUN pull \\\n x:v1"),
        ("Dockerfile", b"FROM y\nRUN a \\\n FROM x:v1"),
        ("Dockerfile", b"FROM y\\z\nENV A=x:v1"),
        ("Dockerfile", b"# escape=`\nFROM y\\\nENV A=x:v1"),
        ("Dockerfile", b"FROM y\nCOPY a --from=x:v1"),
        ("Dockerfile", b"ARG OTHER=x:v1 BASE=y\nFROM $BASE"),
        ("Dockerfile", b"ARG IMAGE=x:v1\nFROM y\nRUN pull --from=$IMAGE"),
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


def test_a_dockerfile_of_very_many_lines_is_read_in_time_that_grows_with_it() -> None:
    content = b"".join(b"ARG A%d=gcr.io/p/x:v1\nFROM $A%d\n" % (n, n) for n in range(20_000))
    found = [each.base for each in find(content)]
    assert (len(found), all(found)) == (20_000, True)
