"""A new workflow of the image auto release: what is asked for, and what it is added to.

Runbook: "Create Release Workflow" and "Update Release Config".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from releasing.errors import UsageError
from releasing.nightly import extra_repositories
from releasing.nightly.build_contexts import repository_of
from releasing.nightly.release_config import NAME, Entry

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell

EXTRA = re.compile(r"[\w.-]+/[\w.-]+@[\w./:-]+")
# Folders are part of the name, a host is not: katib/vizier-core, but not gcr.io/katib.
IMAGE = re.compile(r"(?![^/]*[.:][^/]*/)[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")


class AddedImage(NamedTuple):
    """One component: its name, its image, where that is built, and of which Dockerfile there; empty for the usual."""

    component: str
    image: str
    context: str
    dockerfile: str


@dataclass(frozen=True)
class Addition:
    """One component for each image, in the app `app` that is there, or else in a new one that is called `name`.

    With `engine: argo` an app is a folder with a WorkflowTemplate for each component. `contexts`, which are
    OWNER/NAME/FOLDER, and `components` are one for each image; `dockerfiles` one for each, one for all, or none.
    """

    name: str
    images: tuple[str, ...]
    contexts: tuple[str, ...]
    components: tuple[str, ...]
    dockerfiles: tuple[str, ...] = ()
    app: str = ""
    extra_repositories: str = ""
    extra_arguments: str = ""

    @classmethod
    def parse(cls, options: dict[str, Any], repository: str) -> Addition:
        """From options as typed; raises one UsageError for everything that is wrong with them."""
        listed = ("image", "dockerfile_dir", "component", "dockerfile")
        images, folders, components, dockerfiles = (_listed(options[key]) for key in listed)
        # An app of one image has a component of its own name, as the runbook says.
        usual = (options["name"],) if len(images) == 1 else tuple(PurePosixPath(each).name for each in images)
        asked = cls(
            name=options["name"],
            images=images,
            contexts=tuple(path.rstrip("/") for path in folders),
            components=components or usual,
            dockerfiles=dockerfiles,
            app=options["app"],
            extra_repositories=options["extra_repos"],
            extra_arguments=options["extra_args"],
        )
        if problems := [*asked._problems(repository)]:
            example = f"--image {asked.name or 'NAME'} --dockerfile-dir {repository}/FOLDER"
            raise UsageError(
                "\n".join(problems), f"for example: nightly.add {asked.name or 'NAME'} {example}"
            )
        return asked

    def _problems(self, repository: str) -> Iterator[str]:
        if not NAME.fullmatch(self.name):
            yield f"--name {self.name!r}: expected lower-case letters, digits and '-'"
        yield from (f"--image {each!r}: expected a name without registry and tag" for each in self._strangers)
        yield from self._miscounted()
        yield from (
            f"--component {each!r}: expected lower-case letters, digits and '-', because its entry is named after it"
            for each in self.components
            if each != self.name and not NAME.fullmatch(each)
        )
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

    def _miscounted(self) -> Iterator[str]:
        wanted = len(self.images)
        if not wanted or len(self.contexts) != wanted:
            yield "--image and --dockerfile-dir: expected one folder for each image, separated by commas"
        if len(set(self.components)) != wanted:
            yield "--component: expected one name for each image, separated by commas, no name twice"
        if len(self.dockerfiles) not in (0, 1, wanted):
            yield "--dockerfile: expected one for each image, separated by commas, or one for all"

    @property
    def _strangers(self) -> list[str]:
        return [each for each in self.images if not IMAGE.fullmatch(each)]

    @property
    def repositories(self) -> dict[str, str]:
        """The further repositories that the workflow checks out, each with its ref."""
        return extra_repositories.parsed(self.extra_repositories)

    @property
    def parts(self) -> list[AddedImage]:
        """The components that are made."""
        dockerfiles = self.dockerfiles or ("",)
        if len(dockerfiles) == 1:
            dockerfiles *= len(self.images)
        return [*map(AddedImage, self.components, self.images, self.contexts, dockerfiles)]

    def entries(self, release: NightlyTask) -> list[Entry]:
        """What the release config gets."""
        app_dir = f"{release.slug}/{folder(release, self)}"
        return [Entry(f"{each}-release", app_dir, each) for each in self.components]


def folder(release: NightlyTask, asked: Addition) -> str:
    """Where the app is in the repository: beside the release config."""
    return str(PurePosixPath(release.settings.config).parent / (asked.app or asked.name))


def app_yaml(release: NightlyTask, sh: StepShell, place: str) -> dict[str, Any]:
    """The app.yaml in a folder of the default branch; empty without the file."""
    import yaml  # noqa: PLC0415 - `invoke --list` does without

    text = release.origin(sh).file_at(f"origin/{release.config.default_branch}", f"{place}/app.yaml")
    found = yaml.safe_load(text) if text else None
    return found if isinstance(found, dict) else {}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())
