"""The build of one entry in one night: its workflow's name and parameters, and the images that it leaves.

Runbook: "Image Auto Release".
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from itertools import count, takewhile
from typing import TYPE_CHECKING

from releasing.builds import identity, image_builds, submission
from releasing.changes import pull_requests
from releasing.clients.cluster import workflow
from releasing.config import registries
from releasing.errors import CommandError, PreconditionError
from releasing.nightly import entry_workflow, in_cluster
from releasing.nightly.entry_workflow import Wanted, namespace
from releasing.runbook.choice import Choice
from releasing.runbook.step import Finding, unmet
from releasing.shell.command import PENDING

if TYPE_CHECKING:
    from releasing.nightly.nights import Night
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell


def commit(night: Night, sh: StepShell) -> str:
    """The commit of the night: as workflows of it that were submitted elsewhere say, or the latest green one."""
    return sh.choose(
        identity.COMMIT, lambda: in_cluster.commit(night, sh) or identity.latest_green(night, sh)
    )


def short_commit(night: Night, sh: StepShell) -> str:
    """The first eight digits of it."""
    return identity.shortened(sh, commit(night, sh))


def tag(night: Night, sh: StepShell) -> str:
    """The tag of every image of the night: vYYYYMMDD-SHA8."""
    short = short_commit(night, sh)
    return sh.choose(identity.BUILD_TAG, lambda: f"v{night.date}-{short}")


def run(night: Night, sh: StepShell, entry: Entry) -> None:
    """Submit the entry's workflow with its parameters, and wait for its end.

    A workflow of this night that is still at work is waited for; one that is over and left images missing gets a
    successor. Nothing is submitted when all images are in the registry, as another machine left them.
    Raises PreconditionError when others build the night from another commit.
    """
    _require_ours(night, sh)
    built_as, again = tag(night, sh), _asked_again(sh, entry)
    name = _next_workflow(night, sh, entry)
    marks = submission.labels(night, entry.name, commit(night, sh), built_as)
    wanted = Wanted(name, built_as, _prow(night, sh), marks)
    making = entry_workflow.making(night, sh, entry, wanted, _checkout(night, sh, entry))
    for setting in making.settings:
        sh.run(setting)
    sh.keep(making.show)
    choice = _images_of(entry)
    names = sh.choose(choice, lambda: sh.read(making.images, pending=choice.name))
    there = built(night, sh, entry) if not PENDING.search(names) else unmet("")
    if there.holds and not again and not in_cluster.is_at_work(night, sh, entry):
        return sh.say(f"nothing to submit: {there.text}")
    for image, digest in there.facts.items():
        sh.say(f"built again on request: {image}:{built_as} moves away from {digest}")
    sh.run(making.submit)
    minutes = f"{night.settings.minutes:g}"
    return sh.wait(
        sh["wait_for_workflow.py"][name, "--namespace", namespace(night, entry), "--timeout", minutes]
    )


def built(night: Night, sh: StepShell, entry: Entry) -> Finding:
    """Whether every image that the entry's workflow builds is in the registry under the night's tag.

    An image whose tag was moved since it was built here, for example by --redo on another machine, is reported.
    """
    wanted, names = night.image_tag, images(night, sh, entry)
    if not names:
        return unmet("not built this night")
    digests = registries.digests(names, wanted, sh.environment)
    missing = [name for name, digest in digests.items() if digest is None]
    if missing:
        return unmet(f"not in the registry at {wanted}: {', '.join(missing)}")
    counted = f"{len(digests)} image{'s' if len(digests) > 1 else ''} at {wanted}"
    moved = [f"{name} {text}" for name, text in image_builds.moved(sh, digests).items()]
    return Finding(
        True, "; ".join([counted, *moved]), {name: str(digest) for name, digest in digests.items()}
    )


def images(night: Night, sh: StepShell, entry: Entry) -> list[str]:
    """The names of the images that the entry's workflow builds; none before it was submitted, here or elsewhere."""
    known = sh.chosen(_images_of(entry))
    return known.split() if known else in_cluster.images(night, sh, entry)


