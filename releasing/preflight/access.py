"""What a release needs before it begins: gh and git that may do what the steps do, until the end, and can sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from releasing.clients.git.checkout import is_shallow
from releasing.errors import CommandError, PreconditionError
from releasing.preflight.answer import Answer
from releasing.preflight.github_access import GitHubNeed, github
from releasing.preflight.repository_settings import Created

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.shell.protocol import Reads

__all__ = ["GitHubNeed", "answers", "need", "require"]

# Not what git makes up from the names of user and machine.
IDENTITY = ("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
UNSIGNED = ("-c", "commit.gpgSign=false")
COMMIT = ("commit", "--quiet", "--allow-empty", "--message=preflight")
TAG = ("tag", "--annotate", "--message=preflight", "preflight")
KEYS = {
    "openpgp": "git config --global user.signingKey KEY; gpg --list-secret-keys lists your keys",
    "ssh": "git config --global user.signingKey ~/.ssh/KEY.pub, with that key listed in gpg.ssh.allowedSignersFile",
}


def need(release: AnyRelease) -> GitHubNeed:
    """What the steps of a release need."""
    config = release.config
    signing = config.signing.format if config.signing and release.pushes else ""
    hours, checkout = config.checks.expected_hours, release.checkout
    need = GitHubNeed(release.slug, release.pushes, hours, signing, checkout=checkout)
    if not release.creates:
        return need
    created = Created(tuple(release.creates), (release.tag,))
    return replace(need, merge_method=config.pull_requests.merge_method or "", created=created)


def answers(sh: Reads, need: GitHubNeed) -> list[Answer]:
    """Everything that was found, problems among it; nothing is changed."""
    return [*github(sh, need), *_git(sh, need)]


def require(found: list[Answer], need: GitHubNeed) -> None:
    """Raise PreconditionError with all problems at once, each with what to do next."""
    problems = [answer for answer in found if answer.problem]
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise PreconditionError(
            f"this machine cannot start a release of {need.slug}:{lines}", "then repeat the same command"
        )


def _git(sh: Reads, need: GitHubNeed) -> Iterator[Answer]:
    try:
        version = sh.read(sh["git"]["--version"])
    except CommandError as error:
        yield Answer(error.message.split("\n")[0], error.hint or "git --version")
        return
    try:
        person = sh.read(sh["git"][IDENTITY]).rpartition(">")[0]
        yield Answer(f"{version} as {person}>")
    except CommandError as error:
        yield Answer(
            f"git has no name and address for commits: {error.cause}",
            'git config --global user.name "NAME"; git config --global user.email ADDRESS',
        )
    yield from _clone(sh, f"https://github.com/{need.slug}.git")
    if need.checkout:
        yield from _history(sh, need.checkout)
    if need.signing:
        yield _signature(sh, need.signing)
    if need.push:
        yield from _own_signatures(sh, tags=not need.signing)


def _clone(sh: Reads, url: str) -> Iterator[Answer]:
    try:
        sh.read(sh["git"]["ls-remote", "--quiet", url, "HEAD"])
    except CommandError as error:
        yield Answer(f"git cannot read {url}: {error.cause}", "gh auth setup-git; or check the network")


def _history(sh: Reads, checkout: str) -> Iterator[Answer]:
    """Whether a clone has all the history: from a shallow one neither merge bases nor notes can be told."""
    try:
        if is_shallow(sh, checkout):
            yield Answer(
                f"{checkout} is a shallow clone: its history ends early",
                f"git -C {checkout} fetch --unshallow",
            )
    except CommandError as error:
        yield Answer(f"git cannot read {checkout}: {error.cause}", f"git -C {checkout} fsck")


def _own_signatures(sh: Reads, *, tags: bool) -> Iterator[Answer]:
    """Whether git makes the signatures that the release manager's own settings ask for, when they ask for any."""
    asked = {"commit.gpgSign": COMMIT}
    if tags:
        asked |= {"tag.gpgSign": TAG}
    for setting, words in asked.items():
        if not _is_set(sh, setting):
            continue
        with TemporaryDirectory() as folder:
            git = sh["git"]["-C", folder]
            try:
                sh.read(git["init", "--quiet"])
                sh.read(git[(*UNSIGNED, *COMMIT)])
                sh.read(git[words])
                yield Answer(f"git signs, as {setting} asks")
            except CommandError as error:
                yield Answer(
                    f"git cannot sign, as {setting} asks: {error.cause}",
                    f"git config --global user.signingKey KEY; or git config --global {setting} false",
                )


def _is_set(sh: Reads, setting: str) -> bool:
    try:
        return sh.read(sh["git"]["config", "--type=bool", "--get", setting]) == "true"
    except CommandError:
        return False  # git fails when it is not set


def _signature(sh: Reads, kind: str) -> Answer:
    """Whether git makes a signature and takes it for good: in a repository that is gone afterwards."""
    with TemporaryDirectory() as folder:
        git = sh["git"]["-C", folder, "-c", f"gpg.format={kind}"]
        try:
            sh.read(git["init", "--quiet"])
            nothing = sh.look(git["hash-object", "-t", "tree", "-w", "--stdin"], stdin="")
            sh.read(git["tag", "--sign", "--message=nothing", "preflight", nothing])
        except CommandError as error:
            return Answer(f"git cannot sign: {error.cause}", KEYS[kind])
        try:
            sh.read(git["verify-tag", "preflight"])
        except CommandError as error:
            return Answer(f"git cannot verify its own signature: {error.cause}", KEYS[kind])
    return Answer(f"git signs ({kind})")
