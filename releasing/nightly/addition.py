"""A new workflow of the image auto release: what is asked for, what stands in its way, and the commands that make it.

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
from releasing.nightly import build_contexts
from releasing.nightly.build_contexts import repository_of
from releasing.nightly.release_config import NAME, Entry, parse
from releasing.pull_requests import Change

if TYPE_CHECKING:
    from releasing.command import Command
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell

STEP = "nightly-add"
PACKAGE = "kubeflow/automation"
REGISTRY = "kubeflow"
LIBRARY = PurePosixPath(PACKAGE).name
EXTRA = re.compile(r"(?P<slug>[\w.-]+/[\w.-]+)@(?P<ref>[\w./:-]+)")
# Folders are part of the name, a host is not: katib/vizier-core, but not gcr.io/katib.
IMAGE = re.compile(r"(?![^/]*[.:][^/]*/)[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")


@dataclass(frozen=True)
class Addition:
    """One component for each image, in the app `app` that is there, or else in a new one that is called `name`.

    `contexts`, which are OWNER/NAME/FOLDER, and `components` are one for each image; `dockerfiles` one for each, one
    for all, or none.
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
            yield f"--name {self.name!r}: expected small letters, digits and '-'"
        yield from (f"--image {each!r}: expected a name without registry and tag" for each in self._strangers)
        yield from self._miscounted()
        yield from (
            f"--component {each!r}: expected small letters, digits and '-', as its entry is named after it"
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
            yield "--image and --dockerfile-dir: one folder for each image, with commas between them"
        if len(set(self.components)) != wanted:
            yield "--component: one name for each image, and no name twice, with commas between them"
        if len(self.dockerfiles) not in (0, 1, wanted):
            yield "--dockerfile: one for each image, with commas between them, or one for all"

    @property
    def _strangers(self) -> list[str]:
        return [each for each in self.images if not IMAGE.fullmatch(each)]

    @property
    def repositories(self) -> dict[str, str]:
        """The further repositories that the workflow checks out, each with its ref."""
        found = (EXTRA.fullmatch(each) for each in self.extra_repositories.split(";"))
        return {each["slug"]: each["ref"] for each in found if each}

    def entries(self, release: Upkeep) -> list[Entry]:
        """What the release config gets."""
        app_dir = f"{release.slug}/{folder(release, self)}"
        return [Entry(f"{each}-release", app_dir, each) for each in self.components]


def folder(release: Upkeep, asked: Addition) -> str:
    """Where the app is in the repository: beside the release config."""
    return str(PurePosixPath(release.settings.config).parent / (asked.app or asked.name))


def require_possible(release: Upkeep, sh: StepShell, asked: Addition) -> None:
    """Look at everything that stands in the way of `asked`, on the default branch as it is.

    Raises ConfigError for a release config that does not parse, PreconditionError for a name that is taken and for a
    build context that is none.
    """
    if release.config.engine != "ksonnet":
        raise ConfigError(
            f"release.yaml says engine: {release.config.engine}, and nightly.add makes ksonnet apps",
            "write the WorkflowTemplate by hand, or say engine: ksonnet",
        )
    text = _release_config(release, sh)
    known = {each.name: each for each in parse(text, release.settings.config).entries}
    taken = [each.name for each in asked.entries(release) if each.name in known]
    if taken:
        line = known[taken[0]].line
        raise PreconditionError(
            f"{release.settings.config}:{line}: there is an entry {taken[0]} already", "choose another name"
        )
    _require_app(release, sh, asked)
    own = {release.slug: release.config.default_branch}
    problems = [*build_contexts.problems(release, sh, asked.contexts, own | asked.repositories)]
    if problems:
        raise PreconditionError("\n".join(problems), "docs/build-contract.md says what a build context is")
    for context in asked.contexts:
        build_contexts.tell_breaches(release, sh, context)


def _require_app(release: Upkeep, sh: StepShell, asked: Addition) -> None:
    """Raise PreconditionError when the app is there that is to be made, or is not there that is to be added to."""
    place = folder(release, asked)
    present = bool(_app_yaml(release, sh, place))
    if present and not asked.app:
        raise PreconditionError(
            f"{place}: there is an app of that name already",
            f"choose another name, or give it another component: --app {asked.name}",
        )
    if asked.app and not present:
        raise PreconditionError(f"{place}: there is no app of that name", "without --app one is made")
    revision = f"origin/{release.config.default_branch}"
    for each in asked.components:
        if origin.file_at(release, sh, revision, f"{place}/components/{each}.jsonnet"):
            raise PreconditionError(
                f"{place}: there is a component {each} already", "name it otherwise: --component NAME"
            )


def change(release: Upkeep, asked: Addition, server: str) -> Change:
    """The pull request that adds the app and its entries; `server` is the cluster of ks init, kubectl's if empty."""
    config, base = release.settings.config, release.config.default_branch
    names = " ".join(asked.images)

    def wanted(sh: StepShell) -> bool:
        entries = {each.name for each in parse(_release_config(release, sh), config).entries}
        return not {each.name for each in asked.entries(release)} <= entries

    def edits(sh: StepShell, place: str) -> list[Command]:
        return [*_app(release, sh, asked, server, place), *_entries(release, sh, asked, place)]

    reason = (
        f"{names} built from {', '.join(asked.contexts)} every night, by the app {folder(release, asked)}."
    )
    # GitHub takes no more than 256 characters.
    what = names if len(asked.images) == 1 else f"the {len(asked.images)} images of {asked.name}"
    return Change(STEP, base, f"Release {what} every night", reason, edits, wanted)


def server_of(release: Upkeep, sh: StepShell) -> str:
    """The cluster that apps of the release config name for our namespace, or else the first; empty if none does."""
    found: dict[str, str] = {}
    for entry in parse(_release_config(release, sh), release.settings.config).entries:
        for each in (_app_yaml(release, sh, entry.folder).get("environments") or {}).values():
            destination = each.get("destination") or {}
            if destination.get("server"):
                found.setdefault(str(destination.get("namespace")), str(destination["server"]))
    return found.get(release.namespace) or next(iter(found.values()), "")


def _app(release: Upkeep, sh: StepShell, asked: Addition, server: str, place: str) -> Iterator[Command]:
    base = release.config.default_branch
    app = f"{place}/{folder(release, asked)}"
    present = _app_yaml(release, sh, folder(release, asked))
    ks = sh["ks"]
    if not present:
        where = [f"--server={server}"] if server else []
        parent = str(PurePosixPath(app).parent)
        yield ks[("init", asked.name, *where, f"--namespace={release.namespace}")].within(parent)
    if REGISTRY not in (present.get("registries") or {}):
        address = f"github.com/{release.slug}/tree/{base}/kubeflow"
        yield ks["registry", "add", REGISTRY, address].within(app)
    # A package that app.yaml lists stays at its version; only what vendor/ lacks of it is copied again.
    listed = LIBRARY in (present.get("libraries") or {})
    yield ks["pkg", "install", PACKAGE if listed else f"{PACKAGE}@{base}"].within(app)
    for words in flags(asked):
        yield ks[("generate", "release", *words)].within(app)
    yield sh["format_jsonnet.py"][app]
    # A .gitignore that names vendor/ kept the package out of two apps of Kubeflow's, which then built nothing.
    yield sh["git"]["-C", place, "add", "--force", f"{folder(release, asked)}/vendor"]


def flags(asked: Addition) -> Iterator[list[str]]:
    """What ks generate is told of each component."""
    more = {"extra_repos": asked.extra_repositories, "extra_args": asked.extra_arguments}
    same = [f"--{name}={text}" for name, text in more.items() if text]
    dockerfiles = asked.dockerfiles or ("",)
    if len(dockerfiles) == 1:
        dockerfiles *= len(asked.images)
    for name, image, context, dockerfile in zip(
        asked.components, asked.images, asked.contexts, dockerfiles, strict=True
    ):
        own = [f"--dockerfile={dockerfile}"] if dockerfile else []
        yield [name, f"--image={image}", f"--dockerfileDir={context}", *own, *same]


def _entries(release: Upkeep, sh: StepShell, asked: Addition, place: str) -> Iterator[Command]:
    config = f"{place}/{release.settings.config}"
    entries = asked.entries(release)
    for each in entries:
        named = ["--name", each.name, "--app-dir", each.app_dir, "--component", each.component]
        yield sh["add_nightly_entry.py"][(config, *named)]
    yield sh["rehearse_nightly_entry.py"][(config, release.slug, *(each.name for each in entries))]


def _app_yaml(release: Upkeep, sh: StepShell, place: str) -> dict[str, Any]:
    """What the app.yaml in a folder of the default branch says; empty when there is none."""
    import yaml  # noqa: PLC0415 - `invoke --list` does without

    text = origin.file_at(release, sh, f"origin/{release.config.default_branch}", f"{place}/app.yaml")
    found = yaml.safe_load(text) if text else None
    return found if isinstance(found, dict) else {}


def _release_config(release: Upkeep, sh: StepShell) -> bytes:
    config, base = release.settings.config, release.config.default_branch
    found = origin.file_at(release, sh, f"origin/{base}", config)
    if found is None:
        raise ConfigError(
            f"{config}: not on {base} of {release.slug}", "nightly.config of release.yaml names it"
        )
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())
