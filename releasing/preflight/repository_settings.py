"""What a repository's settings refuse to a release: merges, branches and tags, found before anything is begun."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from releasing.clients.github import api
from releasing.errors import CommandError
from releasing.preflight.answer import Answer

if TYPE_CHECKING:
    from releasing.shell.protocol import Reads

# In the order in which a method is taken where release.yaml names none.
ALLOWED = {"squash": "allow_squash_merge", "merge": "allow_merge_commit", "rebase": "allow_rebase_merge"}
ACTIONS = "github-actions[bot]"
RULES = '.[] | select(.enforcement == "active" and (.target == "branch" or .target == "tag")) | .id'
HINDERING = ("creation", "required_signatures", "branch_name_pattern", "tag_name_pattern")


@dataclass(frozen=True)
class Created:
    """What a release creates on origin: branches (one that ends in a slash stands for all below it) and tags."""

    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def refs(self) -> tuple[str, ...]:
        """The whole names; one below each branch that stands for many."""
        heads = (f"refs/heads/{name}{'x' if name.endswith('/') else ''}" for name in self.branches)
        return (*heads, *(f"refs/tags/{name}" for name in self.tags))


def merge_methods(repository: Mapping[str, Any]) -> list[str]:
    """The ways in which the repository lets pull requests be merged; all when GitHub does not say."""
    told = {method: repository.get(name) for method, name in ALLOWED.items()}
    return [method for method, allowed in told.items() if allowed or not any(told.values())]


def answers(
    sh: Reads, slug: str, repository: Mapping[str, Any], method: str, created: Created
) -> Iterator[Answer]:
    """Everything in the settings of `slug` that a release would meet, given what GitHub says of the repository."""
    settings = f"https://github.com/{slug}/settings"
    if repository.get("archived"):
        yield Answer(f"{slug} is archived: it can only be read", f"unarchive it: {settings}")
        return
    allowed = merge_methods(repository)
    if method and method not in allowed:
        yield Answer(
            f"{slug} does not allow pull requests to be merged by {method} (it allows: {', '.join(allowed)})",
            f"write 'merge-method: {allowed[0]}' under 'pull-requests:' in release.yaml, or allow it: {settings}",
        )
    there = _branches(sh, slug)
    yield from _names(slug, there, created.branches)
    missing = tuple(name for name in created.branches if name not in there)
    yield from _rulesets(sh, slug, replace(created, branches=missing))


def of_actions(sh: Reads) -> Iterator[Answer]:
    """A problem when the token is the one that GitHub Actions gives to a job."""
    query = "query={viewer{login}}"
    try:
        login = sh.read(api.GH_API["graphql", "-f", query, "--jq", ".data.viewer.login"])
    except CommandError:
        return  # what else is wrong with the token is told by the questions about it
    if login == ACTIONS:
        yield Answer(
            "this token is the GITHUB_TOKEN of GitHub Actions: pull requests that it opens start no checks",
            "put the token of a person or of an App into GH_TOKEN",
        )


def _branches(sh: Reads, slug: str) -> list[str]:
    try:
        listed = sh.read(sh["git"]["ls-remote", "--heads", f"https://github.com/{slug}.git"]).splitlines()
    except CommandError:
        return []  # told where git is asked whether it can read the repository
    return [line.partition("\trefs/heads/")[2] for line in listed]


def _names(slug: str, there: Sequence[str], branches: Sequence[str]) -> Iterator[Answer]:
    """Git keeps branches as files: a branch `release` leaves no room for `release/v0.2.1-rc.0`."""
    for name in there:
        for wanted in branches:
            if _in_the_way(name, wanted):
                key = (
                    "'branch-prefix:' under 'pull-requests:'" if wanted.endswith("/") else "'release-branch:'"
                )
                yield Answer(
                    f"the branch {name} of {slug} leaves no room for {wanted}{'…' if wanted.endswith('/') else ''}",
                    f"delete or rename it, or write another {key} in release.yaml",
                )


def _in_the_way(name: str, wanted: str) -> bool:
    below = wanted if wanted.endswith("/") else f"{wanted}/"
    if not wanted.endswith("/") and name.startswith(below):
        return True
    # One folder more than ours: a branch of ours would have to be that folder.
    if wanted.endswith("/") and name.startswith(below) and "/" in name.removeprefix(below):
        return True
    return below.startswith(f"{name}/") and name != wanted


def _rulesets(sh: Reads, slug: str, created: Created) -> Iterator[Answer]:
    path = f"repos/{slug}/rulesets"
    if not created.refs:
        return
    try:
        ids = sh.read(api.question(path, RULES, [("includes_parents", "true")], pages=True)).split()
        found = [json.loads(sh.read(api.question(f"{path}/{each}", "."))) for each in ids]
    except (CommandError, ValueError):
        return  # a plan of GitHub's without rulesets, or a login that may not see them
    for ruleset in found:
        if ruleset.get("current_user_can_bypass") != "always":
            yield from _hindered(ruleset, created)


def _hindered(ruleset: Mapping[str, Any], created: Created) -> Iterator[Answer]:
    refs = [ref for ref in created.refs if _covers(ruleset, ref)]
    for rule in ruleset.get("rules") or ():
        kind = rule.get("type")
        named = [ref for ref in refs if _refuses(kind, rule.get("parameters") or {}, ref)]
        if named:
            yield Answer(
                f"the ruleset {ruleset.get('name')!r} ({kind}) does not let this login create {named[0]}",
                "ask an owner for the right to bypass it, or for an exception",
            )


def _refuses(kind: str, parameters: Mapping[str, Any], ref: str) -> bool:
    if kind not in HINDERING:
        return False
    if kind == "required_signatures":
        return ref.startswith("refs/heads/")
    return kind == "creation" or _mismatches(parameters, ref.split("/", 2)[2])


def _mismatches(parameters: Mapping[str, Any], name: str) -> bool:
    pattern, operator = str(parameters.get("pattern", "")), parameters.get("operator")
    held = {
        "starts_with": name.startswith(pattern),
        "ends_with": name.endswith(pattern),
        "contains": pattern in name,
    }.get(str(operator), True)
    return held == bool(parameters.get("negate"))


def _covers(ruleset: Mapping[str, Any], ref: str) -> bool:
    if not ref.startswith("refs/tags/" if ruleset.get("target") == "tag" else "refs/heads/"):
        return False
    names = (ruleset.get("conditions") or {}).get("ref_name") or {}
    included = any(_fits(pattern, ref) for pattern in names.get("include") or ())
    return included and not any(_fits(pattern, ref) for pattern in names.get("exclude") or ())


def _fits(pattern: str, ref: str) -> bool:
    """As GitHub's fnmatch: * stands for no slash, ** for any."""
    if pattern == "~ALL":
        return True
    parts = re.split(r"(\*\*|\*|\?)", pattern)
    signs = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.fullmatch("".join(signs.get(part, re.escape(part)) for part in parts), ref) is not None
