"""Build contexts of nightly images: folders OWNER/NAME/FOLDER, each with a build_image.sh that can be started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from releasing.built_images import BUILD
from releasing.errors import CommandError

if TYPE_CHECKING:
    from releasing.step_shell import StepShell
    from releasing.undertaking import Undertaking

NEWEST = "HEAD"  # as a ref: of the repository's default branch


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
    release: Undertaking, sh: StepShell, contexts: Iterable[str], refs: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with each context, in a fresh copy of its repository at the ref that `refs` has for it."""
    for context in contexts:
        repository = repository_of(context)
        ref = refs.get(repository, NEWEST)
        try:
            found = problem(_copied(release, sh, repository, ref), context)
        except CommandError as error:
            found = f"{repository} at {ref} cannot be read: {error.cause}"
        if found:
            yield found


def tell_breaches(release: Undertaking, sh: StepShell, context: str) -> None:
    """Say what build_image.sh does otherwise than the contract asks for; Kubeflow's own all did, and built."""
    from releasing.build_contract import breaches  # noqa: PLC0415 - no other command needs it

    for each in breaches(_folder(Path(_copy(release, repository_of(context))), context)):
        sh.say(f"{context}: {each}")


def _copied(release: Undertaking, sh: StepShell, repository: str, ref: str) -> Path:
    """A fresh copy of a repository; CommandError when it cannot be read."""
    copy = _copy(release, repository)
    branch = [] if ref == NEWEST else ["--branch", ref.partition(":")[0]]
    sh.read(sh["rm"]["-rf", copy])
    address = f"https://github.com/{repository}.git"
    sh.read(sh["git"][("clone", "--quiet", "--depth", "1", *branch, address, copy)])
    return Path(copy)


def _copy(release: Undertaking, repository: str) -> str:
    return release.scratch(f"contexts/{repository}")


def _folder(checkout: Path, context: str) -> Path:
    return checkout.joinpath(*PurePosixPath(context).parts[2:])
