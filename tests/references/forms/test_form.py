"""The list of forms: whatever is on it, all that read references see."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from releasing.changes.image_mentions import mentions
from releasing.image_tags.referred import Ours, referred
from releasing.nightly import named_builds
from releasing.nightly.monitoring.coverage import used_images
from releasing.references import examine, forms
from releasing.references.edits import Edit
from releasing.references.forms.form import Part, Reference
from releasing.references.rules import ImageRule, Rules
from releasing.release import Release
from tests.support.paths import ROOT

BUILD = "v20180701-0123abcd"
PATH = "a/images.libsonnet"


class Arrow:
    """TAG -> NAME, which no form of ours reads."""

    def applies(self, path: str) -> bool:
        return path == PATH

    def find(self, content: bytes, near: Sequence[int] | None) -> Iterator[Reference]:
        for match in re.finditer(rb"([\w.-]+) -> (\S+)", content):
            tag, name = match[1].decode(), match[2].decode()
            part = Part(tag, *match.span(1))
            yield Reference(match.start(2), name, tag, "", match[0].decode(), (part,))

    def reason(self, reference: Reference, rule: ImageRule) -> str:
        return "it is the last one" if reference.tag == "last" else ""

    def edits(self, reference: Reference, rule: ImageRule) -> list[Edit]:
        (part,) = reference.parts
        return [reference.edit(part, rule.tag.encode(), part.text, rule.tag)]


@pytest.fixture(autouse=True)
def _arrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(forms, "FORMS", (Arrow(), *forms.FORMS))
    named_builds._in_line.cache_clear()
    yield
    named_builds._in_line.cache_clear()


def test_a_rewrite_edits_what_a_form_finds() -> None:
    (rewrite,) = examine([(PATH, b"v1 -> gcr.io/p/x")], Rules.parse(["gcr.io/p/x:v2"])).rewrites
    assert rewrite.after == b"v2 -> gcr.io/p/x"


def test_a_rewrite_reports_what_a_form_leaves_with_its_reason() -> None:
    report = examine([(PATH, b"last -> gcr.io/p/x")], Rules.parse(["gcr.io/p/x:v2"]))
    assert ("last -> gcr.io/p/x", "it is the last one", True) in [
        (left.written, left.reason, left.stale) for left in report.left
    ]


def test_a_rewrite_reports_the_same_image_under_another_name() -> None:
    files = [("b", b"gcr.io/p/x:v2"), (PATH, b"v1 -> quay.io/q/x")]
    assert [left.written for left in examine(files, Rules.parse(["gcr.io/p/x:v2"])).stale] == [
        "v1 -> quay.io/q/x"
    ]


def test_the_search_for_unlisted_images_sees_it() -> None:
    found = referred([(PATH, b"\nv1 -> gcr.io/p/x")], Ours.of(["gcr.io/p/"], []), "v1")
    assert [str(each) for each in found] == [f"{PATH}:2: gcr.io/p/x"]


def test_the_reading_back_of_a_tree_sees_it() -> None:
    config = SimpleNamespace(
        registry="gcr.io/p", reference_prefixes=("gcr.io/p/",), left_alone=(), document="notes.md"
    )
    release = cast(Release, SimpleNamespace(config=config))
    assert [str(each) for each in mentions(release, [(PATH, b"v1 -> gcr.io/p/x")])] == [
        f"{PATH}:1: gcr.io/p/x:v1"
    ]


def test_the_images_that_nights_have_to_build_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / PATH).write_text("v1 -> gcr.io/p/x")
    assert used_images(tmp_path, "gcr.io/p") == {"gcr.io/p/x": f"{PATH}:1"}


def test_a_build_that_is_named_is_kept_for_the_image_that_the_form_tells() -> None:
    named = named_builds.Named()
    named_builds._note(named, f"master:{PATH}:1", f"{BUILD} -> gcr.io/p/x".encode())
    assert named.place("gcr.io/p/x", BUILD, "") == f"master:{PATH}:1"
    assert named.place("gcr.io/p/y", BUILD, "") == ""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("kustomization.yaml", f"  newTag: {BUILD}"),
        ("a.sh", f"TAG={BUILD}  # see docs/x"),
    ],
)
def test_a_build_whose_image_the_line_does_not_tell_is_kept_for_every_image(path: str, line: str) -> None:
    named = named_builds.Named()
    named_builds._note(named, f"master:{path}:7", line.encode())
    assert named.place("gcr.io/p/y", BUILD, "") == f"master:{path}:7"


def test_what_reads_references_names_no_form_but_in_the_list() -> None:
    outside = [path for path in (ROOT / "releasing").rglob("*.py") if path.parent.name != "forms"]
    assert [path for path in outside if "kustom" in path.read_text().lower()] == []


@pytest.mark.parametrize(("path", "loads"), [("a.txt", False), ("kustomization.yaml", True)])
def test_yaml_is_loaded_only_for_a_file_that_needs_it(tmp_path: Path, path: str, loads: bool) -> None:
    (tmp_path / path).write_text("images:\n- name: gcr.io/p/x:v2\n")
    words = [str(tmp_path), "--image", "gcr.io/p/x:v2"]
    code = f"import sys; sys.argv = ['', *{words!r}]; import update_references as it; it.main(); "
    code += "print('yaml' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}", "PATH": "/usr/bin:/bin"},
    )
    assert run.stdout.split() == [str(loads)]
