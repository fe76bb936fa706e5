"""From options to a release: configuration, profile, our clone of origin, and the journal of the release."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from releasing.changes import operator_versions, release_date
from releasing.clients.cluster.lease import Lease
from releasing.clients.git import git_settings
from releasing.commands.request import (
    NEXT,
    ReleaseRequest,
    incomplete,
    misleading,
    open_candidate,
    require_plain,
    tagged_candidate,
)
from releasing.config.release_yaml import Config, Profile
from releasing.errors import CommandError, ConfigError, UnreachableError, UsageError
from releasing.gates import vote
from releasing.preflight import cloud_environment
from releasing.release import AnyRelease, Release
from releasing.runbook.choice import Choice
from releasing.runbook.context import Context, ReleaseContext, U
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.environment import clean_environment
from releasing.shell.git_guard import plain_word
from releasing.shell.lock import held
from releasing.shell.programs import Shell
from releasing.version import Candidate

BEGUN_AS_NEXT = Choice(NEXT)
LOCK_TOKEN = Choice("token of the lock")


@dataclass(frozen=True)
class Workspace:
    """Where a profile acts: the environment of commands, the state folder, and the lock that is held."""

    profile: Profile
    environment: dict[str, str]
    state: Path
    lock: int


def profile(config: Config, name: str) -> Profile:
    """The profile called `name`; ConfigError naming the known ones."""
    found = config.profiles.get(name)
    if found is None:
        raise ConfigError(
            f"release.yaml has no profile {name!r} (it has: {', '.join(config.profiles)})",
            "--profile NAME, or RELEASE_PROFILE=NAME",
        )
    return found


def touched(config: Config) -> list[str]:
    """What a run for real changes, for the first line of its output."""
    cluster = [f"cluster {config.gcp.cluster} of {config.gcp.project}"] if config.gcp else []
    return [f"github.com/{config.repository}", config.registry, *cluster, f"mail to {config.announcement.to}"]


def refuse_rehearsal_options(name: str, given: object) -> None:
    """Options of a sandbox make no sense in production: UsageError."""
    if given:
        raise UsageError(
            f"--sandbox, --source and --fresh are for rehearsals; profile {name} acts on the real world",
            "leave them out, or leave out --profile",
        )


@contextmanager
def production(root: Path, chosen: Profile) -> Iterator[Workspace]:
    """The real world, with the environment of this process and the programs of scripts/."""
    environment = clean_environment()
    path = [Path(sys.executable).parent, root / "scripts", environment.get("PATH", os.defpath)]
    environment["PATH"] = os.pathsep.join(map(str, path))
    state = root / chosen.state
    environment = cloud_environment.environment(environment, chosen, root)
    with held(state / "lock") as lock:
        environment |= git_settings.installed(state, os.environ)
        yield Workspace(chosen, environment, state, lock)


def context(
    config: Config, workspace: Workspace, request: ReleaseRequest, show: Callable[[str], None], recipe: str
) -> ReleaseContext:
    """The release that `request` means for `recipe`, in `workspace`, with our clone of origin brought up to date.

    Raises PreconditionError when the recipe makes no sense (any more) for that version.
    """
    account, user = who(config, workspace, request.account)
    first = Candidate(request.version, 0)
    release = Release(
        config, workspace.profile, request.version, first, workspace.state, account, user, request.allow_move
    )
    shell = Shell(workspace.environment, held=workspace.lock)
    bring_up(release, shell)
    tags = release.origin(asking(shell)).tags("*")
    doubts = [text for find in (misleading, incomplete) if (text := find(request.version, tags))]
    for text in doubts:
        show(f"# {text}")
    if recipe == "rc":
        require_plain(request, tags, "; ".join(doubts))
        begun = [journal.parent.name for journal in (release.state / "releases").glob("*/journal.jsonl")]
        candidate = open_candidate(
            request,
            tags,
            begun,
            lambda known: _stays(replace(release, candidate=known)),
            lambda known: _passed(replace(release, candidate=known)),
        )
        if request.candidate == NEXT and candidate.tag in tags:
            another = (
                f"for another one, record that its vote failed, or use --candidate {candidate.number + 1}"
            )
            show(f"# --candidate next started {candidate.tag}; {another}")
    else:
        candidate = tagged_candidate(request, tags)
    release = replace(release, candidate=candidate, final=recipe == "final")
    shell.log = release.folder / "commands.log"
    journal = Journal(release.folder / "journal.jsonl")
    sh = StepShell(shell.showing(show), journal, "session")
    release = release_date.settled(operator_versions.settled(release, sh, request.named), sh)
    return guarded(ReleaseContext(release, shell, journal, show))


def guarded(context: Context[U]) -> Context[U]:
    """The same context with the lock of its cluster, if the project has one."""
    release = context.release
    if release.config.gcp is None:
        return context
    token = partial(context.journal.choose, "session", LOCK_TOKEN, lambda: uuid4().hex)
    what, told = f"release {release.tag}", context.teller("lock")
    return replace(context, lease=Lease(context.shell.environment, release.namespace, what, token, told))


def who(config: Config, workspace: Workspace, account: str) -> tuple[str, str]:
    """The Google account, given as `account` or otherwise, and the user; ConfigError when there is no account."""
    found = account or os.environ.get("RELEASE_ACCOUNT") or workspace.profile.account or ""
    if config.gcp and not found:
        raise ConfigError(
            "no Google account is given", "RELEASE_ACCOUNT=your-account@yourdomain.org, or --account"
        )
    return plain_word(found, "account"), os.environ.get("USER") or getpass.getuser()


def reading(config: Config, workspace: Workspace, request: ReleaseRequest) -> tuple[Release, StepShell]:
    """The release to read back that `request` means, and a shell that knows no journal and reads everything once."""
    from releasing.clients.git.release_names import meant  # noqa: PLC0415 - no other command needs it

    first = Candidate(request.version, 0)
    release = Release(config, workspace.profile, request.version, first, workspace.state, "", "", final=True)
    shell = Shell(workspace.environment, held=workspace.lock)
    bring_up(release, shell)
    sh = asking(shell.remembering())
    candidate, final = meant(release.origin(sh).tags("*"), request.version, request.candidate)
    release = operator_versions.settled(replace(release, candidate=candidate, final=final), sh, {})
    return release_date.settled(release, sh, today=False), sh


def bring_up(release: AnyRelease, shell: Shell) -> None:
    """Clone origin, or fetch what is new there; only our own folder changes."""
    checkout = Path(release.checkout)
    try:
        if not (checkout / ".git").exists():
            partial = f"{checkout}.partial"
            shell.read(shell["rm"]["-rf", partial])
            shell.read(shell["git"]["clone", "--quiet", "--no-checkout", release.url, partial])
            Path(partial).rename(checkout)
        shell.read(release.origin(asking(shell)).fetch())
    except CommandError as error:
        # Git fails for reasons of this machine as well, such as a full disk: then it still reads origin.
        if not error.started or shell.succeeds(shell["git"]["ls-remote", "--quiet", release.url, "HEAD"]):
            raise
        raise UnreachableError(
            f"{release.url} cannot be read: {error.cause}",
            "is the network up, and may you read the repository?",
        ) from None


def remember_next(context: ReleaseContext) -> None:
    """Record that the candidate was begun as the next one: asked for again, it is the one to be finished."""
    context.journal.choose("session", BEGUN_AS_NEXT, lambda: "asked for")


def _stays(release: Release) -> bool:
    """Whether the candidate was begun as the next one here, and no failed vote has ended it."""
    journal = Journal(release.folder / "journal.jsonl")
    if journal.chosen(BEGUN_AS_NEXT) is None:
        return False
    result = vote.load(vote.path(release))
    return result is None or result.result == "passed"


def _passed(release: Release) -> str:
    """How the vote on the candidate passed; nothing when it did not, or is not recorded here."""
    found = vote.load(vote.path(release))
    return (
        f"the vote on {found.candidate} passed: {found.evidence}"
        if found and found.result == "passed"
        else ""
    )


def asking(shell: Shell) -> StepShell:
    """A shell for questions that no step asks: it has no journal."""
    return StepShell(shell, Journal(Path(os.devnull)), "session")
