"""Workflows of a release: how each is named, labelled and told what to build, and which one is at work already.

A workflow is found again by its labels, from any machine; one that was submitted without them by its name. One that
failed is left as it is, and the next attempt has a name of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from releasing.clients.cluster import workflow as cluster
from releasing.errors import ConfigError
from releasing.runbook.choice import Choice

if TYPE_CHECKING:
    from releasing.config.release_yaml import BuildWorkflow
    from releasing.release import AnyRelease
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command

LIMIT = 63  # of a label value in Kubernetes; Argo labels its pods with the workflow's name
REPOSITORY, RELEASE, STEP = "release-tool/repository", "release-tool/release", "release-tool/step"
COMMIT, BUILD = "release-tool/commit", "release-tool/build"
# What checkout.sh and prow_artifacts of kubeflow/testing read, in the runbook's order.
PROW = ("JOB_NAME", "JOB_TYPE", "PULL_BASE_SHA", "REPO_NAME", "REPO_OWNER", "BUILD_NUMBER")


@dataclass(frozen=True)
class WorkflowBuild:
    """What a step builds: by which workflow of release.yaml, at which commit, under which tag."""

    step: str
    workflow: BuildWorkflow
    commit: str
    short: str
    tag: str


@dataclass(frozen=True)
class Submission:
    """A workflow to submit, or one that is in the cluster already (`there`)."""

    name: str
    namespace: str
    number: str
    there: cluster.Workflow | None = None

    def parameters(self, release: AnyRelease, build: WorkflowBuild) -> dict[str, str]:
        """What the runbook sets, in its order."""
        prow_env = ",".join(f"{name}={value}" for name, value in self.prow(release, build).items())
        values = {"namespace": self.namespace, "name": self.name, "prow_env": prow_env}
        return values | {"versionTag": build.tag} | build.workflow.parameters

    def prow(self, release: AnyRelease, build: WorkflowBuild) -> dict[str, str]:
        """The variables of Prow, in the runbook's order."""
        return prow(release, build.workflow.job_name, "postsubmit", build.short, self.number)


def workflow_of(step: str, attempt: int = 1) -> Choice:
    """The name of the workflow that a step submits; each attempt has one of its own."""
    return Choice(f"{step} workflow" + (f" {attempt}" if attempt > 1 else ""))


def prow(release: AnyRelease, job_name: str, job_type: str, short: str, number: str) -> dict[str, str]:
    """The variables of Prow, in the runbook's order; `short` is the commit, `number` that of the build."""
    owner, _, repository = release.slug.partition("/")
    return dict(zip(PROW, (job_name, job_type, short, repository, owner, number), strict=True))


def labels(release: AnyRelease, step: str, commit: str, tag: str) -> dict[str, str]:
    """The labels by which a workflow of this release is known."""
    return _labels(release, step) | {COMMIT: commit, BUILD: tag}


def pinned(release: AnyRelease, sh: StepShell, label: str) -> str:
    """What workflows of this release that were submitted elsewhere say of COMMIT or BUILD; empty without any."""
    if release.config.gcp is None:
        return ""
    said = [each.labels.get(label, "") for each in labelled(release, sh, "", release.namespace)]
    return next((text for text in reversed(said) if text), "")


def of_releases(release: AnyRelease, sh: StepShell) -> list[cluster.Workflow]:
    """The workflows in the cluster that releases of this repository submitted, nights included; the newest last."""
    return _selected(sh, {REPOSITORY: _repository(release)}, release.namespace)


def labelled(release: AnyRelease, sh: StepShell, step: str, namespace: str) -> list[cluster.Workflow]:
    """The workflows of this release in a namespace, of all steps when `step` is empty; the newest last."""
    return _selected(sh, _labels(release, step), namespace)


def submission(
    release: AnyRelease, sh: StepShell, build: WorkflowBuild, lacks: Callable[[cluster.Workflow], bool]
) -> Submission:
    """The workflow of `build` that is at work, or the next one to submit; its name is journalled.

    `lacks` says whether images are missing although that workflow succeeded.
    """
    known = _attempts(sh, build.step)
    there = _present(release, sh, build)
    newest = there[-1] if there else None
    if newest and not _is_spent(newest, sh, build.step, known, lacks):
        if newest.name not in known:
            sh.choose(workflow_of(build.step, len(known) + 1), lambda: newest.name)
        return Submission(newest.name, newest.namespace, "", newest)
    begun = known and known[-1] not in {each.name for each in there}
    attempt = len(known) if begun else len(known) + 1
    number = _number(release, sh, build, attempt + len([each for each in there if each.name not in known]))
    how = f'"$USER"-{build.workflow.job_name}-"$build_tag"-"${_variable(build.step)}_build_number"'
    choice = replace(workflow_of(build.step, attempt), in_shell=how)
    name = sh.choose(choice, lambda: _name(release, build, number))
    return Submission(name, release.namespace, number)


