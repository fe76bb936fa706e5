"""References as words of a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasing.references.forms.plain import find
from releasing.references.templates import is_name

pytestmark = pytest.mark.interpreter


def only(text: str) -> tuple[str, str, str, bool]:
    found = [one for one in find(text.encode()) if one.tag or one.digest or one.variable]
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
        ("${{.registry}}/x:v1", "${{.registry}}/x v1"),
        ("image: [::1]:5000/x:v1", "[::1]:5000/x v1"),
        ("//gcr.io/p/x:v1", "gcr.io/p/x v1"),
        ('registry + "/p/x:v1"', "/p/x v1"),
        ("**gcr.io/p/x:v1**", "gcr.io/p/x v1"),
        ("*gcr.io/p/x:v1*", "gcr.io/p/x v1"),
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
    "text",
    [
        "gcr.io/p/x:${TAG}",
        "gcr.io/p/x:${{ github.sha }}",
        "gcr.io/p/x:%s",
        "gcr.io/p/x:v1-{0}",
        '"gcr.io/p/x:" + tag',
        '"gcr.io/p/x:v1-" + commit',
        '"gcr.io/p/x:v1-"${COMMIT}',
        '"gcr.io/p/x:v1"@sha256:0123',
        '"gcr.io/p/x:v1@" + digest',
        "gcr.io/p/x:v1{1,2}",
    ],
)
def test_a_tag_with_a_template_or_a_concatenation_is_variable(text: str) -> None:
    name, _, _, variable = only(text)
    assert (name, variable) == ("gcr.io/p/x", True)


@pytest.mark.parametrize(
    "end", [".*", "*", ".+", "[0-9]", "(-rc)?", r"\.0", r"\b", "+build", ":v2", "%20", "@x"]
)
def test_the_beginning_of_a_pattern_or_of_something_else_is_no_tag_to_replace(end: str) -> None:
    assert only(f"gcr.io/p/x:v0{end}")[3]


@pytest.mark.parametrize(
    "text", ["http://gcr.io:80/p", "a:b/c", "someone@example.org", "kubeflow/x@HEAD", "x::y", "//x:v1"]
)
def test_other_words_with_colons_are_no_references(text: str) -> None:
    assert not [one for one in find(text.encode()) if one.tag or one.digest]


@pytest.mark.parametrize(
    "name",
    [
        "gcr.io/p/x",
        "x",
        "a.b:80/x__y",
        "localhost/x",
        "LOCAL.host:5000/a/b/c/d",
        "[2001:db8::1]:5000/x",
        "a/b.c_d__e-f---g/h",
        "{0}/{1}/tensorflow-1.4.1-notebook-cpu",
        "gcr.io/" + "x" * 255,
    ],
)
def test_names_of_the_distribution_grammar_are_valid(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "gcr.io/P/x",
        "Pier/x",
        "gcr.io//x",
        "gcr.io/p/-x",
        "gcr.io/p/x-",
        "gcr.io/p/x..y",
        "gcr.io/p/x._y",
        "gcr.io/p/x___y",
        "-gcr.io/x",
        "gcr-.io/x",
        "gcr.io:/x",
        "gcr.io:5000:1/x",
        "gcr.io/" + "x" * 256,
        "a/" + "x" * 254,
    ],
)
def test_names_against_the_distribution_grammar_are_not_valid(name: str) -> None:
    assert not is_name(name)


ALNUM = st.text("abcxyz0189", min_size=1, max_size=6)
LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,4}[A-Za-z0-9])?", fullmatch=True)
PORT = st.integers(0, 65535).map(":{}".format) | st.just("")
HOSTS = st.tuples(st.lists(LABEL, min_size=2, max_size=4).map(".".join), PORT).map("".join)
# Ten parts of at most 14 characters: a repository of more than 255 would be none.
PARTS = st.lists(
    st.tuples(ALNUM, st.sampled_from(["", ".", "_", "__", "-", "--"]), ALNUM).map("".join),
    min_size=1,
    max_size=10,
)
NAMES = st.tuples(HOSTS, PARTS.map("/".join)).map("/".join)
TAGS = st.from_regex(re.compile(r"\w([\w.-]{0,126}\w)?", re.ASCII), fullmatch=True)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
AROUND = st.sampled_from(["  ", '""', "''", "()", "<>", "``", "=,", "\n\n", "\t\r", "[]", ":;"])


@given(NAMES, TAGS, DIGESTS | st.just(""), AROUND)
def test_every_reference_of_the_grammar_is_read_whole(name: str, tag: str, digest: str, around: str) -> None:
    written = f"{name}:{tag}@{digest}" if digest else f"{name}:{tag}"
    assert is_name(name)
    assert only(f"{around[0]}{written}{around[1]}") == (name, tag, digest, False)
