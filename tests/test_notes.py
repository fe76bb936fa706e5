"""Release notes, from real history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing import notes
from releasing.version import Version
from tests.releases import Origin, origin_in

ROOT = Path(__file__).parent.parent


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return origin_in(tmp_path).fetched()


def merged(origin: Origin, *subjects: str, tag: str = "") -> None:
    """Put an empty commit for each subject on the release branch, and a tag on the last."""
    git = origin.sh["git"]["-C", origin.release.checkout]
    origin.sh.run(git["checkout", "--quiet", "--detach", f"origin/{origin.release.branch}"])
    for subject in subjects:
        origin.sh.run(git["commit", "--quiet", "--allow-empty", "-m", subject])
    if tag:
        origin.sh.run(git["tag", tag])
    origin.sh.run(git["push", "--quiet", "--tags", "origin", f"HEAD:refs/heads/{origin.release.branch}"])


def subjects(origin: Origin, version: Version) -> list[str]:
    return notes.subjects(origin.sh.shell, origin.release.checkout, origin.release.branch, version)


def written(origin: Origin, text: str) -> Path:
    path = notes.path(origin.release)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_was_merged_counts_from_the_final_before(origin: Origin) -> None:
    merged(origin, "Old (#1)", tag="v0.2.0-rc.9")
    merged(origin, "Older fix (#2)", tag="v0.2.1")
    merged(origin, "New (#3)", "Newer (#4)", tag="v0.2.2-rc.0")
    assert subjects(origin, Version(0, 2, 2)) == ["New (#3)", "Newer (#4)"]
    assert subjects(origin, Version(0, 2, 1))[:2] == ["Old (#1)", "Older fix (#2)"]


def test_numbers_are_those_at_the_ends_of_subjects() -> None:
    assert notes.numbers(["Fix (#12)", "See (#3) first", "Revert (#4) (#15)", "No number"]) == ["12", "15"]


def test_a_number_that_only_begins_alike_is_not_mentioned() -> None:
    assert notes.unmentioned("- #123 and #4.", ["A (#12)", "B (#123)", "C (#4)"]) == ["12"]


def test_a_draft_begins_with_the_heading_and_keeps_the_order() -> None:
    assert notes.with_missing("", "Kubeflow 0.2.1", ["A (#2)", "no number", "B (#1)"]) == (
        "# Kubeflow 0.2.1\n\n- A (#2)\n- B (#1)\n"
    )


@pytest.mark.parametrize("text", ["edited, with #2", "edited, with #2\n"])
def test_what_a_person_wrote_is_kept_and_only_added_to(text: str) -> None:
    assert notes.with_missing(text, "", ["A (#2)", "B (#1)"]) == "edited, with #2\n- B (#1)\n"
    assert notes.with_missing(text, "", ["A (#2)"]) == text


def test_the_notes_are_complete_when_they_mention_everything(origin: Origin) -> None:
    merged(origin, "A (#7)", "B (#8)")
    assert notes.complete(origin.release, origin.sh).text.startswith("there are no release notes: ")
    path = written(origin, "#7 only")
    assert notes.complete(origin.release, origin.sh).text == f"{path} does not mention #8"
    written(origin, "#7 and #8")
    found = notes.complete(origin.release, origin.sh)
    assert (found.holds, found.text) == (True, f"the notes mention all 2 pull requests: {path}")


def test_without_the_release_branch_nothing_is_complete(origin: Origin) -> None:
    written(origin, "")
    other = replace(origin.release, version=Version(0, 3, 0))
    written(replace(origin, release=other), "")
    assert notes.complete(other, origin.sh).text == "there is no v0.3-branch yet"


def test_the_program_that_drafts_makes_the_notes_complete(origin: Origin) -> None:
    merged(origin, "A (#7)", "B (#8)")
    written(origin, "mine, with #8")
    command = notes.draft(origin.release, origin.sh)
    assert command.program == "draft_release_notes.py"
    origin.sh.run(origin.sh[str(ROOT / "scripts" / command.program)][command.words[1:]])
    assert notes.path(origin.release).read_text() == "mine, with #8\n- A (#7)\n"
    assert notes.complete(origin.release, origin.sh).holds
