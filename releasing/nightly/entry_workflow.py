"""How the workflow of an entry is made: of a component of its ksonnet app, or of its Argo WorkflowTemplate.

The parameters and their order are those of kubeflow/testing's run_e2e_workflow.py.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.builds import image_builds, ks_program
from releasing.builds.submission import PROW

if TYPE_CHECKING:
    from releasing.nightly.nights import Night
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command

# All that a night gives to a WorkflowTemplate that declares it, beside the entry's own.
SET_BY_NIGHTS = ("name", "prow_env", "namespace", "bucket", "versionTag", *PROW)


@dataclass(frozen=True)
class Wanted:
    """The workflow to make: its name, the images' tag, the variables of Prow, and its labels in the cluster."""

    name: str
    tag: str
    prow: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Making:
    """The commands that make it: what sets its parameters, shows it, lists its images, and submits it."""

    settings: tuple[Command, ...]
    show: Command
    images: Command
    submit: Command


def making(night: Night, sh: StepShell, entry: Entry, wanted: Wanted, checkout: str) -> Making:
    """The commands for `entry`, whose repository is at `checkout`."""
    of = _of_template if entry.name in night.templates else _of_app
    return of(night, sh, entry, wanted, checkout)


def namespace(night: Night, entry: Entry) -> str:
    """Where the entry's workflow runs: its own parameter says so, or release.yaml does."""
    return entry.params.get("namespace", night.namespace)


def own_parameters(entry: Entry, declared: Container[str]) -> dict[str, str]:
    """The entry's own parameters for a template; `namespace` says where it runs, and is one only where `declared`."""
    params = sorted(entry.params.items())
    return {name: value for name, value in params if name != "namespace" or name in declared}


def _of_app(night: Night, sh: StepShell, entry: Entry, wanted: Wanted, checkout: str) -> Making:
    folder, name = f"{checkout}/{entry.folder}", wanted.name
    ks = ks_program.ks(night, sh)
    add = ks["env", "add", name, f"--namespace={night.namespace}"]
    values = _values(night, wanted) | dict(sorted(entry.params.items()))
    settings = [
        ks_program.param_set(ks, name, entry.component, parameter, value)
        for parameter, value in values.items()
    ]
    return Making(
        tuple(each.within(folder) for each in (add, *settings)),
        ks["show", name, "-c", entry.component].within(folder),
        sh["list_built_images.py"][name, "-c", entry.component, "--tag", wanted.tag].within(folder),
        image_builds.applying(night, sh, name, entry.component, wanted.labels).within(folder),
    )


def _of_template(night: Night, sh: StepShell, entry: Entry, wanted: Wanted, checkout: str) -> Making:
    """Of what a night sets, what the template declares; the entry's own parameters it has to have."""
    file = f"{checkout}/{entry.template}"
    own = {**_values(night, wanted), **wanted.prow}
    declared = {name: value for name, value in own.items() if name in night.templates[entry.name]}
    parameters = _options("--parameter", declared | own_parameters(entry, declared))
    words = [file, "--name", wanted.name, "--namespace", namespace(night, entry), *parameters]
    submit = sh["submit_workflow.py"][(*words, *_options("--label", wanted.labels))]
    images = sh["list_built_images.py"][("--template", file, *parameters, "--tag", wanted.tag)]
    return Making((), submit["--show"], images, submit)


def _values(night: Night, wanted: Wanted) -> dict[str, str]:
    """What is set, in this order; an entry's own parameters follow, and may override them."""
    bucket = {"bucket": night.settings.bucket} if night.settings.bucket else {}
    return {
        "name": wanted.name,
        "prow_env": ",".join(f"{key}={value}" for key, value in wanted.prow.items()),
        "namespace": night.namespace,
        **bucket,
        "versionTag": wanted.tag,
    }


def _options(option: str, values: Mapping[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in (option, f"{name}={value}")]
