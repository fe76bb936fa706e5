"""Rules from a command line."""

from __future__ import annotations

import pytest

from releasing.errors import UsageError
from releasing.references.rules import ImageRule, Rules, globs

DIGEST = "sha256:" + "a" * 64


def test_the_last_colon_separates_the_tag_and_a_digest_may_follow() -> None:
    rule = ImageRule.parse("localhost:5000/(?:a|b):v1")
    assert (rule.name.pattern, rule.tag, rule.digest) == (b"localhost:5000/(?:a|b)", "v1", "")
    assert ImageRule.parse(f"x:v1@{DIGEST}") == ImageRule.of("x", "v1", DIGEST)


@pytest.mark.parametrize(
    "text", ["x", ":v1", "x:", "x:.v1", "x:v1.", "x:v 1", "(:v1", "x:v1@sha256:abc", "x:" + "v" * 129]
)
def test_a_rule_of_the_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        ImageRule.parse(text)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Rules.parse(["x", "y:v1"], [["f", "none", "v"], ["f", "(a)(b)", "v"]], [["*", "n", "two words"]])
    assert len(caught.value.message.splitlines()) == 4


def test_a_glob_names_paths_and_folders() -> None:
    assert all(globs(["core"]).match(path) for path in ("core", "core/a/b"))
    assert not globs(["core"]).match("core2/a")
    assert globs(["*.py"]).match("core/a.py")
