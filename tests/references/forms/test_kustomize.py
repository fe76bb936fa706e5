"""Entries of kustomizations: which files have them, and what the rules make of them."""

from __future__ import annotations

import pytest

from releasing.references import examine
from releasing.references.forms.kustomize import applies, find
from releasing.references.report import ReferenceReport
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter

DIGESTS = ["sha256:" + letter * 64 for letter in "ab"]


def examined(entry: str, tag: str = "v2") -> ReferenceReport:
    content = f"bases: [a]\nimages:\n- {entry}\n# é\n".encode()
    return examine([("x/kustomization.yaml", content)], Rules.parse([f"gcr.io/p/x:{tag}"]))


def entry_after(entry: str, tag: str = "v2") -> str:
    return examined(entry, tag).rewrites[0].after.decode().split("- ", 1)[1].removesuffix("\n# é\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "name: x\n  newName: gcr.io/p/x\n  newTag: v1 # é",
            "name: x\n  newName: gcr.io/p/x\n  newTag: v2 # é",
        ),
        ("newTag: 'v1'\n  name: gcr.io/p/x", "newTag: 'v2'\n  name: gcr.io/p/x"),
        ('{name: gcr.io/p/x, newTag: "v1"}', '{name: gcr.io/p/x, newTag: "v2"}'),
        ("name: gcr.io/p/x:v1", "name: gcr.io/p/x:v2"),
    ],
)
def test_the_tag_of_the_pulled_name_changes_whatever_the_order_and_quotes(before: str, after: str) -> None:
    assert entry_after(before) == after


@pytest.mark.parametrize("tag", ["1.10", "706798e8", "1e3", "0o17", "yes", "12_30"])
@pytest.mark.parametrize("old", ["v1", "1.9", "706798e8"])
def test_a_tag_that_yaml_reads_as_something_else_is_put_in_quotes(old: str, tag: str) -> None:
    entry = f'name: gcr.io/p/x\n  newTag: "{tag}"'
    assert entry_after(f"name: gcr.io/p/x\n  newTag: {old}", tag) == entry
    assert not examined(entry, tag).changes


def test_a_replaced_name_is_not_what_is_pulled() -> None:
    assert not examined("name: gcr.io/p/x\n  newName: gcr.io/q/y\n  newTag: v1").changes


def test_a_digest_moves_with_the_tag_or_not_at_all() -> None:
    entry = f"name: gcr.io/p/x\n  newTag: v1\n  digest: {DIGESTS[0]}"
    (left,) = examined(entry).left
    assert (left.reason, left.stale) == ("pinned by digest, and the digest of v2 was not given", True)
    assert entry_after(entry, f"v2@{DIGESTS[1]}") == f"name: gcr.io/p/x\n  newTag: v2\n  digest: {DIGESTS[1]}"


def test_a_digest_in_the_tag_moves_with_it_or_not_at_all() -> None:
    entry = f"name: gcr.io/p/x\n  newTag: v1@{DIGESTS[0]}"
    (left,) = examined(entry).left
    assert (left.reason, left.stale) == ("pinned by digest, and the digest of v2 was not given", True)
    for quote in ("", "'", '"'):
        before, after = (
            f"name: gcr.io/p/x\n  newTag: {quote}{pin}{quote}"
            for pin in (f"v1@{DIGESTS[0]}", f"v2@{DIGESTS[1]}")
        )
        assert entry_after(before, f"v2@{DIGESTS[1]}") == after
    both = f"name: gcr.io/p/x\n  newTag: v1@{DIGESTS[0]}\n  digest: {DIGESTS[0]}"
    assert entry_after(both, f"v2@{DIGESTS[1]}") == both.replace("v1", "v2").replace(DIGESTS[0], DIGESTS[1])


def test_the_same_image_from_another_registry_is_reported_unless_it_is_at_the_tag() -> None:
    entry = (
        "{name: gcr.io/p/x, newTag: v1}\n- {name: a, newName: mirror.example/p/x, newTag: v1}\n"
        f"- {{name: b.example/x, digest: {DIGESTS[0]}}}\n- {{name: c.example/x, newTag: v2}}\n"
        "- {name: x, newTag: v1}\n- {name: d.example/p/xy, newTag: v1}"
    )
    assert [(left.written, left.stale) for left in examined(entry).left] == [
        ("mirror.example/p/x v1", True),
        (f"b.example/x {DIGESTS[0]}", True),
    ]


def test_an_entry_without_a_tag_is_reported_once() -> None:
    assert [left.reason for left in examined("name: gcr.io/p/x").left] == ["it is written without a newTag"]


@pytest.mark.parametrize(
    "entry",
    [
        "{name: gcr.io/p/x, newTag: &tag v1}\nlabels: [*tag]",
        "{name: gcr.io/q/y, newTag: &tag v1}\n- {name: gcr.io/p/x, newTag: *tag}",
        "name: gcr.io/p/x\n  newTag: !!str v1",
        "name: gcr.io/p/x\n  newTag: >-\n    v1",
        r'{name: gcr.io/p/x, newTag: "v\x31"}',
    ],
)
def test_a_tag_that_is_more_than_its_text_is_left_and_reported(entry: str) -> None:
    report = examined(entry)
    assert not report.changes
    assert [left.reason for left in report.left] == ["its tag or digest is not written as plain text"]


def test_an_empty_tag_is_none() -> None:
    (left,) = examined("name: gcr.io/p/x\n  newTag:").left
    assert left.reason == "it is written without a newTag"


@pytest.mark.parametrize("path", ["kustomization.yaml", "a/kustomization.yml", "a/b/Kustomization"])
def test_the_names_that_kustomize_reads_are_kustomizations(path: str) -> None:
    assert applies(path)


@pytest.mark.parametrize(
    "path",
    [
        "Kustomization.yaml",
        "kustomization",
        "kustomization.json",
        "kustomization.yaml.orig",
        "kustomization/a",
    ],
)
def test_other_names_are_no_kustomizations(path: str) -> None:
    assert not applies(path)


@pytest.mark.parametrize("content", [b"images: [", b"\xff images:", b"", b"- images", b"images: {a: b}"])
def test_what_is_no_list_of_images_has_no_entries(content: bytes) -> None:
    assert [*find(content)] == []


def test_an_entry_tells_where_its_tag_and_its_names_stand() -> None:
    content = "images:\n- name: é\n  newName: gcr.io/p/x\n  newTag: 'v1'\n".encode()
    (entry,) = find(content)
    assert (str(entry), entry.last_name) == ("gcr.io/p/x v1", "x")
    assert content[entry.start :].startswith(b"gcr.io/p/x\n")
    assert [content[part.start : part.end] for part in entry.parts] == [b"v1"]