def _is_spent(
    found: cluster.Workflow,
    sh: StepShell,
    step: str,
    known: list[str],
    lacks: Callable[[cluster.Workflow], bool],
) -> bool:
    """Whether another attempt is needed: it failed, or succeeded and is asked for again, or without its images."""
    if found.phase != "Succeeded":
        return found.phase in cluster.OVER
    return sh.needed(lambda: lacks(found)) or _is_redone(sh, step, known)


def _is_redone(sh: StepShell, step: str, known: list[str]) -> bool:
    """Whether the release manager repeats the step with --redo, and no workflow was submitted since."""
    after = [each for each in sh.journal.of_step(step) if each["event"] in ("redo", "chosen")]
    last = [each["event"] for each in after if each["event"] == "redo" or each.get("value") in known]
    return last[-1:] == ["redo"]


def _present(release: AnyRelease, sh: StepShell, build: WorkflowBuild) -> list[cluster.Workflow]:
    """The workflows of this release and step in the cluster, the newest last."""
    found = labelled(release, sh, build.step, release.namespace)
    if found:
        return found
    kubectl = _kubectl(sh, release.namespace)
    own = re.compile(rf"-{re.escape(build.workflow.job_name)}-{re.escape(build.tag)}(-\w+)?$")
    names = [
        line.partition("/")[2] for line in sh.ask(kubectl["get", "workflows", "-o", "name"]).splitlines()
    ]
    found = []
    for name in filter(own.search, names):
        text = sh.ask(kubectl["get", "workflow", name, "--ignore-not-found", "-o", "json"])
        found += [cluster.parsed(json.loads(text), release.namespace)] if text else []
    return sorted(found, key=lambda each: each.created)


def _selected(sh: StepShell, labels: dict[str, str], namespace: str) -> list[cluster.Workflow]:
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    text = sh.ask(_kubectl(sh, namespace)["get", "workflows", "-l", selector, "-o", "json"])
    items = json.loads(text)["items"] if text else []
    return sorted((cluster.parsed(each, namespace) for each in items), key=lambda each: each.created)


def _kubectl(sh: StepShell, namespace: str) -> Command:
    return sh["kubectl"]["--request-timeout=30s", "-n", namespace]


def _labels(release: AnyRelease, step: str) -> dict[str, str]:
    return {REPOSITORY: _repository(release), RELEASE: release.tag} | ({STEP: step} if step else {})


def _repository(release: AnyRelease) -> str:
    return release.slug.replace("/", ".")[:LIMIT].rstrip("-_.")


def _attempts(sh: StepShell, step: str) -> list[str]:
    """The names that were chosen for workflows of `step` until now."""
    names = (sh.journal.chosen(workflow_of(step, number)) for number in count(1))
    return [name for name in iter(lambda: next(names), None) if name]


def _number(release: AnyRelease, sh: StepShell, build: WorkflowBuild, attempt: int) -> str:
    """Four hexadecimal digits, as the runbook cuts from uuidgen; the same for a plan and its run."""
    from hashlib import sha256  # noqa: PLC0415 - not needed to list tasks

    more = f" {attempt}" if attempt > 1 else ""
    seed = f"{release.tag} {build.commit} {build.step}{more}"
    choice = Choice(
        f"{build.step} build number{more}", in_shell="$(od -An -N2 -tx2 /dev/urandom | tr -d ' ')"
    )
    return sh.choose(choice, lambda: sha256(seed.encode()).hexdigest()[:4])


def _name(release: AnyRelease, build: WorkflowBuild, number: str) -> str:
    rest = f"-{build.workflow.job_name}-{build.tag}-{number}"
    allowed = re.sub(r"[^a-z0-9]+", "-", release.user.lower())
    user = allowed[: max(0, LIMIT - len(rest))].strip("-")
    if not user:
        raise ConfigError(
            f"the name of {build.step}'s workflow, USER{rest}, would be longer than {LIMIT} characters",
            "write a shorter job-name in release.yaml",
        )
    return user + rest


def _variable(step: str) -> str:
    return step.replace("-", "_")
