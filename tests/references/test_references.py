"""Which references a survey changes, which it leaves, and why."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasing.errors import PreconditionError, UsageError
from releasing.references import COPIES, examine, examine_checkout
from releasing.references.protected_paths import is_copy
from releasing.references.report import ReferenceReport
from releasing.references.rules import Rules
from releasing.references.tracked_files import contents, tracked_files

pytestmark = pytest.mark.interpreter

OURS = r"(gcr\.io/p|\{0\}/\{1\})/(notebook-[0-9.]+|operator)"
DIGEST = "sha256:" + "a" * 64


def surveyed(
    content: str, path: str = "f.txt", image: str = OURS + ":v0.2.1", **paths: list[str]
) -> ReferenceReport:
    return examine([(path, content.encode())], Rules.parse([image], **paths))


def after(content: str, path: str = "f.txt", image: str = OURS + ":v0.2.1") -> str:
    report = surveyed(content, path, image)
    return report.rewrites[0].after.decode() if report.rewrites else content


def test_only_the_tag_changes_whatever_it_was() -> None:
    before = "a gcr.io/p/operator:v1\r\n\tb '{0}/{1}/notebook-1.8:latest' é"
    assert after(before) == "a gcr.io/p/operator:v0.2.1\r\n\tb '{0}/{1}/notebook-1.8:v0.2.1' é"


def test_images_that_share_the_old_tag_or_a_part_of_the_name_stay() -> None:
    text = "quay.io/x/metacontroller:v0.2.0 gcr.io/p/operator-ui:v0.2.0 mirror/gcr.io/p/operator:v0.2.0"
    assert after(text) == text


def test_rewriting_again_changes_nothing() -> None:
    report = surveyed(after("gcr.io/p/operator:v1"))
    assert (report.changes, report.held) == ((), 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gcr.io/p/operator:${TAG}", "its tag is a variable"),
        ("gcr.io/p/operator", "it is written without a tag"),
        (f"gcr.io/p/operator@{DIGEST}", "pinned by digest, and the digest of v0.2.1 was not given"),
    ],
)
def test_what_cannot_be_rewritten_is_left_with_its_reason(text: str, reason: str) -> None:
    report = surveyed(f"x {text}\n")
    assert not report.rewrites
    assert [(left.written, left.reason, left.line) for left in report.left] == [(text, reason, 1)]


def test_a_known_digest_moves_pins_and_tags_together() -> None:
    other = "sha256:" + "b" * 64
    text = f"gcr.io/p/operator:v1@{DIGEST} gcr.io/p/operator@{DIGEST} gcr.io/p/operator:v1"
    wanted = f"gcr.io/p/operator:v2@{other} gcr.io/p/operator@{other} gcr.io/p/operator:v2"
    assert after(text, image=f"{OURS}:v2@{other}") == wanted


def test_protected_files_are_left_and_their_old_tags_reported() -> None:
    report = surveyed("gcr.io/p/operator:v1", "CHANGELOG.md")
    assert [(left.reason, left.stale) for left in report.left] == [("changelog", True)]
    assert surveyed("gcr.io/p/operator:v1", "CHANGELOG.md", also=["CHANGELOG.md"]).changes


def test_the_base_of_a_dockerfile_is_left_and_its_other_lines_are_not() -> None:
    text = "FROM gcr.io/p/operator:v1\nENV IMAGE=gcr.io/p/operator:v1\n"
    report = surveyed(text, "x/Dockerfile.cpu")
    assert [change.line for change in report.changes] == [2]
    assert [left.reason for left in report.left] == ["base of a Dockerfile"]


def test_binary_files_are_left() -> None:
    report = surveyed("gcr.io/p/operator:v1\0")
    assert [left.reason for left in report.left] == ["binary file"]


def test_the_same_image_under_another_registry_is_reported() -> None:
    files = [
        ("a", b"gcr.io/p/operator:v0.2.1"),
        ("b", b"registry.aliyuncs.com/p/operator:v1 x/operator:v0.2.1 y/operator: v"),
    ]
    report = examine(files, Rules.parse([OURS + ":v0.2.1"]))
    assert [left.written for left in report.stale] == ["registry.aliyuncs.com/p/operator:v1"]


def test_only_and_except_choose_files_and_folders() -> None:
    files = [(path, b"gcr.io/p/operator:v1") for path in ("a/x.py", "a/b/y.py", "c.py")]
    rules = Rules.parse([OURS + ":v2"], only=["a"], except_=["a/b/*"])
    assert [rewrite.path for rewrite in examine(files, rules).rewrites] == ["a/x.py"]


def test_a_rule_that_no_file_mentions_is_named() -> None:
    assert surveyed("nothing").unfound == (f"an image {OURS}",)


def test_rules_at_odds_over_a_name_are_refused() -> None:
    rules = Rules.parse(["gcr.io/p/.*:v1", ".*/operator:v2"])
    with pytest.raises(UsageError, match=r"gcr\.io/p/operator is matched by"):
        examine([("a", b"gcr.io/p/operator:v0")], rules)


PINNED = 'repos: "kubeflow/tf-operator@HEAD;kubeflow/testing@HEAD", again: "kubeflow/tf-operator@HEAD"'


def test_a_pin_changes_every_match_of_its_group_and_nothing_else() -> None:
    pin = ["w.libsonnet", 'kubeflow/tf-operator@([^;"]+)', "v0.2.0"]
    (rewrite,) = examine([("w.libsonnet", PINNED.encode())], Rules.parse([], [pin])).rewrites
    assert rewrite.after.decode() == PINNED.replace("tf-operator@HEAD", "tf-operator@v0.2.0")


def test_every_pin_that_does_not_hold_is_named_at_once() -> None:
    pins = [["gone", "x(y)", "z"], ["w", "nothing (here)", "z"], ["w", "tf-operator@(HEAD)", "v1"]]
    with pytest.raises(PreconditionError) as caught:
        examine([("w", PINNED.encode())], Rules.parse([], pins))
    assert caught.value.message.splitlines() == [
        "pin gone: x(y): no such tracked file",
        "pin w: nothing (here): the pattern matches nothing",
        "pin w: tf-operator@(HEAD): would not read 'v1' everywhere afterwards",
    ]


def test_a_pin_wins_over_an_image_in_the_same_place() -> None:
    rules = Rules.parse(["gcr.io/p/x:v1"], [["a", r"image (\S+)", "gcr.io/q/x:v2"]])
    assert examine([("a", b"image gcr.io/p/x:v0")], rules).rewrites[0].after == b"image gcr.io/q/x:v2"


def test_an_edit_that_would_break_a_file_is_refused_with_its_line() -> None:
    rules = Rules.parse([], [["a.yaml", "^b: (.*)", "]"], ["c.yaml", "^b: (.*)", "]"]])
    report = examine([("a.yaml", b"a: 1\nb: 2\n"), ("c.yaml", b"a: {\nb: 2\n")], rules)
    assert [(fault.path, fault.line) for fault in report.refused] == [("a.yaml", 2)]
    assert [fault.path for fault in report.broken] == ["c.yaml"]


OTHER = st.sampled_from(
    [
        "quay.io/x/y:v0.2.0",
        "operator:v1",
        "gcr.io/p/operator:${TAG}",
        "gcr.io/p/operator-x:v1",
        "v0.2.0",
        "é",
        "a:b",
    ]
) | st.text(st.characters(codec="utf-8", exclude_characters="\0+"), max_size=12)
NAME = st.sampled_from(["gcr.io/p/operator", "{0}/{1}/notebook-1.8.0", "gcr.io/p/notebook-1.10"])
TAG = st.from_regex(re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}[A-Za-z0-9_]", re.ASCII), fullmatch=True)
REFERENCE = st.tuples(NAME, TAG)
SPACE = st.sampled_from([" ", "\n", "\r\n", '"', "'", " = ", "\t", "\n\n", ", "])
PIECES = st.lists(st.tuples(st.one_of(OTHER, REFERENCE), SPACE, SPACE))


@given(PIECES)
def test_in_any_text_only_the_named_tags_differ_and_only_once(
    pieces: list[tuple[str | tuple[str, str], str, str]],
) -> None:
    before = "".join(f"{a}{one if isinstance(one, str) else ':'.join(one)}{b}" for one, a, b in pieces)
    wanted = "".join(f"{a}{one if isinstance(one, str) else one[0] + ':v0.2.1'}{b}" for one, a, b in pieces)
    assert after(before) == wanted
    assert after(wanted) == wanted


def checkout(folder: Path, files: Mapping[str, str]) -> Path:
    """A git checkout that tracks `files`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    for words in (["init", "--quiet", "--template="], ["add", "--all"]):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder


