"""Rehearsing on a repository of the release manager: a copy of it replaces the repository on GitHub."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.clients.git import git_settings
from releasing.clients.git.checkout import is_shallow
from releasing.clients.git.worktree_changes import changes
from releasing.config.build_sections import NEWEST
from releasing.errors import CommandError, PreconditionError
from releasing.rehearsal.github.existing_repositories import found
from releasing.rehearsal.github.state import Repository, State
from releasing.rehearsal.own_environment import plain_git
from releasing.rehearsal.registry import small_images
from releasing.shell.environment import clean_environment
from releasing.shell.git_guard import plain_word, reading
from releasing.shell.programs import Shell

if TYPE_CHECKING:
    from collections.abc import Collection

    from releasing.config.release_yaml import Config, Operator

MOST = 10  # changed files that a message names
REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
MACHINE = re.compile("No space left|Disk quota|Too many open files|Read-only file system|File too large")
FIRST, COMING = "v0.2.0", "v0.3.0-rc.0"  # of an operator of which release.yaml names no release
# What an operator's own repository has: an image can be built of it.
BUILD_CONTEXT = Path(__file__).parent / "sample" / "components" / "k8s-model-server" / "http-proxy"
RELEASED = "2018-06-19T10:40:06Z"  # when the operators' images were made, as far as a sandbox knows


def name(source: str) -> str:
    """The absolute path or the URL that `source` means."""
    return str(Path(source).resolve()) if Path(source).exists() else source


def copy(source: str, repository: Path, default_branch: str) -> None:
    """Make the bare `repository` from the branches and tags of `source`, whole or not at all.

    Raises UsageError when `source` is an option of git's; PreconditionError when it is not a repository, has changes
    that are not committed, or lacks the default branch.
    """
    # The release manager's git reads their repository, and knows how to reach it.
    sh = Shell(clean_environment() | git_settings.as_variables(git_settings.SETTINGS))
    plain_word(source, "--source")
    _refuse_uncommitted(source)
    scratch = repository.with_suffix(".partial")
    git = sh["git"]["-C", str(scratch)]
    sh.read(sh["rm"]["-rf", str(scratch)])
    own = Shell(plain_git())
    own.read(own["git"]["init", "--quiet", "--bare", "--initial-branch", default_branch, str(scratch)])
    try:
        # Without --update-shallow git leaves out the branches of a shallow repository, and says so to nobody.
        sh.read(git["fetch", "--quiet", "--update-shallow", "--", name(source), *REFSPECS])
    except CommandError as error:
        if not error.started or MACHINE.search(error.message):
            raise
        raise PreconditionError(f"--source {source}: {error.cause}", _how_to_copy(sh, source)) from None
    _refuse_shallow(own, source, scratch)
    branches = sh.read(git["for-each-ref", "--format=%(refname:short)", "refs/heads"]).split()
    if default_branch not in branches:
        raise PreconditionError(
            f"--source {source} has no branch {default_branch} (it has: {', '.join(branches) or 'none'})",
            f"make it, for example: git -C {source} branch {default_branch} origin/{default_branch}",
        )
    os.replace(scratch, repository)  # noqa: PTH105 - atomic on POSIX


def _refuse_shallow(sh: Shell, source: str, scratch: Path) -> None:
    if is_shallow(sh, str(scratch)):
        whole = f"git -C {source} fetch --unshallow" if Path(source).exists() else "name a whole repository"
        raise PreconditionError(
            f"--source {source} is a shallow clone: its history ends early, so that neither merge bases nor the "
            "pull requests of the notes can be told",
            f"get all of it: {whole}",
        )


def _how_to_copy(sh: Shell, source: str) -> str:
    """What to do about a source that cannot be copied: one that can be listed may lack what its commits name."""
    if not sh.succeeds(sh["git"]["ls-remote", "--quiet", "--", name(source)]):
        return "name a git repository"
    if not Path(source).exists():
        return "name a whole repository: if that one is a partial clone, the one that it was cloned from"
    return (
        f"if it is a partial clone, get the rest: git -C {source} fetch --refetch --no-filter; "
        f"if it is not, see what is broken: git -C {source} fsck"
    )


def begin_numbers(repository: Path) -> None:
    """Let the local GitHub number on from the newest pull request that a commit of `repository` names."""
    sh = Shell(plain_git())
    log = sh.read(sh["git"]["-C", str(repository), "log", "--all", "--format=%s"])
    newest = max(map(int, re.findall(r"\(#(\d+)\)$", log, flags=re.MULTILINE)), default=0)
    github = Repository(repository.parent.parent, repository.parent.name, repository.stem)
    if not github.read().issues:
        github.write(State(last_number=newest))


def seed_operators(config: Config, registry_url: str, there: Collection[str] = ()) -> None:
    """Put the operators' images into the registry, but for those (NAME:TAG) that are `there`."""
    for operator in config.operators.values():
        labels = {"org.opencontainers.image.source": f"https://github.com/{operator.repository}"}
        image = f"{config.registry}/{operator.image}"
        if f"{image}:{_release(operator)}" not in there:
            small_images.push(registry_url, image, _release(operator), labels, RELEASED)


def seed_other_images(config: Config, registry_url: str) -> None:
    """Put the images into the registry that something else builds, at the builds that release.yaml names."""
    labels = {"org.opencontainers.image.source": f"https://github.com/{config.repository}"}
    for each in config.other_images.values():
        for name in each.images.names:
            small_images.push(registry_url, f"{config.registry}/{name}", each.build, labels, RELEASED)


def found_operators(config: Config, github: Path) -> None:
    """Make a repository for each operator below `github`, with its release, and a pre-release of the next."""
    for operator in config.operators.values():
        tags = [(_release(operator), False), (COMING, True)]
        found(github, operator.repository, tags, BUILD_CONTEXT.iterdir())


def _release(operator: Operator) -> str:
    return FIRST if operator.release == NEWEST else operator.release


def _refuse_uncommitted(source: str) -> None:
    if not Path(source).is_dir():
        return
    sh = reading(source)
    # A submodule has settings of its own, and a rehearsal takes the commit of it that is recorded.
    shape = ("--untracked-files=no", "--ignore-submodules=dirty")
    readable = sh.succeeds(sh["git"]["-C", source, "status", "--porcelain", *shape])
    if readable and (changed := changes(sh, Path(source), *shape)):
        more = f"\n  and {len(changed) - MOST} more" if len(changed) > MOST else ""
        raise PreconditionError(
            f"--source {source} has changes that are not committed:\n" + "\n".join(changed[:MOST]) + more,
            "commit or stash them; a rehearsal sees commits only",
        )
