"""nightly.check looks at build contexts in other repositories, at the refs that the workflow checks out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.commands import session
from releasing.config import config_file
from releasing.config.path import OWN
from releasing.errors import UnmetError, UnreachableError
from releasing.nightly.build_contexts import BuildContext, looks
from releasing.nightly.maintenance import NightlyTask
from releasing.nightly.monitoring import status_claims
from releasing.rehearsal.sandbox import git_settings
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell
from releasing.verification.claim import Claim
from tests.support.nightly_projects import APP, repository
from tests.support.registries import rehearsal_registry
from tests.support.whole_releases import git

CONTEXT = "kubeflow/pytorch-operator/images"


@dataclass
class World:
    """Repositories as GitHub would have them, and what reads them."""

    folder: Path
    registry: str

    def __post_init__(self) -> None:
        self.own = repository(self.folder / "kubeflow" / "kubeflow.git", ["one"])
        self.other = self.folder / "kubeflow" / "pytorch-operator.git"
        script = self.other / "images" / "build_image.sh"
        script.parent.mkdir(parents=True)
        script.write_text("#!/bin/sh\n")
        git(self.other, "init", "--quiet", "-b", "master")
        self.commit(self.other)

    def commit(self, place: Path) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        git(place, "add", "--all")
        git(place, *identity, "commit", "--quiet", "--message", "More")
        return git(place, "rev-parse", "HEAD")

    def builds(self, *contexts: str, extra: str) -> None:
        """Have the one workflow build there, and check `extra` out."""
        component = self.own / APP / "components" / "one.jsonnet"
        scripts = ' + params.versionTag + "; '.join(
            f'/src/{each}/build_image.sh Dockerfile gcr.io/x/y "' for each in contexts
        )
        component.write_text(f"""\
local params = std.extVar("__ksonnet/params").components["one"];
{{
  apiVersion: "argoproj.io/v1alpha1", kind: "Workflow",
  metadata: {{ name: params.name }},
  spec: {{
    entrypoint: "all",
    templates: [
      {{ name: "all", steps: [[{{ name: "checkout", template: "checkout" }}], [{{ name: "b", template: "b" }}]] }},
      {{ name: "checkout", container: {{ env: [{{ name: "EXTRA_REPOS", value: "{extra}" }}] }} }},
      {{ name: "b", container: {{ command: ["sh", "-c", "{scripts} + params.versionTag] }} }},
    ],
  }},
}}
""")
        self.commit(self.own)

    def entries(self) -> Claim:
        """The claim on entries."""
        settings = git_settings({f"url.{self.folder}/.insteadOf": "https://github.com/"})
        mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={self.registry}/gcr.io"}
        work = release(self)
        shell = Shell(clean_environment() | settings | mirror)
        session.bring_up(work, shell)
        return next(
            each for each in status_claims.claims(work, session.asking(shell)) if each.name == "entries"
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with rehearsal_registry(tmp_path / "registry") as url:
        yield World(tmp_path, url)


def test_a_context_is_read_at_the_ref_that_the_workflow_checks_out(world: World) -> None:
    world.builds(CONTEXT, extra="kubeflow/testing@HEAD;kubeflow/pytorch-operator@HEAD")
    found = world.entries()
    assert (found.holds, found.details) == (
        False,
        (f"line 1: one: {CONTEXT}/build_image.sh is not executable",),
    )
    before = git(world.other, "rev-parse", "HEAD")

    (world.other / "images" / "build_image.sh").chmod(0o755)
    after = world.commit(world.other)
    git(world.other, "update-ref", "refs/pull/7/head", after)
    git(world.other, "branch", "v0.2-branch", before)
    for ref, holds in {
        "HEAD": True,
        "v0.2-branch": False,
        after: True,
        before: False,
        after[:8]: True,
        before[:8]: False,
        "HEAD:7": True,
    }.items():
        world.builds(CONTEXT, extra=f"kubeflow/pytorch-operator@{ref}")
        assert world.entries().holds is holds, ref


def test_a_repository_that_cannot_be_read_makes_the_claim_unknown_and_not_false(world: World) -> None:
    world.builds("kubeflow/katib/manager", extra="kubeflow/katib@HEAD")
    found = world.entries()
    assert (found.holds, found.found) == (None, "1 build context could not be read")
    assert "line 1: one: kubeflow/katib at HEAD cannot be read: fatal: " in found.details[0]
    with pytest.raises(UnreachableError, match="could not be read: entries"):
        status_claims.require([found])

    world.builds(
        "kubeflow/katib/manager", CONTEXT, extra="kubeflow/katib@HEAD;kubeflow/pytorch-operator@HEAD"
    )
    both = world.entries()
    assert (both.holds, len(both.details)) == (False, 2)
    with pytest.raises(UnmetError, match="checks failed: entries"):
        status_claims.require([both])


def test_a_ref_or_a_repository_that_the_workflow_cannot_check_out_is_wrong(world: World) -> None:
    world.builds(CONTEXT, extra="kubeflow/pytorch-operator@v9")
    assert world.entries().details == ("line 1: one: kubeflow/pytorch-operator has no v9",)
    world.builds(CONTEXT, extra="kubeflow/testing@HEAD")
    (problem,) = world.entries().details
    assert f"{CONTEXT}: EXTRA_REPOS has kubeflow/testing, but not kubeflow/pytorch-operator" in problem


def test_what_git_would_take_for_an_option_is_no_ref_and_starts_nothing(world: World) -> None:
    mark = world.folder / "ran"
    world.builds(CONTEXT, extra=f"kubeflow/pytorch-operator@--upload-pack=touch {mark}")
    (told,) = world.entries().details
    assert "is no ref" in told
    assert not mark.exists()


@pytest.mark.parametrize("path", ["../../../precious", "kubeflow/../../precious", "kubeflow/.."])
def test_a_context_outside_of_a_repository_is_not_looked_at_and_nothing_is_deleted(
    world: World, path: str
) -> None:
    precious = world.folder / "precious"
    precious.mkdir()
    (precious / "build_image.sh").touch(0o755)
    found = [*looks(release(world), Shell(), [BuildContext(path)])]  # type: ignore[arg-type]
    assert [each.problem for each in found] == [f"{path} is not OWNER/NAME/FOLDER"]
    assert (precious / "build_image.sh").exists()


def release(world: World) -> NightlyTask:
    config = config_file.load(OWN)
    return NightlyTask(config, config.profiles["rehearsal"], world.folder / "state", "nightly.check", "check")
