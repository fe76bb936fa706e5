"""What the cluster says of a night: its workflows, by their labels, whoever submitted them and from wherever."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from releasing.builds import submission
from releasing.clients.cluster.workflow import OVER
from releasing.errors import CommandError, PreconditionError
from releasing.nightly.entry_workflow import namespace

if TYPE_CHECKING:
    from releasing.clients.cluster.workflow import Workflow
    from releasing.nightly.nights import Night
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell


def commit(night: Night, sh: StepShell) -> str:
    """What the newest of them is built from; empty before the first."""
    return next(reversed(commits(night, sh)), "")


def commits(night: Night, sh: StepShell) -> list[str]:
    """What the workflows of the night are built from, the newest last: one commit, or none before the first."""
    found = (each.labels.get(submission.COMMIT) for each in _workflows(night, sh, night.namespace))
    return list(dict.fromkeys(commit for commit in found if commit))


def newest(night: Night, sh: StepShell, entry: Entry) -> Workflow | None:
    """The newest workflow of the entry that the night's commit is built by."""
    found = _workflows(night, sh, namespace(night, entry))
    wanted = {submission.STEP: entry.name, submission.COMMIT: night.commit}
    return next((each for each in reversed(found) if wanted.items() <= each.labels.items()), None)


def is_at_work(night: Night, sh: StepShell, entry: Entry) -> bool:
    """Whether this workflow is not over: what it pushes may still come, or come again."""
    found = newest(night, sh, entry)
    return found is not None and found.phase not in OVER


def images(night: Night, sh: StepShell, entry: Entry) -> list[str]:
    """The names of the images that this workflow has built, read from the workflow itself; none before its end."""
    from releasing.nightly.expected_images import expected  # noqa: PLC0415 - tasks are listed without

    found = newest(night, sh, entry)
    if found is None or found.phase not in OVER:
        return []
    with suppress(PreconditionError):
        return expected([{"spec": found.spec}], night.image_tag)
    return []


def _workflows(night: Night, sh: StepShell, namespace: str) -> list[Workflow]:
    # Nobody may have logged in here yet; what a run submits is looked at again once it has the cluster's lock.
    with suppress(CommandError):
        return submission.labelled(night, sh, "", namespace)
    return []