PATHS = [
    "a.py",
    "b/Dockerfile",
    "b/kustomization.yaml",
    "lib/c",
    "d/vendor/e",
    "CHANGELOG.md",
    "d/deep/f.yaml",
]
ASKED = [
    Rules.parse([OURS + ":v0.2.1"]),
    Rules.parse(["gcr.io/p/.*:v0.2.1"]),
    Rules.parse([".+:v0.2.1"], only=["d", "b"]),
    Rules.parse(["gcr.io/p/op(erator)?:v0.2.1"], also=["lib", "vendor"]),
    Rules.parse([r".*/notebook-.*:v0.2.1"], except_=["a*"]),
    Rules.parse([], parameters=[["*", "TAG", "v2"]]),
    Rules.parse(["(?i)GCR.io/p/.*:v0.2.1"], parameters=[["b/*", "image", "v2"]]),
]
TEXT = st.lists(
    st.one_of(OTHER, REFERENCE.map(":".join), st.sampled_from(["FROM ", "images:\n- newName: ", "TAG: v1"])),
    max_size=4,
)
FILES = st.dictionaries(st.sampled_from(PATHS), TEXT.map("\n".join), max_size=4)


@given(FILES, st.sampled_from(ASKED))
@settings(max_examples=40, deadline=None)
def test_looking_only_where_git_finds_a_word_reports_what_reading_every_file_does(
    files: dict[str, str], rules: Rules
) -> None:
    with TemporaryDirectory() as folder:
        made = checkout(Path(folder), files)
        every = contents(made, tracked_files(made))
        assert examine_checkout(made, rules) == examine(every, rules)


