"""Where files stop parsing."""

from __future__ import annotations

import pytest

from releasing.references import file_syntax
from releasing.references.file_syntax import fault, faults

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("a.yaml", b"a: 1\n---\nb: [\n", 4),
        ("a.json", b'{\n"a": }', 2),
        ("a.py", b"a = 1\nb = (", 2),
        ("a.jsonnet", b"local a = 1;\n{ b: }", 2),
        ("a.libsonnet", b'{\n  a: "x\n}', 2),
        ("a.yaml", b"a: 1\nb: \xe9\n", 2),
        ("a.json", b'{\n"a": "\xe9"}', 2),
        ("a.py", b"a = 1\nb = '\xe9'\n", 2),
        ("a.json", b"[" * 100_000 + b"]" * 100_000, 1),
        ("a.py", b"-" * 100_000 + b"1", 1),
        ("a.yaml", b"a: 1\nb: " + b"[" * 100_000, 2),
        ("a.yaml", b"- " * 100_000, 1),
        ("a.yaml", b"{a: " * 100_000, 1),
        ("a.yaml", b"a: &x 1\n---\nb: *x\n", 3),
        # Text that would be code of ours, were it not for the parentheses around it.
        ("a.jsonnet", b'1); local b = importstr "/proc/self/environ"; assert false : b; local c = (2', 1),
        ("a.jsonnet", b"1); local f(n) = f(n + 1); assert f(1) == 2; local c = (2", 1),
    ],
)
def test_a_broken_file_is_named_with_its_line(path: str, content: bytes, line: int) -> None:
    found = fault(path, content)
    assert found is not None
    assert (found.path, found.line) == (path, line)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.yaml", b"a: 1\n---\nb: 2\n"),
        ("a.json", b"{}"),
        ("a.py", b'x = "\\d"'),
        (
            "a.jsonnet",
            b'// c\nlocal k = import "gone.libsonnet";\nk.parts(params.name, env, import "param://x")',
        ),
        ("a.json", b"[" + b"1" * 5000 + b"]"),
        ("a.py", b"\xef\xbb\xbf# coding: utf-8\r\nx = 1\r"),
        ("a.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r"),
        ("a.json", b"\xef\xbb\xbf{}"),
        ("Makefile", b"a: ["),
    ],
)
def test_a_whole_file_has_no_fault_and_imports_are_not_opened(path: str, content: bytes) -> None:
    assert fault(path, content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"*x",
        b"a: *x\n",
        b"a: [1,*x]\n",
        b'{"a":*x}\n',
        b"- *x\n",
        b"? *x\n: 1\n",
        b"a: &x 1\nb: *y\n",
        b"*x : 1\n",
        "a: *x\n".encode("utf-16"),
        b"a: " + b"[" * 1001 + b"]" * 1001,
        b"".join(b" " * (2 * level) + b"a:\n" for level in range(1001)),
    ],
    ids=repr,
)
def test_what_the_parser_alone_would_take_is_found_all_the_same(content: bytes) -> None:
    assert fault("a.yaml", content) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"a: &x 1\nb: *x\n",
        b"a: b *x\n",
        b"a: '*x'\n# *x\nb: |\n  *x\n",
        b"a: '" + b"[" * 2000 + b"'\n",
        b"- [[1], {a: []}]\n" * 2000,
        "a: é\n".encode("utf-16"),
        b"a: b" + b" " * 300 + b"c\n",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_only_looks_like_an_alias_or_a_depth_is_no_fault(content: bytes) -> None:
    assert fault("a.yaml", content) is None


def test_many_files_are_looked_at_together_and_one_that_is_too_much_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_syntax, "SECONDS", 1.0)
    deep = b"(" * 3_000_000
    files = [
        ("a.jsonnet", b"{"),
        ("b.jsonnet", deep),
        ("c.jsonnet", b"{}"),
        ("d.libsonnet", b"1 +"),
        ("e.py", b"("),
    ]
    assert [*faults(files)] == ["e.py", "a.jsonnet", "b.jsonnet", "d.libsonnet"]
