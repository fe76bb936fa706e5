"""What a repository's settings refuse is told before a release begins, through the real gh."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from releasing.preflight import access
from releasing.preflight.repository_settings import Created, merge_methods
from releasing.release import Release
from tests.support.bare_repository import head
from tests.support.local_github import LocalGitHub
from tests.support.protected_branch import known, opened
from tests.support.releases import Origin, hosted

Hosted = tuple[Origin, LocalGitHub]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as both:
        yield both


def problems(world: Hosted, release: Release | None = None, **settings: bool) -> list[str]:
    """What stands in the way of a release, given the owner's settings."""
    origin, github = world
    github.repository().beside("settings.json").write_text(json.dumps(settings))
    found = access.answers(origin.sh, access.need(release or origin.release))
    assert all(each.hint for each in found if each.problem)
    return [each.text for each in found if each.problem]


def with_pull_requests(world: Hosted, **settings: str) -> Release:
    release = world[0].release
    wanted = release.config.pull_requests.model_copy(update=settings)
    return replace(release, config=release.config.model_copy(update={"pull_requests": wanted}))


def rules(world: Hosted, *rulesets: dict[str, Any]) -> None:
    world[1].repository().beside("rulesets.json").write_text(json.dumps(rulesets))


def ruleset(target: str, include: str, kind: str, bypass: str = "never", **more: Any) -> dict[str, Any]:
    """A ruleset of one rule; `more` are the rule's parameters."""
    return {
        "name": "guard",
        "target": target,
        "enforcement": "active",
        "current_user_can_bypass": bypass,
        "conditions": {"ref_name": {"include": [include], "exclude": ["refs/heads/release/spare/**"]}},
        "rules": [{"type": kind, "parameters": more}],
    }


def test_a_repository_of_the_usual_settings_has_no_problem(world: Hosted) -> None:
    assert problems(world) == []


def test_an_archived_repository_is_told(world: Hosted) -> None:
    assert problems(world, archived=True) == ["kubeflow/kubeflow is archived: it can only be read"]


def test_a_method_of_release_yaml_that_is_not_allowed_is_told_with_those_that_are(world: Hosted) -> None:
    release = with_pull_requests(world, merge_method="squash")
    (text,) = problems(world, release, allow_squash_merge=False)
    assert text.endswith("to be merged by squash (it allows: merge)")


@pytest.mark.parametrize("allowed", ["squash", "merge", "rebase"])
def test_without_one_the_way_to_merge_is_the_repositorys(world: Hosted, allowed: str) -> None:
    names = {"squash": "allow_squash_merge", "merge": "allow_merge_commit", "rebase": "allow_rebase_merge"}
    settings = {name: method == allowed for method, name in names.items()}
    assert problems(world, None, **settings) == []
    assert merge_methods(settings) == [allowed]
    origin, github = world
    opened(github)
    refused = [each for each in names if each != allowed]
    for method in refused:
        words = ("-X", "PUT", "repos/kubeflow/kubeflow/pulls/1/merge", "-f", f"merge_method={method}")
        status, body = github.refused(*words)
        assert (status, "are not allowed on this repository" in body["message"]) == (405, True)
    merged = github.api("-X", "PUT", "repos/kubeflow/kubeflow/pulls/1/merge", "-f", f"merge_method={allowed}")
    assert head(origin.bare, "master") == merged["sha"]


def test_a_login_that_is_not_told_the_settings_may_merge_in_any_way() -> None:
    assert merge_methods({"allow_squash_merge": None}) == ["squash", "merge", "rebase"]


