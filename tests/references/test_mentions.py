"""The words that come before reading lines: fast, and never blind to a name that a rule takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasing.references import line_spans
from releasing.references.forms import plain
from releasing.references.mentions import image_findings, mention_search
from releasing.references.rules import ImageRule

pytestmark = pytest.mark.interpreter

PATTERNS = (
    r".*/x gcr\.io/p/x ^gcr\.io/p/x$ [^/]+/p/x (?!quay).*/x .+ .*x\Z (?:gcr|quay)\.io/.* \S+/x\b [\s\S]+"
)


@pytest.mark.parametrize("name", PATTERNS.split())
def test_a_name_is_found_whatever_its_pattern_looks_like(name: str) -> None:
    rule = ImageRule.of(name, "v2")
    content = b'a\n  b = "gcr.io/p/x:v1"; c\n'
    assert [found.subject for found in image_findings("f", content, [rule], mention_search([rule]))] == [
        "gcr.io/p/x"
    ]


def test_most_lines_are_never_looked_at() -> None:
    looked_for = mention_search([ImageRule.of(r".*/x", "v2"), ImageRule.of(r"gcr\.io/y", "v2")])
    assert looked_for
    assert not any(word in b"quay.io/z:v1 x y gcr.io" for word in looked_for)


@pytest.mark.parametrize("long", [1, 1000])
def test_every_name_of_a_line_is_found_once_however_many_words_it_has(
    monkeypatch: pytest.MonkeyPatch, long: int
) -> None:
    monkeypatch.setattr(line_spans, "LONG", long)
    rule = ImageRule.of("gcr.io/(one|two)-.*", "v2")
    content = b"gcr.io/one-two:v1 gcr.io/two-one-one:v1\ngcr.io/two-:v1 gcr.io/two-x:v1\r\ngcr.io/one-x:v1"
    found = [finding.subject for finding in image_findings("f", content, [rule], mention_search([rule]))]
    # The third is not a valid name, and is found as that.
    assert found == ["gcr.io/one-two", "gcr.io/two-one-one", "gcr.io/two-", "gcr.io/two-x", "gcr.io/one-x"]


NEAR = ImageRule.of(r"(gcr\.io|\$\{[^}]*\}|\$\([^)]*\)|\{\{ x \}\})/p/[a-z]+", "v2")
PLAIN = st.sampled_from(
    ["gcr.io/p/x:v1", "gcr.io/p/x", 'gcr.io/p/x:"', "/p/", *'{}($",: /\n', "\\n", "'", "word"]
)
TEMPLATES = st.sampled_from(["${a b}/p/x:v1", "$(c, d)/p/x", "{{ x }}/p/x:v1@{{ d }}"])


@given(st.lists(st.one_of(PLAIN, TEMPLATES)) | st.lists(PLAIN), st.sampled_from([4, 16, 64]))
def test_near_the_words_of_a_long_line_is_found_what_the_whole_line_has(
    pieces: list[str], reach: int
) -> None:
    content = "".join(pieces).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line_spans, "LONG", 8)
        patched.setattr(line_spans, "REACH", reach)
        found = image_findings("f", content, [NEAR], mention_search([NEAR]))
    assert found == image_findings("f", content, [NEAR], [])


def test_of_a_document_on_one_line_little_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def spans(content: bytes, near: Iterable[int] | None) -> Iterator[line_spans.Span]:
        for start, end in line_spans.line_spans(content, near):
            read.append(end - start)
            yield start, end

    monkeypatch.setattr(plain, "line_spans", spans)
    rule = ImageRule.of("gcr.io/p/x", "v2")
    image = b'{"image": "gcr.io/p/x:v1", "names": ["a", "b"]}, '
    content = b"[" + b'{"names": ["a", "b", "c"]}, ' * 50_000 + image * 3 + b"{}, " * 50_000 + b"{}]"
    assert len(image_findings("f", content, [rule], mention_search([rule]))) == 3
    assert sum(read) < 200
