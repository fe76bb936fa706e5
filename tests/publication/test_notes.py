"""Release notes, from real history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.config.release_yaml import Notes
from releasing.errors import PreconditionError
from releasing.publication import notes
from releasing.runbook import waivers
from releasing.version import Version
from tests.support.bare_repository import commit
from tests.support.paths import ROOT
from tests.support.releases import Origin, hosted, origin_in


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


def found(origin: Origin, version: Version) -> list[notes.Merged]:
    return notes.merged(origin.sh.shell, origin.release.checkout, origin.release.branch, version)


def logged(*subjects: str, body: str = "") -> list[notes.Merged]:
    """The pull requests behind commits with these subjects."""
    return notes.of("\n".join(f"Ada\0{subject}\0{body}\0" for subject in subjects))


def written(origin: Origin, text: str) -> Path:
    path = notes.path(origin.release)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_was_merged_counts_from_the_final_before(origin: Origin) -> None:
    merged(origin, "Old (#1)", tag="v0.2.0-rc.9")
    merged(origin, "Older fix (#2)", tag="v0.2.1")
    merged(origin, "New (#3)", "Newer (#4)", tag="v0.2.2-rc.0")
    assert [each.title for each in found(origin, Version(0, 2, 2))] == ["New", "Newer"]
    assert found(origin, Version(0, 2, 1))[0] == notes.Merged("1", "Old", "Ada")


def test_numbers_are_those_at_the_ends_of_subjects_each_once() -> None:
    subjects = ("Fix (#12)", "See (#3) first", "Revert (#4) (#15)", "No number", "Fix again (#12)")
    assert [each.number for each in logged(*subjects)] == ["12", "15"]


def test_a_merge_commit_names_its_pull_request_at_the_beginning() -> None:
    body = "Serve models\n\nLonger text."
    assert logged("Merge pull request #7 from ada/serve", body=body) == [
        notes.Merged("7", "Serve models", "Ada")
    ]


def test_a_number_that_only_begins_alike_is_not_mentioned() -> None:
    everything = logged("A (#12)", "B (#123)", "C (#4)")
    assert [each.number for each in notes.unmentioned("- #123 and #4.", everything)] == ["12"]


def test_a_draft_begins_with_the_heading_and_keeps_the_order() -> None:
    lines = [("", ["- A (#2)", "- B (#1)"])]
    assert notes.with_missing("", "Kubeflow 0.2.1", lines) == "# Kubeflow 0.2.1\n\n- A (#2)\n- B (#1)\n"


def test_groups_become_sections_and_empty_ones_do_not() -> None:
    groups = [("Features", ["- F (#1)"]), ("Bug fixes", []), ("Other changes", ["- O (#2)"])]
    text = notes.with_missing("", "K 1", groups)
    assert text == "# K 1\n\n## Features\n\n- F (#1)\n\n## Other changes\n\n- O (#2)\n"


def test_later_lines_go_into_the_section_that_is_there() -> None:
    text = notes.with_missing("", "K 1", [("Features", ["- F (#1)"]), ("Other changes", ["- O (#2)"])])
    more = notes.with_missing(text, "K 1", [("Features", ["- G (#3)"]), ("Bug fixes", ["- B (#4)"])])
    assert more == (
        "# K 1\n\n## Features\n\n- F (#1)\n- G (#3)\n\n## Other changes\n\n- O (#2)\n"
        "\n## Bug fixes\n\n- B (#4)\n"
    )


@pytest.mark.parametrize("text", ["edited, with #2", "edited, with #2\n"])
def test_what_a_person_wrote_is_kept_and_only_added_to(text: str) -> None:
    assert notes.with_missing(text, "", [("", ["- B (#1)"])]) == "edited, with #2\n\n- B (#1)\n"
    assert notes.with_missing(text, "", [("", [])]) == text


def test_a_waived_pull_request_need_not_be_mentioned(origin: Origin) -> None:
    merged(origin, "A (#7)", "B (#8)")
    path = written(origin, "#7 only")
    waivers.record(origin.sh.journal, "check-release-notes", "8", "nobody notices")
    finding = notes.complete(origin.release, origin.sh)
    assert finding.text == f"the notes mention all 2 pull requests, except 1 waived: {path}"
    assert finding.holds


def test_the_notes_are_complete_when_they_mention_everything(origin: Origin) -> None:
    merged(origin, "A (#7)", "B (#8)")
    assert notes.complete(origin.release, origin.sh).text.startswith("release notes are missing: ")
    path = written(origin, "#7 only")
    assert notes.complete(origin.release, origin.sh).text == f"{path} does not mention #8"
    written(origin, "#7 and #8")
    found = notes.complete(origin.release, origin.sh)
    assert (found.holds, found.text) == (True, f"the notes mention all 2 pull requests: {path}")


def test_without_the_release_branch_nothing_is_complete(origin: Origin) -> None:
    written(origin, "")
    other = replace(origin.release, version=Version(0, 3, 0))
    written(replace(origin, release=other), "")
    assert notes.complete(other, origin.sh).text == "origin has no branch v0.3-branch yet"


def test_the_program_that_drafts_makes_the_notes_complete(tmp_path: Path) -> None:
    with hosted(tmp_path) as (origin, github):
        commit(origin.bare, "fix", "fix.txt", "fixed\n")
        pull = github.api(
            "repos/kubeflow/kubeflow/pulls", "-f", "title=Fix it", "-f", "head=fix", "-f", "base=master"
        )
        github.api(f"repos/kubeflow/kubeflow/issues/{pull['number']}/labels", "-f", "labels[]=kind/bug")
        merged(origin, f"Fix it (#{pull['number']})", "B (#8)", "Unknown to GitHub (#99)")
        config = origin.release.config.model_copy(
            update={"notes": Notes(groups={"Bug fixes": ("kind/bug",)})}
        )
        release = replace(origin.release, config=config)
        written(origin, "mine, with #8")
        command = notes.draft(release, origin.sh)
        origin.sh.run(origin.sh[str(ROOT / "scripts" / command.program)][command.words[1:]])
        assert notes.path(release).read_text() == (
            f"mine, with #8\n\n## Bug fixes\n\n- Fix it (#{pull['number']}, @{pull['user']['login']})\n"
            "\n## Other changes\n\n- Unknown to GitHub (#99, Ada)\n"
        )
        assert notes.complete(release, origin.sh).holds


def test_without_a_release_branch_the_notes_say_what_is_missing(origin: Origin) -> None:
    with pytest.raises(PreconditionError, match=r"^origin has no branch v0\.9-branch, so") as caught:
        notes.require_branch(origin.sh, origin.release.checkout, "v0.9-branch", Version(0, 9, 0))
    assert caught.value.hint == "scripts/invoke cut-branch --version 0.9.0"
    notes.require_branch(origin.sh, origin.release.checkout, origin.release.branch, Version(0, 2, 1))