def test_the_token_of_actions_is_told_and_that_of_another_app_is_not(world: Hosted) -> None:
    origin, github = world
    known(
        github,
        job={"login": "github-actions[bot]", "app": True},
        other={"login": "release[bot]", "app": True},
    )
    origin.sh.environment["GH_TOKEN"] = "job"
    (text,) = problems(world)
    assert text.startswith("this token is the GITHUB_TOKEN of GitHub Actions")
    origin.sh.environment["GH_TOKEN"] = "other"
    assert problems(world) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("release", "leaves no room for release/v0.2.1-rc.0/…"),
        ("release/v0.2.1-rc.0", "leaves no room for release/v0.2.1-rc.0/…"),
        ("release/v0.2.1-rc.0/update-tfjob/again", "leaves no room for release/v0.2.1-rc.0/…"),
        ("release/v0.2.1-rc.0/update-tfjob", ""),
        ("release/v0.2.1", ""),
        ("releases", ""),
        ("release/v0.2.0-rc.0/x", ""),
    ],
)
def test_a_branch_that_leaves_no_room_for_ours_is_told(world: Hosted, name: str, said: str) -> None:
    git = world[0].sh["git"]["--git-dir", str(world[0].bare)]
    world[0].sh.run(git["branch", name, "master"])
    found = problems(world)
    assert [said in each for each in found] == ([True] if said else [])
    assert problems(world, with_pull_requests(world, branch_prefix="bot-")) == []


def test_a_branch_below_the_name_of_the_release_branch_is_told(world: Hosted) -> None:
    git = world[0].sh["git"]["--git-dir", str(world[0].bare)]
    world[0].sh.run(git["branch", "-D", "v0.2-branch"])
    world[0].sh.run(git["branch", "v0.2-branch/ada", "master"])
    (text,) = problems(world)
    assert text.endswith("leaves no room for v0.2-branch")


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (ruleset("tag", "refs/tags/v*", "creation"), "create refs/tags/v0.2.1-rc.0"),
        (ruleset("tag", "~ALL", "creation"), "create refs/tags/v0.2.1-rc.0"),
        (ruleset("branch", "refs/heads/release/**/*", "creation"), "create refs/heads/release/"),
        (ruleset("branch", "refs/heads/v*-branch", "creation"), ""),
        (ruleset("branch", "~ALL", "required_signatures"), "(required_signatures)"),
        (
            ruleset("tag", "~ALL", "tag_name_pattern", operator="starts_with", pattern="rel-"),
            "(tag_name_pattern)",
        ),
        (ruleset("tag", "~ALL", "tag_name_pattern", operator="starts_with", pattern="v"), ""),
        (
            ruleset("tag", "~ALL", "tag_name_pattern", operator="contains", pattern="-rc", negate=True),
            "(tag_name",
        ),
        (ruleset("tag", "refs/tags/v*", "creation", bypass="always"), ""),
        (ruleset("tag", "refs/tags/v*", "creation") | {"enforcement": "evaluate"}, ""),
        (ruleset("tag", "refs/tags/v*", "deletion"), ""),
        (ruleset("tag", "refs/tags/release-*", "creation"), ""),
        (ruleset("branch", "refs/heads/*", "pull_request"), ""),
    ],
)
def test_a_ruleset_that_this_login_may_not_pass_by_is_told(
    world: Hosted, guard: dict[str, Any], said: str
) -> None:
    rules(world, guard)
    found = problems(world)
    assert [said in each and each.startswith("the ruleset 'guard'") for each in found] == (
        [True] if said else []
    )


def test_a_release_branch_that_has_still_to_be_cut_counts(world: Hosted) -> None:
    rules(world, ruleset("branch", "refs/heads/v*-branch", "creation"))
    git = world[0].sh["git"]["--git-dir", str(world[0].bare)]
    world[0].sh.run(git["branch", "-D", "v0.2-branch"])
    assert "create refs/heads/v0.2-branch" in problems(world)[0]


def test_rulesets_that_cannot_be_seen_stop_nothing(world: Hosted) -> None:
    world[1].faults.add("GET", "/rulesets", "403")
    assert problems(world) == []


def test_what_a_release_creates_is_named_as_refs() -> None:
    created = Created(("release/v0.2.1-rc.0/", "v0.2-branch"), ("v0.2.1-rc.0",))
    assert created.refs == (
        "refs/heads/release/v0.2.1-rc.0/x",
        "refs/heads/v0.2-branch",
        "refs/tags/v0.2.1-rc.0",
    )
