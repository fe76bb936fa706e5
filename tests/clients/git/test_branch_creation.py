"""Branches that are created once, on a real origin that is slow, contested or lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from releasing.clients.git import branch_creation
from releasing.errors import CommandError
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.bare_repository import commit, head
from tests.support.histories import TOGETHER, Workplace, hook
from tests.support.releases import Origin, origin_in, release_at

BRANCH = "v0.3-branch"
# Somebody else's commit takes the ref while our push is being looked at: git refuses ours at its lock.
OVERTAKEN = "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/v0.3-branch {other}"
# The ref is taken, and git ends before it can say so.
LOST = 'read -r old new ref\n[ "$1" != committed ] || [ "$ref" != refs/heads/v0.3-branch ] || kill -9 $PPID'


@dataclass
class Person:
    """Somebody with a clone of their own, and what they were told."""

    origin: Origin
    told: list[str] = field(default_factory=list)

    def create(self, commit_id: str) -> None:
        release, sh = self.origin.release, self.origin.sh
        sh.shell.show = self.told.append
        branch_creation.create(release.origin(sh), release.origin(sh).git, BRANCH, commit_id)

    def said(self, text: str) -> bool:
        return any(text in line for line in self.told)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(origin_in(tmp_path).fetched())


def test_a_branch_is_created_at_the_commit(person: Person) -> None:
    wanted = head(person.origin.bare, "v0.2-branch")
    person.create(wanted)
    assert head(person.origin.bare, BRANCH) == wanted
    assert len(person.told) == 1


def test_a_branch_that_is_there_is_told_about_and_never_moved(person: Person, tmp_path: Path) -> None:
    people = Workplace.of(person.origin.bare, tmp_path / "people")
    theirs = people.write(BRANCH, "a", "1", "Begin v0.3", start="master")
    person.create(head(person.origin.bare, "master"))
    date = people.git("log", "-1", "--format=%as")
    assert head(person.origin.bare, BRANCH) == theirs
    assert person.told[-1] == (
        f"somebody else created {BRANCH} meanwhile; it is used as it is: {theirs[:12]} Begin v0.3 (Grace, {date})"
    )
    assert person.origin.release.origin(person.origin.sh).has(f"origin/{BRANCH}")


def test_a_branch_that_is_behind_is_not_moved_forward_either(person: Person) -> None:
    behind = head(person.origin.bare, "v0.2-branch")
    commit(person.origin.bare, BRANCH, "unused", "", start="v0.2-branch")
    person.origin.sh.run(
        person.origin.sh["git"]["-C", str(person.origin.bare), "update-ref", f"refs/heads/{BRANCH}", behind]
    )
    person.create(head(person.origin.bare, "master"))
    assert head(person.origin.bare, BRANCH) == behind


def test_who_is_overtaken_between_looking_and_taking_is_told(person: Person) -> None:
    theirs = head(person.origin.bare, "v0.2-branch")
    hook(person.origin.bare, "pre-receive", OVERTAKEN.format(other=theirs))
    person.create(head(person.origin.bare, "master"))
    assert head(person.origin.bare, BRANCH) == theirs
    assert person.said(f"meanwhile; it is used as it is: {theirs[:12]}")


def test_of_two_who_push_at_once_exactly_one_wins(person: Person, tmp_path: Path) -> None:
    sh = StepShell(Shell(person.origin.sh.environment), person.origin.sh.journal, "other")
    other = Person(Origin(release_at(tmp_path / "other"), person.origin.bare, sh).fetched())
    hook(person.origin.bare, "pre-receive", TOGETHER)
    wishes = {"v0.2-branch": person, "master": other}
    commits = {name: head(person.origin.bare, name) for name in wishes}
    threads = [threading.Thread(target=who.create, args=[commits[name]]) for name, who in wishes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = head(person.origin.bare, BRANCH)
    assert won in commits.values()
    for name, who in wishes.items():
        assert who.said(f"it is used as it is: {won[:12]}") is (commits[name] != won), who.told


def test_a_push_whose_answer_was_lost_is_recognised(person: Person) -> None:
    wanted = head(person.origin.bare, "master")
    hook(person.origin.bare, "reference-transaction", LOST)
    person.create(wanted)
    assert head(person.origin.bare, BRANCH) == wanted
    assert person.said(f"{BRANCH} is on origin at {wanted[:12]} as wanted, although the push failed: ")


def test_a_push_that_is_refused_is_an_error(person: Person) -> None:
    hook(person.origin.bare, "pre-receive", "echo 'only on Fridays' >&2; exit 1")
    with pytest.raises(CommandError, match="only on Fridays"):
        person.create(head(person.origin.bare, "master"))


def test_an_origin_that_is_gone_is_told_by_what_the_push_said(person: Person) -> None:
    wanted = head(person.origin.bare, "master")
    person.origin.bare.rename(person.origin.bare.with_name("gone.git"))
    with pytest.raises(CommandError, match=r"git .* push --quiet"):
        person.create(wanted)
