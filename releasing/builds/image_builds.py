"""Builds of images: the Argo workflows that make them, and the pull requests that name what they made.

Runbook: "Build TF Serving Images" and "Build the Jupyter Images" (the variables of their shell blocks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.builds import made_images
from releasing.builds.identity import build_tag, commit, known_tag, short_commit
from releasing.builds.ks_program import ks, param_set
from releasing.builds.submission import Submission, WorkflowBuild, labels, submission, workflow_of
from releasing.changes import pull_requests
from releasing.changes.pull_requests import Change
from releasing.changes.reference_edit import ReferenceEdit, change, rules
from releasing.config import registries
from releasing.config.path import config_path
from releasing.runbook.step import Finding, unmet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from releasing.changes.pull_requests import Proposal
    from releasing.clients.cluster.workflow import Workflow
    from releasing.config.release_yaml import Build as BuildSettings
    from releasing.config.release_yaml import Images
    from releasing.release import AnyRelease, Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command

OPTIONS = ("commit", "because")  # of steps that build: build_commit.py


@dataclass(frozen=True)
class NamedBuild:
    """A build of release.yaml, and its name there."""

    name: str
    settings: BuildSettings

    @property
    def step(self) -> str:
        """The name of the step that carries it out."""
        return f"build-{self.name}"


def checkout(release: Release, sh: StepShell, step: str) -> str:
    """A clean clone at the commit to build; its path."""
    wanted = commit(release, sh)
    scratch = pull_requests.clone(release, sh, step, release.config.default_branch)
    sh.run(sh["git"]["-C", scratch, "checkout", "--quiet", "--detach", wanted])
    return scratch


def run_workflow(release: Release, sh: StepShell, named: NamedBuild) -> None:
    """Submit the workflow that builds, with the runbook's parameters, unless it is at work; watch it to its end.

    Images whose app chose their tag get the release's build tag afterwards.
    """
    settings = named.settings
    names = [f"{release.config.registry}/{name}" for name in settings.images.names]
    chosen_by_app = settings.tag == "app" and release.config.engine != "argo"
    build = WorkflowBuild(
        named.step, settings.workflow, commit(release, sh), short_commit(release, sh), build_tag(release, sh)
    )

    def lacks(found: Workflow) -> bool:
        if chosen_by_app:
            return bool(made_images.lacking(found, names, sh.environment))
        return not built(release, sh, settings.images).holds

    wanted = submission(release, sh, build, lacks)
    if wanted.there:
        sh.say(f"{wanted.there.title} is already submitted: {wanted.there.standing}")
    elif release.config.engine == "argo":
        _submit_template(release, sh, build, wanted)
    else:
        _apply_app(release, sh, build, wanted)
    sh.wait(sh["wait_for_workflow.py"][wanted.name, "--namespace", wanted.namespace])
    if chosen_by_app:
        sh.run(_tagging(release, sh, build, wanted, names))


def _tagging(
    release: Release, sh: StepShell, build: WorkflowBuild, wanted: Submission, names: list[str]
) -> Command:
    """The command that gives the build tag to what the workflow made under tags of its own."""
    tag = sh["tag_built_images.py"]["--workflow", wanted.name, "--namespace", wanted.namespace]
    tag = tag["--commit", build.commit][tuple(word for name in names for word in ("--image", name))]
    return tag[("--tag", build.tag, *(("--allow-move", release.allow_move) if release.allow_move else ()))]


def workflows(release: Release, sh: StepShell) -> list[str]:
    """The names of the workflows that built this release, as far as they were submitted here."""
    builds = (NamedBuild(name, settings) for name, settings in release.config.builds.items())
    names = (sh.chosen(workflow_of(build.step)) for build in builds)
    return [name for name in names if name]


def _apply_app(release: Release, sh: StepShell, build: WorkflowBuild, wanted: Submission) -> None:
    """Set the runbook's parameters in a clean checkout, and create the app's workflow, with this release's labels."""
    workflow = build.workflow
    folder = f"{checkout(release, sh, build.step)}/{workflow.app}"
    program, environment = ks(release, sh), workflow.environment
    for parameter, value in wanted.parameters(release, build).items():
        sh.run(param_set(program, environment, workflow.component, parameter, value).within(folder))
    marks = labels(release, build.step, build.commit, build.tag)
    sh.run(applying(release, sh, workflow.environment, workflow.component, marks).within(folder))


def applying(
    release: AnyRelease, sh: StepShell, environment: str, component: str, marks: Mapping[str, str]
) -> Command:
    """The command that creates a component's workflow with the labels `marks`."""
    words = ",".join(f"{key}={value}" for key, value in marks.items())
    apply = ks(release, sh)["apply", environment, "-c", component]
    return sh["env"][(f"KS_LABELS={words}", *apply.words)]


def _submit_template(release: Release, sh: StepShell, build: WorkflowBuild, wanted: Submission) -> None:
    """Make a workflow of the step's WorkflowTemplate, which `deploy.render` keeps beside release.yaml."""
    template = config_path(sh.environment).absolute().parent / "deploy" / f"{build.step}.yaml"
    submit = sh["submit_workflow.py"][str(template), "--name", wanted.name, "--namespace", wanted.namespace]
    for key, value in labels(release, build.step, build.commit, build.tag).items():
        submit = submit["--label", f"{key}={value}"]
    for parameter, value in {**wanted.prow(release, build), "versionTag": build.tag}.items():
        submit = submit["--parameter", f"{parameter}={value}"]
    sh.run(submit)


def built(release: Release, sh: StepShell, images: Images) -> Finding:
    """Whether every one of `images` is in the registry at this release's build tag."""
    tag = known_tag(release, sh)
    if tag is None:
        return unmet("the commit to build from is not chosen yet")
    names = [f"{release.config.registry}/{name}" for name in images.names]
    digests = registries.digests(names, tag, sh.environment)
    missing = [name for name, digest in digests.items() if digest is None]
    if missing:
        return unmet(f"not in the registry at {tag}: {', '.join(missing)}")
    if found := moved(sh, digests):
        return unmet("\n".join(f"{name}:{tag} {text}" for name, text in found.items()))
    counted = f"{len(digests)} image{'s' if len(digests) > 1 else ''} at {tag}"
    return Finding(True, counted, {name: str(digest) for name, digest in digests.items()})


def moved(sh: StepShell, digests: dict[str, str | None]) -> dict[str, str]:
    """The images whose tag names another digest than when this step was done, with both."""
    known = sh.journal.facts(sh.step)
    return {
        name: f"is {digest}, and was {known[name]} when it was built"
        for name, digest in digests.items()
        if known.get(name, digest) != digest
    }


def built_and_proposed(release: Release, sh: StepShell, images: Images, propose: Proposal) -> Finding:
    """Whether `images` are built, and the default branch or the pull request of `propose` names the build."""
    finding = built(release, sh, images)
    tag = known_tag(release, sh)
    if not finding.holds or tag is None:
        return finding
    named = pull_requests.proposed(release, sh, propose(release, tag))
    return Finding(named.holds, f"{finding.text}; {named.text}", finding.facts)


def naming(release: Release, step: str, images: Images, path: str, tag: str) -> Change:
    """The pull request that names build `tag` of `images` in `path` on the default branch."""
    edit = ReferenceEdit(rules(release, [images], tag), only=(path,))
    text = (f"Use {_summary(images)} {tag}", f"{path} at build {tag} of {', '.join(images.names)}.")
    return change(release, step, release.config.default_branch, text, edit)


def _summary(images: Images) -> str:
    first, *others = images.names
    return f"{first} and {len(others)} more images," if others else first
