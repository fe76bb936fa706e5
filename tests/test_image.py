"""Names and patterns."""

from __future__ import annotations

import pytest

from releasing.errors import UsageError
from releasing.image import ImageName, ImagePattern, movable

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    ("text", "host", "repository"),
    [
        ("gcr.io/kubeflow-images-public/katib/x", "gcr.io", "kubeflow-images-public/katib/x"),
        ("localhost:5000/x", "localhost:5000", "x"),
        ("argoproj/argoui", "docker.io", "argoproj/argoui"),
        ("ubuntu", "docker.io", "library/ubuntu"),
        ("[::1]:5000/a/b", "[::1]:5000", "a/b"),
        ("a.example/" + "x" * 255, "a.example", "x" * 255),
    ],
)
def test_a_name_is_a_host_and_a_repository(text: str, host: str, repository: str) -> None:
    assert ImageName.parse(text) == ImageName(host, repository)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gcr.io/",
        "gcr.io/Upper/x",
        "gcr.io/x:v1",
        "gcr.io/../x",
        "a b/c",
        "-a.io/x",
        "a-.io/x",
        "a.io:x/y",
        "a.io/" + "x" * 256,
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an image name"):
        ImageName.parse(text)


def test_a_pattern_matches_the_whole_name_and_the_whole_tag() -> None:
    pattern = ImagePattern.parse(".*/tf_operator:v0.2.1")
    assert pattern.takes_name("gcr.io/kubeflow-images-public/tf_operator")
    assert not pattern.takes_name("gcr.io/kubeflow-images-public/tf_operator-2")
    assert not pattern.takes_tag("v0.2.10")


def test_with_prefix_the_beginning_is_enough() -> None:
    assert ImagePattern.parse(".*:v0.2.1", prefix=True).takes_tag("v0.2.10")


def test_a_colon_inside_an_expression_does_not_split_it() -> None:
    pattern = ImagePattern.parse("localhost:5000/x:(?:v1|v2)")
    assert (pattern.name.pattern, pattern.tag.pattern) == ("localhost:5000/x", "(?:v1|v2)")


@pytest.mark.parametrize("text", ["", "x", ":", "x:", ":v1", "(:v1", "x:["])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="NAME_RE:TAG_RE"):
        ImagePattern.parse(text)


def test_a_broken_allow_move_is_refused() -> None:
    with pytest.raises(UsageError, match="regular expression"):
        movable("(")
