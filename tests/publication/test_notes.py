"""Release notes, from real history."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.support.releases import Origin, hosted


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    with hosted(tmp_path) as (origin, _github):
        yield origin


def merged(origin: Origin, *subjects: str, tag: str = "") -> None:
    """Put an empty commit for each subject on the release branch, and a tag on the last."""
    git = origin.sh["git"]["-C", origin.release.checkout]
    origin.sh.run(git["checkout", "--quiet", "--detach", f"origin/{origin.release.branch}"])
    for subject in subjects:
        origin.sh.run(git["commit", "--quiet", "--allow-empty", "-m", subject])
    if tag:
        origin.sh.run(git["tag", tag])
    origin.sh.run(git["push", "--quiet", "--tags", "origin", f"HEAD:refs/heads/{origin.release.branch}"])


def written(origin: Origin, text: str) -> Path:
    path = notes.path(origin.release)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


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
        notes.source(origin.release, origin.sh).require_branch("v0.9-branch", Version(0, 9, 0))
    assert caught.value.hint == "scripts/invoke cut-branch --version 0.9.0"
    notes.source(origin.release, origin.sh).require_branch(origin.release.branch, Version(0, 2, 1))
