"""`make push` in a clean worktree at one commit: what it pushed is read from its output and found in the registry.

Runbook: "Update the bootstrapper".
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from releasing.builds.bootstrapper_packages import Package, packages
from releasing.clients.git.worktree_changes import changes
from releasing.config import registries
from releasing.errors import PreconditionError, UnmetError
from releasing.image import ImageRef
from releasing.shell.environment import clean_environment, without_secrets
from releasing.shell.git_guard import reading
from releasing.shell.programs import Shell

REPOSITORY = re.compile(r"The push refers to (?:a )?repository \[(\S+)\]")
DIGEST = re.compile(r"(\S+): digest: (sha256:[0-9a-f]{64})\b")
PUSHED = re.compile(r"Pushed (\S+/\S+):([\w.-]+)")


def push(
    folder: Path, commit: str, images: Iterable[str], tag: str, show: Callable[[str], None]
) -> list[ImageRef]:
    """Run `make push` in `folder` of a worktree at `commit`, with TAG=`tag` unless empty; gives what it pushed.

    Packages of the worktree's own repository that the build clones come from `commit`. Raises PreconditionError for
    a worktree that is not clean or at another commit; UnmetError when make pushed nothing, another image or another
    tag, or the registry does not have what it said; CommandError when make fails.
    """
    sh = reading(folder)
    _require_clean(sh, folder, commit)
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        show(line)

    environment = _outside(clean_environment()) | _pinned(sh, folder, commit, _scratch(sh, folder), show)
    make = sh["make"]["-C", str(folder), "push"]
    # The Makefile is the repository's code, and docker and gcloud read their logins from files.
    Shell(without_secrets(environment), show=hear).run(make[f"TAG={tag}"] if tag else make)
    _require_same(sh, folder, commit)
    found = [*pushed(lines)]
    _refuse_others(found, [*images], tag)
    return [_verified(each) for each in found]


def pushed(lines: Iterable[str]) -> Iterator[ImageRef]:
    """What the output of make says was pushed: in docker's own words, or in the Makefile's."""
    found: dict[tuple[str, str], ImageRef] = {}
    repository = ""
    for line in lines:
        if names := REPOSITORY.search(line):
            repository = names[1]
        elif (names := DIGEST.fullmatch(line.partition(" size: ")[0].strip())) and repository:
            found[repository, names[1]] = ImageRef(repository, names[1], names[2])
        elif names := PUSHED.fullmatch(line.strip()):
            found.setdefault((names[1], names[2]), ImageRef(names[1], names[2]))
    yield from found.values()


def _outside(environment: dict[str, str]) -> dict[str, str]:
    """The environment without our own Python, which the Makefile's `python build.py` would find first in PATH."""
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    own = Path(sys.executable).parent
    return environment | {"PATH": os.pathsep.join(each for each in folders if Path(each) != own)}


def _require_clean(sh: Shell, folder: Path, commit: str) -> None:
    git = sh["git"]["-C", str(folder)]
    if not folder.is_dir() or not sh.succeeds(git["rev-parse", "--verify", "HEAD"]):
        raise PreconditionError(
            f"{folder} is not a folder of a git worktree", "name the folder with the Makefile"
        )
    head = sh.read(git["rev-parse", "HEAD"])
    if head != commit:
        raise PreconditionError(
            f"{folder} is at {head[:12]}, not at {commit[:12]}", f"git -C {folder} checkout --detach {commit}"
        )
    changed = changes(sh, folder, "--untracked-files=all")
    # docker sends ignored files of its context along, too.
    ignored = sh.read(git["status", "--porcelain", "--ignored", "--", "."]).splitlines()
    found = [*changed, *(line for line in ignored if line.startswith("!!"))]
    if found:
        raise PreconditionError(
            f"{folder} differs from {commit[:12]}:" + "".join(f"\n  {line}" for line in found[:10]),
            f"build in a fresh clone; or git -C {folder} reset --hard && git -C {folder} clean -ffdx",
        )


