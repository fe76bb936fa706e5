"""Files that people wrote into: what does not change stays as it is, or nothing is written."""

from __future__ import annotations

import pytest

from releasing.errors import PreconditionError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump, parse
from releasing.image_tags.row_changes import with_builds, with_tag
from releasing.image_tags.row_text import rewritten

pytestmark = pytest.mark.interpreter

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
FILE = f"""\
# Which digest carries which tags.
---
images:  # by name
  # The second image.
  - name: gcr.io/p/y   # renamed
    versions:
      # Voted on.
      - digest: "{A}"
        tags: [v1, 'v0.2.0']  # two
      - digest: {B}
        tags:
          # Floats.
          - latest

  - name: gcr.io/p/x
    versions:
      - tags:
          - v1
        digest: {C}
      # Nothing behind this.
# The end.
"""
BUILD = ImageRow("gcr.io/p/y", (TaggedDigest(f"sha256:{'d' * 64}", ("706798e8", "v2")),))


def tagged(text: str, pattern: str, tag: str) -> ImageTags:
    return with_tag(parse(text.encode(), "f"), ImagePattern.parse(pattern), tag).tags


def written(text: str, after: ImageTags) -> str:
    new = rewritten(text.encode(), after, "f").decode()
    assert parse(new.encode(), "f") == after
    return new


def test_a_tag_is_one_more_line_or_word() -> None:
    assert written(FILE, tagged(FILE, ".*/y:latest", "v0.2.1")) == FILE.replace(
        "          - latest\n", "          - latest\n          - v0.2.1\n"
    )
    assert written(FILE, tagged(FILE, ".*/x:v1", "1e3")) == FILE.replace(
        "          - v1\n", "          - v1\n          - '1e3'\n"
    )


def test_a_build_is_a_row_in_the_form_of_those_beside_it() -> None:
    after = with_builds(parse(FILE.encode(), "f"), [BUILD]).tags
    row = f"      - digest: {BUILD.versions[0].digest}\n        tags:\n        - '706798e8'\n        - v2\n"
    assert written(FILE, after) == FILE.replace("          - latest\n", f"          - latest\n{row}")


def test_an_image_comes_where_its_name_belongs_and_the_end_stays_the_end() -> None:
    after = with_builds(parse(FILE.encode(), "f"), [ImageRow("gcr.io/p/z", BUILD.versions)]).tags
    new = written(FILE, after)
    assert new.endswith("      - v2\n      # Nothing behind this.\n# The end.\n")
    assert "  - name: gcr.io/p/z\n    versions:\n    - digest: " in new


def test_comments_go_with_the_rows_that_they_are_above() -> None:
    new = written(FILE, parse(FILE.encode(), "f").ordered())
    assert new.index("name: gcr.io/p/x") < new.index("  # The second image.\n  - name: gcr.io/p/y")
    assert new.startswith(
        "# Which digest carries which tags.\n---\nimages:  # by name\n  - name: gcr.io/p/x\n"
    )
    assert sorted(new.splitlines()) == sorted(FILE.splitlines())


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", [FILE, dump(parse(FILE.encode(), "f")).decode()])
def test_the_ends_of_lines_and_a_mark_stay(text: str, mark: str) -> None:
    before = mark + text.replace("\n", "\r\n")
    after = tagged(before, ".*/y:latest", "v0.2.1")
    new = written(before, after)
    assert new == before.replace("- latest\r\n", new[new.index("- latest") : new.index("v0.2.1") + 8])
    assert new.count("\r\n") == new.count("\n") == before.count("\n") + 1


def test_a_file_in_the_usual_form_is_written_in_it_and_what_is_empty_gets_it() -> None:
    after = tagged(FILE, ".*/x:v1", "v0.2.1")
    assert rewritten(dump(parse(FILE.encode(), "f")), after, "f") == dump(after)
    for empty in (b"", b"\n", b"images: []\n"):
        assert rewritten(empty, after, "f") == dump(after)
    assert written("# Ours.\nimages: []  # none yet\n", after).startswith(
        "# Ours.\nimages:\n- name: gcr.io/p/y\n"
    )


def test_what_a_program_misreads_stays_as_it_was_where_nothing_changes() -> None:
    text = f"images:\n- name: gcr.io/p/x\n  versions:\n  - digest: {A}\n    tags:\n    - 1e3\n"
    assert written(text, tagged(text, ".*:1e3", "v0.2.1")) == text + "    - v0.2.1\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            FILE.replace("[v1, 'v0.2.0']  # two", "[v1,  # one\n          'v0.2.0']"),
            "the comment '# one' stands in",
        ),
        (FILE.replace("\n", "\r\n", 3), "its lines end in more than one way"),
        (
            f"images: [{{name: gcr.io/p/y, versions: [{{digest: '{A}', tags: [v1, v0.2.0]}}]}}] # x",
            "not one below",
        ),
        (
            f"images:\n-\n  name: gcr.io/p/y\n  versions:\n  - digest: {A}\n    tags: [v1, v0.2.0]\n",
            "with a dash",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(text: str, reason: str) -> None:
    after = tagged(text, ".*/y:v0.2.0", "v0.2.1")
    with pytest.raises(PreconditionError) as refusal:
        rewritten(text.encode(), after, "f")
    assert reason in refusal.value.message
    assert refusal.value.message.startswith("f: ")


def test_a_file_in_another_encoding_is_refused() -> None:
    after = tagged(FILE, ".*/x:v1", "v0.2.1")
    with pytest.raises(PreconditionError, match="it is not UTF-8"):
        rewritten(FILE.encode("utf-16"), after, "f")
