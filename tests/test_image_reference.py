"""References as words of a text."""

from __future__ import annotations

import pytest

from releasing.references.forms import is_name, references


def only(text: str) -> tuple[str, str, str, bool]:
    found = [one for one in references(text.encode()) if one.tag or one.digest or one.variable]
    assert len(found) == 1
    return found[0].name, found[0].tag, found[0].digest, found[0].variable


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ('local image = "gcr.io/p/server-cpu:v20180327-995786ec";', "gcr.io/p/server-cpu v20180327-995786ec"),
        ("// @optionalParam tfJobImage string gcr.io/p/x:v0.2.0 The image.", "gcr.io/p/x v0.2.0"),
        ('<option value="{0}/{1}/tensorflow-1.4.1-cpu:v0.2.0">', "{0}/{1}/tensorflow-1.4.1-cpu v0.2.0"),
        ("--values=tfJobImage=gcr.io/p/tf_operator:v0.2.0,x=1", "gcr.io/p/tf_operator v0.2.0"),
        ("$(DOCKER) push $(IMG):latest", "$(IMG) latest"),
        ("- ${REGISTRY:-gcr.io/p}/x:v1", "${REGISTRY:-gcr.io/p}/x v1"),
        ("image: localhost:5000/x:v1", "localhost:5000/x v1"),
        ("image:gcr.io/p/x:v1", "gcr.io/p/x v1"),
        ("Use gcr.io/p/x:v0.2.1. It works.", "gcr.io/p/x v0.2.1"),
        ("see https://gcr.io/p/x:v1", "gcr.io/p/x v1"),
        (r'"\ngcr.io/p/x:v1"', "gcr.io/p/x v1"),
        ("{{.registry}}/x:v1", "{{.registry}}/x v1"),
    ],
)
def test_a_reference_is_found_in_every_form_that_people_write(text: str, reference: str) -> None:
    name, tag = reference.split()
    assert only(text) == (name, tag, "", False)


def test_a_digest_is_read_with_and_without_a_tag() -> None:
    digest = "sha256:" + "a" * 64
    assert only(f"x: gcr.io/p/x@{digest}") == ("gcr.io/p/x", "", digest, False)
    assert only(f"x: gcr.io/p/x:v1@{digest}") == ("gcr.io/p/x", "v1", digest, False)


@pytest.mark.parametrize(
    "text", ["gcr.io/p/x:${TAG}", "gcr.io/p/x:%s", "gcr.io/p/x:v1-{0}", '"gcr.io/p/x:" + tag']
)
def test_a_tag_with_a_template_or_a_concatenation_is_variable(text: str) -> None:
    name, _, _, variable = only(text)
    assert (name, variable) == ("gcr.io/p/x", True)


@pytest.mark.parametrize(
    "text", ["http://gcr.io:80/p", "a:b/c", "someone@example.org", "kubeflow/x@HEAD", "x::y", "//x:v1"]
)
def test_other_words_with_colons_are_no_references(text: str) -> None:
    assert not [one for one in references(text.encode()) if one.tag or one.digest]


def test_names_follow_the_distribution_grammar() -> None:
    assert all(
        is_name(name) for name in ("gcr.io/p/x", "{0}/{1}/tensorflow-1.4.1-notebook-cpu", "a.b:80/x__y")
    )
    assert not any(is_name(name) for name in ("gcr.io/P/x", "gcr.io//x", "gcr.io/p/-x", "a/" + "x" * 254))
