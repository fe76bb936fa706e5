"""Open issues that stop a candidate, on a local GitHub."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.blockers import labelled
from releasing.errors import CommandError
from releasing.rehearsal.github.state import Issue
from tests.rehearsal.local_github import LocalGitHub
from tests.rehearsal.project import commit
from tests.releases import Origin, hosted

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
    assert labelled(origin.sh.shell, SLUG, ("priority/p0", "release blocker")) == [
        f"#{both} Both ({link}/{both})",
        f'#{one} One "quoted" ({link}/{one})',
    ]


def test_closed_issues_and_pull_requests_do_not_block(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    issue(github, "Closed", "priority/p0", closed=time.time())
    commit(origin.bare, "fix", "fix.txt", "fixed\n")
    pull = github.api(f"repos/{SLUG}/pulls", "-f", "title=Fix", "-f", "head=fix", "-f", "base=master")
    github.api(f"repos/{SLUG}/issues/{pull['number']}/labels", "-f", "labels[]=priority/p0")
    assert labelled(origin.sh.shell, SLUG, ("priority/p0",)) == []


def test_blockers_beyond_the_first_page_are_found(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    for number in range(31):
        issue(github, f"Blocker {number}", "priority/p0")
    assert len(labelled(origin.sh.shell, SLUG, ("priority/p0",))) == 31


def test_a_github_that_fails_is_an_error_and_not_an_empty_list(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    github.faults.add("GET", "/issues", "502")
    with pytest.raises(CommandError, match="gh api --paginate"):
        labelled(origin.sh.shell, SLUG, ("priority/p0",))
