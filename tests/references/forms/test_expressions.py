"""What expressions hold: references of their own, and defaults of tags."""

from __future__ import annotations

import pytest

from releasing.references import examine
from releasing.references.forms.expressions import DEEPEST, default_of, expressions
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter

OURS = "gcr.io/p/x"
DIGEST = "sha256:" + "a" * 64


def after(text: str) -> str:
    report = examine([("f", text.encode())], Rules.parse([f"{OURS}:v2"]))
    return report.rewrites[0].after.decode() if report.rewrites else text


def left(text: str) -> list[tuple[str, str]]:
    report = examine([("f", text.encode())], Rules.parse([f"{OURS}:v2"]))
    assert not report.rewrites
    return [(each.written, each.reason) for each in report.left]


@pytest.mark.parametrize(
    "text",
    [
        "image: ${X:-gcr.io/p/x:v1}",
        "image: $${X:-gcr.io/p/x:v1}",
        "image: ${X-gcr.io/p/x:v1}",
        'image: "${X:=gcr.io/p/x:v1}"',
        "image: ${X:+gcr.io/p/x:v1}",
        "${images[0]:-gcr.io/p/x:v1}",
        '${X:-"gcr.io/p/x:v1"}',
        "${X:-gcr.io/p/x:v1",
        "${A:-${B:-gcr.io/p/x:v1}}",
        "${A-gcr.io/p/x:v1 ${B}}",
        "${X:-docker://gcr.io/p/x:v1}",
        "docker://${X:-gcr.io/p/x:v1}",
        r'"\n${X:-gcr.io/p/x:v1}\n"',
        'image = "${env.X ?: "gcr.io/p/x:v1"}"',
        "IMG := $(shell echo gcr.io/p/x:v1)",
        "IMG := $(shell gcr.io/p/x:v1)",
        "IMG := $(or $(X),gcr.io/p/x:v1)",
        "IMG := ${or $(X),gcr.io/p/x:v1}",
        'image: {{ .V | default "gcr.io/p/x:v1" }}',
        "image: {{- default `gcr.io/p/x:v1` .V -}}",
        'image: {{ if .a }}{{ .b | default "gcr.io/p/x:v1" }}{{ end }}',
        "image: {{ image | default('gcr.io/p/x:v1') }}",
        "image: ${{ inputs.image || 'gcr.io/p/x:v1' }}",
        "image: $[[ inputs.image || 'gcr.io/p/x:v1' ]]",
        'x $((1 + 2)) "gcr.io/p/x:v1"',
        '{"a":{"b":{"c":{"d":{"e":{"f":{"g":"${X:-gcr.io/p/x:v1}"}}}}}}}',
    ],
)
def test_a_reference_in_an_expression_is_rewritten(text: str) -> None:
    assert after(text) == text.replace("v1", "v2")


@pytest.mark.parametrize(
    "text",
    [
        r'{"image": "gcr.io\/p\/x:v1"}',
        r'{"image": "docker:\/\/gcr.io\/p\/x:v1"}',
        r'{"image": "localhost:5000\/p\/x:v1 gcr.io\/p\/x:v1"}',
        r'{"args": "--image\u003dgcr.io/p/x:v1\u0022"}',
        r"'\x22gcr.io/p/x:v1\x22'",
        r"${X:-gcr.io\/p\/x:v1}",
    ],
)
def test_a_reference_with_escaped_characters_is_rewritten(text: str) -> None:
    assert after(text) == text.replace("gcr.io/p/x:v1", "gcr.io/p/x:v2").replace(
        r"p\/x:v1", r"p\/x:v2"
    ).replace(r"5000\/p\/x:v2", r"5000\/p\/x:v1")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${A:-gcr.io/p/x:v1-${B}}", "gcr.io/p/x:v1-${B}"),
        ("${X:-gcr.io/p/x:v1}-gpu", "gcr.io/p/x:v1"),
        ("${X:-gcr.io/p/x:v1}${SUFFIX}", "gcr.io/p/x:v1"),
        ('"${X:-gcr.io/p/x:v1}" + suffix', "gcr.io/p/x:v1"),
        ("mirror/${X:-gcr.io/p/x:v1}", "gcr.io/p/x:v1"),
        ("mirror/${X:-${Y:-gcr.io/p/x:v1}}", "gcr.io/p/x:v1"),
        ('{{ .a | default "gcr.io/p/x:v1" }}-{{ .b }}', "gcr.io/p/x:v1"),
        ('{{ printf "gcr.io/p/x:%s" .tag }}', "gcr.io/p/x:%s"),
    ],
)
def test_the_beginning_of_a_reference_stays_and_is_reported(text: str, written: str) -> None:
    assert left(text) == [(written, "its tag is a variable")]


def test_a_name_and_a_pin_in_an_expression_are_reported() -> None:
    assert left("${X:-gcr.io/p/x}") == [(OURS, "it is written without a tag")]
    pin = f"{OURS}@{DIGEST}"
    assert left(f"{{{{ default '{pin}' }}}}") == [
        (pin, "pinned by digest, and the digest of v2 was not given")
    ]


@pytest.mark.parametrize("tag", ["${T:-v1}", "${T-v1}", '{{ .t | default "v1" }}', "${{ t || 'v1' }}"])
def test_a_tag_with_another_default_stays_and_is_reported_as_stale(tag: str) -> None:
    for written, stale in ((tag, True), (tag.replace("v1", "v2"), False)):
        (found,) = examine([("f", f"{OURS}:{written}".encode())], Rules.parse([f"{OURS}:v2"])).left
        assert (found.reason, found.stale) == ("its tag is a variable", stale)


@pytest.mark.parametrize(
    "text", ["v1", "${T}", "v1-${T:-v2}", "${T:-v1}-x", "{{ .a }}", "{{ a \"v1\" 'v2' }}", "$(date +%s)"]
)
def test_a_tag_without_one_whole_literal_has_no_default(text: str) -> None:
    assert default_of(text) == ""


def test_the_part_before_a_default_is_no_part_of_a_name() -> None:
    report = examine([("f", b"${A-gcr.io/p/x:v2 ${B}}")], Rules.parse([f"{OURS}:v2"]))
    assert (report.held, report.left) == (1, ())


def test_expressions_end_with_their_line_and_are_not_followed_without_end() -> None:
    assert [(each.start, each.end) for each in expressions(b"${A:-b\n}${C}", 0, 12)] == [(5, 6), (10, 11)]
    deep = b"${A:-" * 100_000
    assert len(expressions(deep, 0, len(deep))) == DEEPEST