def submitted(night: Night, sh: StepShell, entry: Entry) -> str:
    """The name of the entry's newest workflow of this night; empty before one was submitted."""
    names = takewhile(bool, (sh.chosen(_workflow_of(entry, attempt)) or "" for attempt in count(1)))
    # Its images are known right before it is submitted; what fails earlier has a name, and no workflow.
    if sh.chosen(_images_of(entry)) is not None and (known := [*names]):
        return known[-1]
    there = in_cluster.newest(night, sh, entry)
    return there.name if there else ""


def link(night: Night, entry: Entry, name: str) -> str:
    """Where to look at the workflow `name`: its page, or a command when no pages are known."""
    where = namespace(night, entry)
    if night.settings.ui:
        return f"{night.settings.ui.rstrip('/')}/workflows/{where}/{name}"
    return f"kubectl -n {where} get workflow {name}"


def _require_ours(night: Night, sh: StepShell) -> None:
    """Raise PreconditionError when the workflows of the night in the cluster are built from another commit."""
    ours = commit(night, sh)
    others = in_cluster.commits(night, sh)
    if others and ours not in others:
        raise PreconditionError(
            f"the night of {night.date} is already built from {others[-1][:12]} elsewhere, but was started here "
            f"with {ours[:12]}; nothing is submitted",
            f"one night has one commit; this command builds what is missing: {night.command('')}",
        )


def _images_of(entry: Entry) -> Choice:
    return Choice(f"{entry.name} images")


def _workflow_of(entry: Entry, attempt: int) -> Choice:
    return Choice(f"{entry.name} workflow {attempt}")


def _asked_again(sh: StepShell, entry: Entry) -> bool:
    """Whether the release manager repeats the entry with --redo, and it was not built since."""
    events = [each["event"] for each in sh.journal.of_step(entry.name)]
    return [each for each in events if each in ("redo", "done", "adopted")][-1:] == ["redo"]


def _next_workflow(night: Night, sh: StepShell, entry: Entry) -> str:
    """The name to submit under: the first of this night and entry that is not over already.

    It follows from the night alone, so that two machines that build the same night submit the same workflow.
    """
    attempt, name = 1, _workflow_name(night, sh, entry, 1)
    while not sh.needed(lambda: not _is_over(sh, name, namespace(night, entry))):  # noqa: B023 - asked at once
        attempt += 1
        name = _workflow_name(night, sh, entry, attempt)
    return sh.choose(_workflow_of(entry, attempt), lambda: name)


def _is_over(sh: StepShell, name: str, where: str) -> bool:
    # A plan may be made before anybody is logged in to the cluster; a run finds that out when it submits.
    with suppress(CommandError):
        found = workflow.find(sh, name, where)
        return found is not None and found.phase in workflow.OVER
    return False


def _workflow_name(night: Night, sh: StepShell, entry: Entry, attempt: int) -> str:
    """JOB_NAME-NAME-SHA8-BUILD-SALT, with as much of NAME as fits in a label: two of Kubeflow's would not.

    The salt is of the whole name.
    """
    built_from, short = commit(night, sh), short_commit(night, sh)
    salt = _digits(f"{night.date} {built_from} {entry.name} {attempt}")
    end = f"-{short}-{build_number(night, built_from)}-{salt}"
    room = submission.LIMIT - len(f"{night.settings.job_name}-{end}")
    return f"{night.settings.job_name}-{entry.name[:room].rstrip('-')}{end}"


def build_number(night: Night, built_from: str) -> str:
    """Four hexadecimal digits, as the original cuts from a UUID; those of a night stay the same."""
    return _digits(f"{night.date} {built_from}")


def _digits(seed: str) -> str:
    return sha256(seed.encode()).hexdigest()[:4]


def _prow(night: Night, sh: StepShell) -> dict[str, str]:
    """The variables of Prow, sorted as the original sorts them."""
    settings, number = night.settings, build_number(night, commit(night, sh))
    short = short_commit(night, sh)
    return dict(sorted(submission.prow(night, settings.job_name, settings.job_type, short, number).items()))


def _checkout(night: Night, sh: StepShell, entry: Entry) -> str:
    """A clean clone at the night's commit; its path."""
    scratch = pull_requests.clone(night, sh, entry.name, night.config.default_branch)
    sh.run(sh["git"]["-C", scratch, "checkout", "--quiet", "--detach", commit(night, sh)])
    return scratch