def _require_same(sh: Shell, folder: Path, commit: str) -> None:
    git = sh["git"]["-C", str(folder)]
    changed = "\n".join(changes(sh, folder, "--untracked-files=no"))
    if changed or sh.read(git["rev-parse", "HEAD"]) != commit:
        raise UnmetError(
            f"while make ran, {folder} changed:\n{changed}",
            "the image may contain that; build again in a folder where nobody works",
        )


def _pinned(
    sh: Shell, folder: Path, commit: str, scratch: Path, show: Callable[[str], None]
) -> dict[str, str]:
    """The variables with which git clones the worktree's own repository, at whatever branch, at `commit`.

    build.py clones the branch that image_registries.yaml names, and not what is checked out.
    """
    git = sh["git"]["-C", str(folder)]
    own = sh.read(git["config", "--get", "remote.origin.url"])
    settings = {name: value for name, value in os.environ.items() if name.startswith("GIT_CONFIG")}
    count = int(settings.get("GIT_CONFIG_COUNT", "0"))
    for package in packages(folder):
        if not package.is_of(own):
            show(
                f"{package.where}: {package.url} is cloned at {package.ref} as it is now, because no commit pins it"
            )
            continue
        show(f"{package.where}: {package.url} is cloned at {commit[:12]}, not at {package.ref} as it is now")
        settings |= {
            f"GIT_CONFIG_KEY_{count}": f"url.file://{_standing_in(sh, folder, commit, scratch, package)}.insteadOf",
            f"GIT_CONFIG_VALUE_{count}": package.url,
        }
        count += 1
    return settings | {"GIT_CONFIG_COUNT": str(count)}


def _scratch(sh: Shell, folder: Path) -> Path:
    """A place of the worktree that is no part of its tree, without what a killed run left there."""
    place = (
        Path(sh.read(sh["git"]["-C", str(folder), "rev-parse", "--absolute-git-dir"])) / "release-packages"
    )
    shutil.rmtree(place, ignore_errors=True)
    return place


def _standing_in(sh: Shell, folder: Path, commit: str, scratch: Path, package: Package) -> Path:
    """A bare repository in which the package's branch is at `commit`."""
    top = sh.read(sh["git"]["-C", str(folder), "rev-parse", "--show-toplevel"])
    bare = scratch / f"{package.name}.git"
    if not bare.exists():
        sh.read(sh["git"]["clone", "--quiet", "--bare", "--shared", top, str(bare)])
    sh.read(sh["git"]["-C", str(bare), "update-ref", f"refs/heads/{package.ref}", commit])
    return bare


def _refuse_others(found: list[ImageRef], images: list[str], tag: str) -> None:
    if not found:
        raise UnmetError(
            "make push succeeded, but its output names no pushed image",
            "expected a line 'Pushed IMAGE:TAG', or docker's 'TAG: digest: sha256:…'",
        )
    strange = [each for each in found if each.name not in images or tag not in ("", each.tag)]
    if strange:
        raise UnmetError(
            f"make push pushed {', '.join(each.tagged for each in strange)}; expected {', '.join(images)}"
            + (f" at {tag}, the value of TAG" if tag else ""),
            "correct bootstrapper.images in release.yaml; its 'tag: make' lets the Makefile choose the tag",
        )


def _verified(said: ImageRef) -> ImageRef:
    """The same with the digest that the registry has; UnmetError when it has none or another one."""
    there = registries.digest(said.name, said.tag, os.environ)
    if there is None or said.digest not in ("", there):
        told = f" as {said.digest}" if said.digest else ""
        raise UnmetError(
            f"make reported that it pushed {said.tagged}{told}; the registry has {there or 'no such tag'}",
            "check whether somebody else pushed meanwhile; repeat the same command to build again",
        )
    return ImageRef(said.name, said.tag, there)
