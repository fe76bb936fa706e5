"""What stands in the way of a new workflow of the image auto release, on the default branch as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.errors import PreconditionError
from releasing.nightly import build_contexts, default_branch
from releasing.nightly.adding import build_template
from releasing.nightly.adding.addition import Addition, folder

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell


def require_possible(release: NightlyTask, sh: StepShell, asked: Addition) -> None:
    """Look at everything that stands in the way of `asked`, on the default branch as it is.

    Raises ConfigError for a release config that does not parse, PreconditionError for a name that is taken and for a
    build context that is none.
    """
    if release.config.engine == "argo":
        _require_pods(release, asked)
    known = {each.name: each for each in default_branch.entries(release, sh)}
    taken = [each.name for each in asked.entries(release) if each.name in known]
    if taken:
        line = known[taken[0]].line
        raise PreconditionError(
            f"{release.settings.config}:{line}: an entry {taken[0]} exists already", "choose another name"
        )
    _require_place(release, sh, asked)
    own = {release.slug: release.config.default_branch}
    problems = [*build_contexts.problems(release, sh, asked.contexts, own | asked.repositories)]
    if problems:
        raise PreconditionError("\n".join(problems), "docs/build-contract.md says what a build context is")
    for context in asked.contexts:
        build_contexts.tell_breaches(release, sh, context)


def _require_place(release: NightlyTask, sh: StepShell, asked: Addition) -> None:
    """Raise PreconditionError when the app is there that is to be made, or is not there that is to be added to."""
    place = folder(release, asked)
    branch = f"origin/{release.config.default_branch}"
    listing = release.origin(sh).git["ls-tree", "-r", "--name-only", "-z", branch, f"{place}/"]
    there = {path.removeprefix(f"{place}/") for path in sh.read(listing).split("\0")} - {""}
    is_app, argo = "app.yaml" in there, release.config.engine == "argo"
    if there and not asked.app:
        raise PreconditionError(
            f"{place}: an app of that name exists already",
            f"choose another name, or give it another component: --app {asked.name}",
        )
    if asked.app and is_app == argo:
        kind = "folder of WorkflowTemplates" if argo else "ksonnet app"
        raise PreconditionError(
            f"{place}: no app of that name exists, because there is no {kind}",
            "leave --app out to create one",
        )
    for each in asked.components:
        if (f"{each}.yaml" if argo else f"components/{each}.jsonnet") in there:
            raise PreconditionError(
                f"{place}: a component {each} exists already", "choose another name: --component NAME"
            )


def _require_pods(release: NightlyTask, asked: Addition) -> None:
    build_template.pods_of(release.config)
    for part in asked.parts:
        build_template.image_build(part.image, part.context, part.dockerfile, asked.extra_arguments)
