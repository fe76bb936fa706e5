"""Build contexts of nightly images: folders OWNER/NAME/FOLDER, each with a build_image.sh that can be started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from releasing.clients.cluster.built_images import BUILD
from releasing.errors import CommandError
from releasing.nightly.extra_repositories import NEWEST

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.runbook.step_shell import StepShell

REPOSITORY = re.compile(r"\w[\w.-]*/(?!\.+$)[\w.-]+")
REF = re.compile(r"\w[\w./:+-]*")
ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")  # a commit that no server gives by this name


@dataclass(frozen=True)
class BuildContext:
    """A build context OWNER/NAME/FOLDER at a ref of its repository; `where` says who builds there."""

    path: str
    ref: str = NEWEST
    where: str = ""

    @property
    def repository(self) -> str:
        """The repository that it is in: OWNER/NAME."""
        return repository_of(self.path)


@dataclass(frozen=True)
class Look:
    """What is wrong with a context, empty when nothing is; `known` unless its repository could not be read."""

    context: BuildContext
    problem: str
    known: bool = True


def repository_of(context: str) -> str:
    """The repository that a context is in: OWNER/NAME."""
    return "/".join(PurePosixPath(context).parts[:2])


def problem(checkout: Path, context: str) -> str:
    """Why OWNER/NAME/FOLDER, whose repository is checked out, is no build context; empty when it is one."""
    script = _folder(checkout, context) / BUILD
    if not script.is_file():
        return f"{context} has no {BUILD}"
    if not script.stat().st_mode & 0o111:
        return f"{context}/{BUILD} is not executable"
    return ""


def broken(contexts: Iterable[str], checkout: Path, repository: str) -> list[str]:
    """What is wrong with the contexts that are in `repository`, which is checked out."""
    own = (each for each in contexts if repository_of(each) == repository)
    return [found for each in own if (found := problem(checkout, each))]


def problems(
    release: AnyRelease, sh: StepShell, contexts: Iterable[str], refs: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with each context, in a fresh copy of its repository at the ref that `refs` has for it."""
    wanted = [BuildContext(each, refs.get(repository_of(each), NEWEST)) for each in contexts]
    return (look.problem for look in looks(release, sh, wanted) if look.problem)


def looks(release: AnyRelease, sh: StepShell, contexts: Iterable[BuildContext]) -> Iterator[Look]:
    """Look at each context, in fresh copies of their repositories: one of each ref."""

    def place(context: BuildContext) -> tuple[str, str]:
        return context.repository, context.ref

    whole = [*contexts]
    yield from (Look(each, found) for each in whole if (found := _malformed(each)))
    wanted = (each for each in whole if not _malformed(each))
    for (repository, ref), group in groupby(sorted(wanted, key=place), place):
        those = [*group]
        try:
            copy = _copied(release, sh, repository, ref)
        except CommandError as error:
            absent = "couldn't find remote ref" in error.cause
            unread = f"{repository} at {ref} cannot be read: {error.cause}"
            told = f"{repository} has no {ref}" if absent else unread
            yield from (Look(each, told, absent) for each in those)
        else:
            yield from (Look(each, problem(copy, each.path)) for each in those)


def _malformed(context: BuildContext) -> str:
    """Why a context cannot be looked at: its names come from a workflow, and become paths and words of git's."""
    if not REPOSITORY.fullmatch(context.repository) or ".." in PurePosixPath(context.path).parts:
        return f"{context.path} is not OWNER/NAME/FOLDER"
    return "" if REF.fullmatch(context.ref) else f"{context.path}: {context.ref!r} is no ref"


def tell_breaches(release: AnyRelease, sh: StepShell, context: str) -> None:
    """Say what build_image.sh does otherwise than the contract asks for; Kubeflow's own all did, and built."""
    from releasing.builds.build_contract import breaches  # noqa: PLC0415 - no other command needs it

    folder = _folder(Path(_copy(release, repository_of(context))), context)
    for each in breaches(folder):
        sh.say(str(replace(each, where=each.where.replace(str(folder), context))))


def _copied(release: AnyRelease, sh: StepShell, repository: str, ref: str) -> Path:
    """A fresh copy of a repository at a ref, REF:PULL for a pull request; CommandError when it cannot be read."""
    copy, address = _copy(release, repository), f"https://github.com/{repository}.git"
    name, _, pull = ref.partition(":")
    wanted = f"refs/pull/{pull}/head" if pull else name
    sh.read(sh["rm"]["-rf", copy])
    sh.read(sh["git"]["init", "--quiet", copy])
    git = sh["git"]["-C", copy]
    if ABBREVIATED.fullmatch(wanted):
        sh.read(git["fetch", "--quiet", "--tags", address, "+refs/heads/*:refs/remotes/origin/*"])
        sh.read(git["checkout", "--quiet", "--detach", wanted])
    else:
        sh.read(git["fetch", "--quiet", "--depth", "1", "--", address, wanted])
        sh.read(git["checkout", "--quiet", "--detach", "FETCH_HEAD"])
    return Path(copy)


def _copy(release: AnyRelease, repository: str) -> str:
    return release.scratch(f"contexts/{repository}")


def _folder(checkout: Path, context: str) -> Path:
    return checkout.joinpath(*PurePosixPath(context).parts[2:])
