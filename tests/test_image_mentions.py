"""The search that comes before reading lines: fast, and never blind to a name that a rule takes."""

from __future__ import annotations

import pytest

from releasing.references.mentions import image_findings, mention_search
from releasing.references.rules import ImageRule

PATTERNS = (
    r".*/x gcr\.io/p/x ^gcr\.io/p/x$ [^/]+/p/x (?!quay).*/x .+ .*x\Z (?:gcr|quay)\.io/.* \S+/x\b [\s\S]+"
)


@pytest.mark.parametrize("name", PATTERNS.split())
def test_a_name_is_found_whatever_its_pattern_looks_like(name: str) -> None:
    images = [ImageRule.of(name, "v2")]
    found = image_findings("f", b'a\n  b = "gcr.io/p/x:v1"; c\n', images, mention_search(images))
    assert [finding.subject for finding in found] == ["gcr.io/p/x"]


def test_most_lines_are_never_looked_at() -> None:
    search = mention_search([ImageRule.of(r".*/x", "v2"), ImageRule.of(r"gcr\.io/y", "v2")])
    assert not search.search(b"quay.io/z:v1 x y gcr.io")
