"""What exists after a run, and how to look at each of it with ordinary tools."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from releasing.announcements.outbox import path as mail_path
from releasing.builds import identity
from releasing.changes import pull_requests
from releasing.config import registries
from releasing.shell.command import Command
from releasing.shell.environment import leads_away

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from releasing.changes.pull_requests import Proposal
    from releasing.release import Release
    from releasing.runbook.context import ReleaseContext
    from releasing.runbook.step_shell import StepShell


def lines(context: ReleaseContext, sh: StepShell, proposals: Iterable[Proposal]) -> Iterator[str]:
    """The report, read from the world again; `proposals` make the pull requests of the release."""
    release = context.release
    commit = release.origin(sh).commit_of(f"refs/tags/{release.tag}")
    yield f"{release.config.project} {release.tag}"
    yield f"  tag      {release.tag} is at {commit or 'no commit'} on {release.branch}"
    yield from _images(release, sh)
    if not release.final:
        yield from _pull_requests(release, sh, proposals)
    yield f"  mail     {mail_path(release)}"
    yield f"  journal  {context.journal.path}"
    yield f"  log      {context.shell.log}"
    yield f"  time     {_times(context)}"
    yield from looks(release, sh.environment)


def looks(release: Release, environment: Mapping[str, str]) -> Iterator[str]:
    """Commands of ordinary tools that show the same; nothing outside a sandbox."""
    sandbox, registry_url = environment.get("RELEASE_SANDBOX"), environment.get("RELEASE_SANDBOX_REGISTRY")
    if not sandbox or not registry_url:
        return
    yield "inspect it with ordinary tools:"
    yield f"  {Command(('git', 'ls-remote', f'{sandbox}/github/{release.slug}.git'))}"
    yield f"  {Command(('cat', str(mail_path(release))))}"
    for image in release.images[:1]:
        yield f"  {Command(('skopeo', 'inspect', f'oci:{sandbox}/registry/{image}:{release.image_tag}'))}"
        address = f"docker://{registry_url.removeprefix('http://')}/{image}:{release.image_tag}"
        yield "while scripts/invoke rehearsal.serve runs in another terminal:"
        yield f"  {Command(('skopeo', 'inspect', '--tls-verify=false', address))}"
    if not release.final:
        yield "when this one is voted down: vote --result failed --evidence URL, then --candidate next"


def exports(environment: Mapping[str, str]) -> Iterator[str]:
    """The lines that give a terminal this environment, as far as it differs from the terminal's own."""
    if sandbox := environment.get("RELEASE_SANDBOX"):
        serve = Command(("scripts/invoke", "rehearsal.serve", "--sandbox", sandbox))
        yield f"# before these lines are pasted, start the servers of the rehearsal in another terminal: {serve}"
    for name, value in sorted(environment.items()):
        if os.environ.get(name) != value:
            yield f"export {name}={shlex.quote(value)}"
    for name in sorted({*os.environ} - {*environment}):
        # For a program an empty one is none; git would fail over an empty name of a file.
        if leads_away(name) and not name.startswith("GIT_") and re.fullmatch(r"[A-Za-z_]\w*", name):
            yield f"export {name}="


def _images(release: Release, sh: StepShell) -> Iterator[str]:
    digests = registries.digests(release.images, release.image_tag, sh.environment)
    for image, digest in digests.items():
        yield f"  image    {image}:{release.image_tag} {digest or 'absent'}"


def _pull_requests(release: Release, sh: StepShell, proposals: Iterable[Proposal]) -> Iterator[str]:
    tag = identity.known_tag(release, sh) or ""
    for propose in proposals:
        change = propose(release, tag)
        found = pull_requests.find(release, sh, change)
        if found:
            state = "merged" if found.merged else found.state
            yield f"  pull     #{found.number} into {change.base}, {state}: {change.title}"


def _times(context: ReleaseContext) -> str:
    # What a person corrected in the journal may lack the time.
    done = [event for event in context.journal.events("done") if event.get("seconds")]
    return ", ".join(f"{event['step']} {event['seconds']} s" for event in done)
