"""Open issues that stop a candidate, on a local GitHub."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.errors import CommandError, PreconditionError
from releasing.gates.blockers import found, without
from releasing.rehearsal.github.state import Issue
from tests.support.bare_repository import commit
from tests.support.local_github import LocalGitHub
from tests.support.releases import Origin, hosted

SLUG = "kubeflow/kubeflow"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    with hosted(tmp_path) as both:
        yield both


def issue(github: LocalGitHub, title: str, *labels: str, closed: float | None = None) -> int:
    """Put an issue straight into what the local GitHub remembers; its number."""
    repository = github.repository()
    state = repository.read()
    number = len(state.issues) + 1
    opened = Issue(number, title, None, "ada", time.time(), closed, labels)
    repository.write(replace(state, issues=(*state.issues, opened)))
    return number


def test_an_issue_with_any_of_the_labels_is_listed_once(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    both = issue(github, "Both", "priority/p0", "release blocker")
    one = issue(github, 'One "quoted"', "release blocker")
    issue(github, "Other", "priority/p1")
    link = f"https://github.com/{SLUG}/issues"
    listed = found(origin.sh.shell, SLUG, ("priority/p0", "release blocker"))
    assert [str(blocker) for blocker in listed] == [
        f"#{both} Both ({link}/{both})",
        f'#{one} One "quoted" ({link}/{one})',
    ]


def test_closed_issues_and_pull_requests_do_not_block(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    issue(github, "Closed", "priority/p0", closed=time.time())
    commit(origin.bare, "fix", "fix.txt", "fixed\n")
    pull = github.api(f"repos/{SLUG}/pulls", "-f", "title=Fix", "-f", "head=fix", "-f", "base=master")
    github.api(f"repos/{SLUG}/issues/{pull['number']}/labels", "-f", "labels[]=priority/p0")
    assert found(origin.sh.shell, SLUG, ("priority/p0",)) == []


def test_blockers_beyond_the_first_page_are_found(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    for number in range(31):
        issue(github, f"Blocker {number}", "priority/p0")
    assert len(found(origin.sh.shell, SLUG, ("priority/p0",))) == 31


def test_a_github_that_fails_is_an_error_and_not_an_empty_list(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    github.faults.add("GET", "/issues", "502")
    with pytest.raises(CommandError, match="gh api --paginate"):
        found(origin.sh.shell, SLUG, ("priority/p0",))


def test_only_issues_in_the_milestone_count_where_there_is_one(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    for title in ("0.2.0", "0.2.1"):
        github.api(f"repos/{SLUG}/milestones", "-f", f"title={title}")
    filed, other = issue(github, "Ours", "priority/p0"), issue(github, "Theirs", "priority/p0")
    github.api("-X", "PATCH", f"repos/{SLUG}/issues/{filed}", "-F", "milestone=2")
    github.api("-X", "PATCH", f"repos/{SLUG}/issues/{other}", "-F", "milestone=1")
    listed = found(origin.sh.shell, SLUG, ("priority/p0",), "0.2.1")
    assert [blocker.title for blocker in listed] == ["Ours"]


def test_a_milestone_that_is_not_there_is_an_error_with_those_that_are(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    github.api(f"repos/{SLUG}/milestones", "-f", "title=0.2.0")
    with pytest.raises(PreconditionError, match=r"has no milestone '0\.2\.1' \(it has: 0\.2\.0\)"):
        found(origin.sh.shell, SLUG, ("priority/p0",), "0.2.1")


def test_a_waived_blocker_does_not_count(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    waived, other = issue(github, "Waived", "priority/p0"), issue(github, "Other", "priority/p0")
    listed = found(origin.sh.shell, SLUG, ("priority/p0",))
    assert [blocker.number for blocker in without(listed, {str(waived)})] == [str(other)]
