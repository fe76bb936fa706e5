"""Rules from a command line."""

from __future__ import annotations

import pytest

from releasing.errors import UsageError
from releasing.references import examine
from releasing.references.rules import ImageRule, Rules, globs

pytestmark = pytest.mark.interpreter

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


def test_a_refused_tag_is_named_with_what_a_tag_may_be() -> None:
    with pytest.raises(UsageError, match=r"'v1\.' is not an image tag \(letters, .*no \. at the end\)"):
        ImageRule.parse("gcr.io/p/x:v1.")


def test_a_second_registry_is_rewritten_when_it_is_given_and_reported_when_not() -> None:
    files = [
        ("a", b"gcr.io/p/x:v1"),
        ("b", b"mirror.example/p/x:v1"),
        ("c", f"mirror.example/p/x@{DIGEST}".encode()),
    ]
    both = examine(files, Rules.parse([r"(gcr\.io|mirror\.example)/p/x:v2"]))
    assert [change.path for change in both.changes] == ["a", "b"]
    one = examine(files, Rules.parse([r"gcr\.io/p/x:v2"]))
    assert [change.path for change in one.changes] == ["a"]
    assert {left.path: left.reason for left in one.stale} == {
        "b": "the same image under a name that was not given",
        "c": "the same image under a name that was not given",
    }


@pytest.mark.parametrize("name", ["gcr.io/P/x", "gcr.io/p/x..y", "gcr.io/p/" + "x" * 254])
def test_a_name_that_no_registry_takes_is_left_and_reported(name: str) -> None:
    report = examine([("a", f"image: {name}:v1".encode())], Rules.parse([".*/x+(..y)?:v2"]))
    assert [(left.reason, left.stale) for left in report.left] == [("not a valid image name", True)]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Rules.parse(["x", "y:v1"], [["f", "none", "v"], ["f", "(a)(b)", "v"]], [["*", "n", "two words"]])
    assert len(caught.value.message.splitlines()) == 4


def test_a_glob_names_paths_and_folders() -> None:
    assert all(globs(["core"]).match(path) for path in ("core", "core/a/b"))
    assert not globs(["core"]).match("core2/a")
    assert globs(["*.py"]).match("core/a.py")
