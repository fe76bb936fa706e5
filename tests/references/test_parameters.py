"""Parameters that are named, in every language that sets them."""

from __future__ import annotations

import pytest

from releasing.references import examine
from releasing.references.report import ReferenceReport
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter


def examined(path: str, content: str, value: str = "v2") -> ReferenceReport:
    return examine([(path, content.encode())], Rules.parse([], [], [["*", "imageTag", value]]))


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("a.libsonnet", '  imageTag: "v1",'),
        ("a.libsonnet", 'local imageTag = "v1";'),
        ("a.jsonnet", "// @optionalParam imageTag string v1 Docker image tag to use."),
        ("a.jsonnet", "{ imageTag:: 'v1' }"),
        ("a.json", '{"imageTag": "v1"}'),
        ("a.yaml", "imageTag: v1 # x"),
        ("a.py", "imageTag = 'v1'"),
        ("Makefile", "imageTag ?= v1"),
        ("a.sh", "ks param set argo imageTag v1"),
        ("a.sh", "x --imageTag=v1 --values=y=1,imageTag=v1,z=2"),
        ("a.sh", "run $(deploy --imageTag=v1)"),
        ("a.yaml", "x: {imageTag: v1}"),
        ("a.jsonnet", '{ ["imageTag"]: "v1" }'),
        ("a.go", '\timageTag := "v1"'),
        ("Makefile", "imageTag := v1"),
        ("Dockerfile", "ENV imageTag v1"),
        ("a.md", "With `imageTag=v1`, or imageTag=v1.\n"),
    ],
)
def test_a_literal_changes_and_nothing_beside_it(path: str, before: str) -> None:
    (rewrite,) = examined(path, before).rewrites
    assert rewrite.after.decode() == before.replace("v1", "v2")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.libsonnet", "imageTag: params.imageTag,"),
        ("a.sh", "imageTag=${TAG}"),
        ("a.sh", 'imageTag="$(git describe)"'),
        ("a.yaml", "imageTag: {{ tag }}"),
        ("a.yaml", "imageTag: |"),
        ("a.yaml", "imageTag: *tag"),
        ("a.libsonnet", 'imageTag: "v1-" + commit,'),
        ("a.libsonnet", "imageTag: 'v1%s' % commit,"),
        ("a.libsonnet", 'imageTag+: "-gpu",'),
        ("Makefile", "imageTag += -dirty"),
        ("a.sh", "imageTag=v1-$(git describe)"),
        ("a.sh", 'imageTag="v1-"$COMMIT'),
        ("a.sh", "echo ${imageTag:0:-2} ${imageTag:-v1}"),
    ],
)
def test_an_expression_is_left_and_reported(path: str, content: str) -> None:
    report = examined(path, content)
    assert not report.rewrites
    assert {left.reason for left in report.left} == {"its value is an expression"}


@pytest.mark.parametrize(
    "content", ["myimageTag: v1", "my-imageTag: v1", "x.imageTag: v1", "imageTag == 'v1'", "imageTags: v1"]
)
def test_other_names_and_comparisons_are_not_the_parameter(content: str) -> None:
    report = examined("a.yaml", content)
    assert (report.rewrites, report.left) == ((), ())
    assert report.unfound == ("parameter imageTag in *",)


def test_a_value_that_yaml_reads_as_a_number_is_put_in_quotes() -> None:
    assert examined("a.yaml", "imageTag: v1", "1.10").rewrites[0].after == b'imageTag: "1.10"'
