"""A candidate has everything that its release changed, whatever else is on the branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.clients.git import tagging
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.recipes import RC
from releasing.runbook.choice import Choice
from releasing.steps.tag_candidate import tag_candidate
from tests.support.bare_repository import commit, head
from tests.support.releases import CONFIG, Origin, hosted

PIN = {"file": "config.txt", "pattern": "(two|v0.*)", "value": "{tag}"}
WITH_PIN = Config.model_validate(CONFIG.model_dump(by_alias=True) | {"pins": [PIN], "checks": {}})


def merged(origin: Origin, api: object) -> tuple[str, str]:
    """The release branch before and after the release's own pull request."""
    before = head(origin.bare, origin.release.branch)
    branch = origin.release.head("update-prototypes")
    commit(origin.bare, branch, "config.txt", "v0.2.1\n", start=origin.release.branch)
    assert callable(api)
    pulls = "repos/kubeflow/kubeflow/pulls"
    api(pulls, "-f", "title=Use them", "-f", f"head={branch}", "-f", f"base={origin.release.branch}")
    api("-X", "PUT", f"{pulls}/1/merge", "-f", "merge_method=squash")
    origin.sh.run(origin.release.origin(origin.sh).fetch())
    return before, head(origin.bare, origin.release.branch)


def test_a_commit_without_the_releases_own_change_is_no_candidate(tmp_path: Path) -> None:
    with hosted(tmp_path) as (plain, github):
        origin = replace(plain, release=replace(plain.release, config=WITH_PIN))
        before, after = merged(origin, github.api)
        release, sh = origin.release, origin.sh
        (tagging_it,) = RC.of(release).span(tag_candidate.name, tag_candidate.name)
        sh.journal.choose("tag-candidate", Choice("candidate commit"), lambda: before)
        lack = f"{before[:12]} does not have #1 of {release.tag}"
        with pytest.raises(PreconditionError, match=lack):
            tagging_it.action(release, sh)
        assert release.origin(sh).tags(f"{release.tag}*") == []
        tagging.push(
            release.origin(sh), release.tag, before, release.annotation(release.tag), release.tag_taken
        )
        assert tagging_it.verify(release, sh).text == lack
        sh.run(sh["git"]["-C", str(origin.bare), "tag", "-d", release.tag])
        tagging.push(
            release.origin(sh), release.tag, after, release.annotation(release.tag), release.tag_taken
        )
        assert tagging_it.verify(release, sh).holds
