"""How branches are protected: NAME.protection.json, by branch glob; without it, presubmits on every branch.

{"v*-branch": {"required_contexts": ["presubmit"], "required_approving_reviews": 1, "up_to_date": true,
               "merge_queue": false, "pull_requests_only": true}}

A rule for the branch's very name comes first, then the first glob that fits; `*` stands for no slash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from pydantic import ConfigDict, TypeAdapter

from releasing.rehearsal.github.requests import Call, Reply, page_of
from releasing.rehearsal.github.settings_files import settings_in
from releasing.rehearsal.github.shapes import Json, stable_id
from releasing.rehearsal.github.state import Repository


@dataclass(frozen=True)
class Rule:
    """What a branch asks of a pull request; `pull_requests_only` refuses pushes that move or delete it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    required_contexts: tuple[str, ...] = ()
    required_approving_reviews: int = 0
    up_to_date: bool = False
    merge_queue: bool = False
    pull_requests_only: bool = False


@cache
def _form() -> TypeAdapter[dict[str, Rule]]:
    return TypeAdapter(dict[str, Rule])


def rules_of(repository: Repository) -> dict[str, Rule] | None:
    """The rules by glob, those for a very name first; None when nobody set any, ConfigError when not valid."""
    file = repository.beside("protection.json")
    if not file.exists():
        return None
    rules = settings_in(file, _form(), {})
    return dict(sorted(rules.items(), key=lambda rule: _is_glob(rule[0])))


def _is_glob(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def rule_for(call: Call, branch: str) -> Rule:
    """The rule that protects the branch; one that asks for nothing when none does."""
    rules = rules_of(call.repository)
    if rules is None:
        return Rule(required_contexts=tuple(call.settings.presubmits))
    return next((rule for glob, rule in rules.items() if _fits(glob, branch)), Rule())


def _fits(glob: str, branch: str) -> bool:
    return glob.count("/") == branch.count("/") and all(
        fnmatchcase(part, pattern) for part, pattern in zip(branch.split("/"), glob.split("/"), strict=True)
    )


def branch_rules(call: Call) -> Reply:
    """GET rules/branches/{branch}: what protects it, in the words of rulesets, which anybody may read."""
    origin = {
        "ruleset_source_type": "Repository",
        "ruleset_source": call.repository.full_name,
        "ruleset_id": stable_id("ruleset", call.repository.full_name),
    }
    rules = [{**shape, **origin} for shape in _rule_shapes(rule_for(call, call.names["branch"]))]
    shown, headers = page_of(call, rules)
    return Reply(200, list(shown), headers)


def _rule_shapes(rule: Rule) -> Iterator[Json]:
    if rule.pull_requests_only or rule.required_approving_reviews:
        yield {"type": "pull_request", "parameters": _review_parameters(rule)}
    if rule.required_contexts:
        checks = [{"context": context} for context in rule.required_contexts]
        parameters = {
            "required_status_checks": checks,
            "strict_required_status_checks_policy": rule.up_to_date,
        }
        yield {"type": "required_status_checks", "parameters": parameters}
    if rule.merge_queue:
        yield {"type": "merge_queue"}
    if rule.pull_requests_only:
        yield from ({"type": kind} for kind in ("deletion", "non_fast_forward"))


def _review_parameters(rule: Rule) -> Json:
    unasked = (
        "dismiss_stale_reviews_on_push require_code_owner_review require_last_push_approval"
        " required_review_thread_resolution"
    )
    count = rule.required_approving_reviews
    return {**dict.fromkeys(unasked.split(), False), "required_approving_review_count": count}
