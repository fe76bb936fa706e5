"""A new workflow of the image auto release: what is asked for, and what stands in its way.

Runbook: "Create Release Workflow" and "Update Release Config".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from releasing import origin
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.nightly import build_contexts, build_template
from releasing.nightly.build_contexts import repository_of
from releasing.nightly.release_config import NAME, Entry, parse

if TYPE_CHECKING:
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell

STEP = "nightly-add"
PACKAGE = "kubeflow/automation"
REGISTRY = "kubeflow"
EXTRA = re.compile(r"(?P<slug>[\w.-]+/[\w.-]+)@(?P<ref>[\w./:-]+)")
IMAGE = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*")


@dataclass(frozen=True)
class Addition:
    """An app `name` with one component for each image; `contexts` are OWNER/NAME/FOLDER, one for each image.

    With `engine: argo` each component is a WorkflowTemplate in a file of its own.
    """

    name: str
    images: tuple[str, ...]
    contexts: tuple[str, ...]
    extra_repositories: str = ""
    extra_arguments: str = ""

    @classmethod
    def parse(cls, options: dict[str, Any], repository: str) -> Addition:
        """From options as typed; raises one UsageError for everything that is wrong with them."""
        names = {key: _listed(options[key]) for key in ("image", "dockerfile_dir")}
        contexts = tuple(path.rstrip("/") for path in names["dockerfile_dir"])
        asked = cls(options["name"], names["image"], contexts, options["extra_repos"], options["extra_args"])
        if problems := [*asked._problems(repository)]:
            example = f"--image {asked.name or 'NAME'} --dockerfile-dir {repository}/FOLDER"
            raise UsageError(
                "\n".join(problems), f"for example: nightly.add {asked.name or 'NAME'} {example}"
            )
        return asked

    def _problems(self, repository: str) -> Iterator[str]:
        if not NAME.fullmatch(self.name):
            yield f"--name {self.name!r}: expected small letters, digits and '-'"
        yield from (f"--image {each!r}: expected a name without registry and tag" for each in self._strangers)
        if not self.images or len(self.images) != len(self.contexts):
            yield "--image and --dockerfile-dir: one folder for each image, with commas between them"
        words = [each for each in self.extra_repositories.split(";") if each]
        yield from (
            f"--extra-repos {each!r}: expected OWNER/NAME@REF" for each in words if not EXTRA.fullmatch(each)
        )
        for context in self.contexts:
            path = PurePosixPath(context)
            if path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
                yield f"--dockerfile-dir {context}: expected OWNER/NAME/FOLDER"
            elif repository_of(context) not in (repository, *self.repositories):
                wanted = f"kubeflow/testing@HEAD;{repository_of(context)}@HEAD"
                yield (
                    f"--dockerfile-dir {context}: {repository_of(context)} is not checked out by the workflow; "
                    f"add --extra-repos '{wanted}'"
                )

    @property
    def _strangers(self) -> list[str]:
        return [each for each in self.images if not IMAGE.fullmatch(each)]

    @property
    def repositories(self) -> dict[str, str]:
        """The further repositories that the workflow checks out, each with its ref."""
        found = (EXTRA.fullmatch(each) for each in self.extra_repositories.split(";"))
        return {each["slug"]: each["ref"] for each in found if each}

    def entries(self, release: Upkeep) -> list[Entry]:
        """What the release config gets: an app of one image has a component of its own name."""
        app_dir = f"{release.slug}/{folder(release, self.name)}"
        components = [self.name] if len(self.images) == 1 else [*self.images]
        return [Entry(f"{each}-release", app_dir, each) for each in components]


def folder(release: Upkeep, name: str) -> str:
    """Where the app is in the repository: beside the release config."""
    return str(PurePosixPath(release.settings.config).parent / name)


def require_possible(release: Upkeep, sh: StepShell, asked: Addition) -> None:
    """Look at everything that stands in the way of `asked`, on the default branch as it is.

    Raises ConfigError for a release config that does not parse, PreconditionError for a name that is taken and for a
    build context that is none.
    """
    if release.config.engine == "argo":
        build_template.pods_of(release.config)
        for image, context in zip(asked.images, asked.contexts, strict=True):
            build_template.image_build(image, context, asked.extra_arguments)
    text = release_config_on(release, sh)
    known = {each.name: each for each in parse(text, release.settings.config).entries}
    taken = [each.name for each in asked.entries(release) if each.name in known]
    place = folder(release, asked.name)
    if taken:
        line = known[taken[0]].line
        raise PreconditionError(
            f"{release.settings.config}:{line}: there is an entry {taken[0]} already", "choose another name"
        )
    there = origin.git(release, sh)["ls-tree", f"origin/{release.config.default_branch}", f"{place}/"]
    if sh.read(there):
        raise PreconditionError(f"{place}: there is an app of that name already", "choose another name")
    own = {release.slug: release.config.default_branch}
    problems = [*build_contexts.problems(release, sh, asked.contexts, own | asked.repositories)]
    if problems:
        raise PreconditionError("\n".join(problems), "docs/build-contract.md says what a build context is")
    for context in asked.contexts:
        build_contexts.tell_breaches(release, sh, context)


def release_config_on(release: Upkeep, sh: StepShell) -> bytes:
    """The release config of the default branch; ConfigError when it has none."""
    config, base = release.settings.config, release.config.default_branch
    found = origin.file_at(release, sh, f"origin/{base}", config)
    if found is None:
        raise ConfigError(
            f"{config}: not on {base} of {release.slug}", "nightly.config of release.yaml names it"
        )
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())