def test_the_same_image_elsewhere_is_found_although_it_has_no_word_of_the_pattern(tmp_path: Path) -> None:
    made = checkout(tmp_path, {"a": "gcr.io/p/operator:v2", "b": "quay.io/x/operator:v1", "c": "operator:v1"})
    report = examine_checkout(made, Rules.parse([r"gcr\.io/.*:v2"]))
    assert [(left.path, left.written) for left in report.stale] == [("b", "quay.io/x/operator:v1")]


def test_a_pinned_file_needs_no_word(tmp_path: Path) -> None:
    made = checkout(tmp_path, {"lib/w": "version=1", "b": "gcr.io/p/operator:v1"})
    report = examine_checkout(made, Rules.parse([OURS + ":v2"], [["lib/w", "version=(.*)", "2"]]))
    assert [change.after for change in report.changes] == ["gcr.io/p/operator:v2", "2"]


def test_a_vendored_file_that_was_named_is_read(tmp_path: Path) -> None:
    made = checkout(tmp_path, {"a/vendor/f": "gcr.io/p/operator:v1"})
    report = examine_checkout(made, Rules.parse([OURS + ":v2"], also=["a/vendor"]))
    assert [change.path for change in report.changes] == ["a/vendor/f"]


def test_a_parameters_name_is_not_what_files_with_images_are_chosen_by(tmp_path: Path) -> None:
    made = checkout(tmp_path, {"f": "gcr.io/p/operator:v1", "g": "TAG=v1"})
    rules = Rules.parse(["(?i)GCR.io/p/operator:v2"], parameters=[["g", "TAG", "v2"]])
    assert [change.path for change in examine_checkout(made, rules).changes] == ["f", "g"]


def test_a_pattern_that_goes_on_behind_its_wildcards_finds_its_names() -> None:
    report = surveyed(
        "x gcr.io/p/tensorflow-1.8.0-notebook-cpu:v1", image="gcr.io/p/tensorflow-.*notebook.*:v2"
    )
    assert [change.after for change in report.changes] == ["gcr.io/p/tensorflow-1.8.0-notebook-cpu:v2"]


@pytest.mark.parametrize("name", COPIES)
def test_what_git_is_not_asked_about_would_not_be_read(name: str) -> None:
    assert is_copy(f"{name}/f")
    assert is_copy(f"a/b/{name}/c/f")


class Measured(bytes):
    """Bytes that add up how many of them are looked at or copied."""

    looked_at = 0

    def find(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(sub, start, end)
        self._look(start, end if found < 0 else found)
        return found

    def rfind(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().rfind(sub, start, end)
        self._look(max(start, found), end)
        return found

    def count(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        self._look(start, end)
        return super().count(sub, start, end)

    def __contains__(self, sub: object) -> bool:
        return isinstance(sub, bytes) and self.find(sub) >= 0

    def __getitem__(self, place: slice) -> bytes:  # type: ignore[override]
        self._look(place.start or 0, place.stop)
        return super().__getitem__(place)

    def _look(self, start: int, end: int | None) -> None:
        Measured.looked_at += (len(self) if end is None else end) - start


def test_a_long_line_is_looked_at_a_few_times_however_many_images_it_names() -> None:
    for number in (100, 3000):
        names = ", ".join(
            f'"gcr.io/p/operator:v{each}", "x/operator:v1", "gcr.io/p/operator"' for each in range(number)
        )
        content = Measured(f"[{names}]".encode())
        Measured.looked_at = 0
        report = examine([("f.json", content)], Rules.parse([OURS + ":v2"]))
        assert (len(report.changes), len(report.left)) == (number - 1, 2 * number)
        assert Measured.looked_at < 30 * len(content)
