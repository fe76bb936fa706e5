"""What stands between a pull request and its merge: reviews, checks, a base that moved on, a merge queue."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from releasing.rehearsal.github.checks.check_runs import latest, runs
from releasing.rehearsal.github.checks.statuses import newest, reports
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.pulls.protection import Rule, rule_for
from releasing.rehearsal.github.pulls.pull_following import branch_head
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.state import CheckRun, PullRecord, Review

PASSED = ("success", "neutral", "skipped")
# By check how its status ended, and its check run: there can be both.
Standing = dict[str, list[str]]
WORDS = {"error": "failing", "failure": "failing"}


def what_blocks(call: Call, pull: PullRecord) -> str | None:
    """Why the rules of the base do not let the head be merged, in GitHub's words; None when they do."""
    return _blocking(rule_for(call, pull.base), pull, _standing(call, pull.head_commit))


def _blocking(rule: Rule, pull: PullRecord, standing: Standing) -> str | None:
    return next(chain(_missing_reviews(rule, pull), _missing_checks(rule, standing)), None)


def how_it_stands(call: Call, pull: PullRecord) -> str:
    """The mergeable_state of a pull request that is no draft and has no conflict."""
    standing = _standing(call, pull.head_commit)
    if _blocking(rule_for(call, pull.base), pull, standing):
        return "blocked"
    if is_behind(call, pull):
        return "behind"
    return "clean" if all(word in PASSED for words in standing.values() for word in words) else "unstable"


def is_behind(call: Call, pull: PullRecord) -> bool:
    """Whether the base has to be in the head before a merge, and is not."""
    if not rule_for(call, pull.base).up_to_date:
        return False
    base = branch_head(call.repository, pull.base)
    return base is not None and not git_objects.is_ancestor(call.repository.path, base, pull.head_commit)


def _missing_reviews(rule: Rule, pull: PullRecord) -> Iterator[str]:
    if not rule.required_approving_reviews:
        return
    standing = [review.state for review in _opinions(pull) if review.counts]
    if "CHANGES_REQUESTED" in standing:
        yield "Changes were requested by a reviewer with write access."
    wanted = rule.required_approving_reviews
    if standing.count("APPROVED") < wanted:
        verb = "review is" if wanted == 1 else "reviews are"
        yield f"At least {wanted} approving {verb} required by reviewers with write access."


def _opinions(pull: PullRecord) -> list[Review]:
    """The last word of each reviewer; a comment takes nothing back."""
    last = {review.login: review for review in pull.reviews if review.state != "COMMENTED"}
    return list(last.values())


def _missing_checks(rule: Rule, standing: Standing) -> Iterator[str]:
    for context in rule.required_contexts:
        # A status and a check run of one name are both required.
        for state in standing.get(context, ["expected"]):
            if state not in PASSED:
                yield f'Required status check "{context}" is {WORDS.get(state, state)}.'


def _standing(call: Call, commit: str) -> Standing:
    found = {name: [status.state] for name, status in newest(reports(call, commit)).items()}
    for run in latest(runs(call, commit)):
        found.setdefault(run.name, []).append(_word(run))
    return found


def _word(run: CheckRun) -> str:
    if run.conclusion is None:
        return "in progress" if run.status == "in_progress" else run.status
    return run.conclusion if run.conclusion in PASSED else "failing"
