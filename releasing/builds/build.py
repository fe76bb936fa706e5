"""Builds of images: the commit and the tag they share, and the Argo workflows that make them.

Runbook: "Build TF Serving Images" and "Build the Jupyter Images" (the variables of their shell blocks).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releasing.builds.ks_program import ks
from releasing.builds.submission import BUILD, COMMIT, Build, Submission, labels, pinned, submission
from releasing.changes import image_tags_edit, pull_requests
from releasing.changes.pull_requests import Change
from releasing.changes.reference_edit import ReferenceEdit, change, rules
from releasing.config import registries
from releasing.config.path import config_path
from releasing.errors import PreconditionError
from releasing.runbook.step import Finding, unmet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from releasing.config.release_yaml import Images, Workflow
    from releasing.release import Release, Undertaking
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command

OPTIONS = ("commit", "because")  # of steps that build: build_commit.py


def known_tag(release: Release, sh: StepShell) -> str | None:
    """The build tag of this release: as chosen, or as its own change of image_tags.yaml says; None before both.

    The second makes a release that somebody carried out by hand readable without a journal.
    """
    return sh.chosen("build tag") or image_tags_edit.listed_build(release, sh)


def chosen_tag(release: Release, sh: StepShell) -> str:
    """The build tag of this release; PreconditionError before anything is built."""
    tag = known_tag(release, sh)
    if tag is None:
        raise PreconditionError(
            "this candidate's images are not built here yet", "build them first: release.rc"
        )
    return tag


def commit(release: Undertaking, sh: StepShell) -> str:
    """The commit that all images of this release are built from: the latest green postsubmit.

    What was submitted for this release from another machine keeps its commit.
    """
    return sh.choose("commit", lambda: pinned(release, sh, COMMIT) or latest_green(release, sh))


def latest_green(release: Undertaking, sh: StepShell) -> str:
    """The commit of the latest green postsubmit on the default branch."""
    latest = sh["latest_green_commit.py"][release.slug, release.config.default_branch, *_source(release)]
    return sh.read(latest, pending="commit", known=True)


def _source(release: Undertaking) -> list[str]:
    """The options that say who knows which commits are green: the testgrid of release.yaml, or GitHub."""
    checks = release.config.checks
    if checks.testgrid:
        return ["--testgrid", checks.testgrid.url, checks.testgrid.dashboard, checks.testgrid.tab]
    return [word for context in checks.postsubmit for word in ("--context", context)]


def build_tag(release: Release, sh: StepShell) -> str:
    """The tag of every image that this release builds: vYYYYMMDD-SHA8."""
    short = short_commit(release, sh)
    return sh.choose(
        "build tag",
        lambda: (
            image_tags_edit.listed_build(release, sh)
            or _submitted(release, sh, short)
            or f"v{datetime.now(UTC):%Y%m%d}-{short}"
        ),
        how='v$(date -u +%Y%m%d)-"$short_commit"',
    )


def _submitted(release: Release, sh: StepShell, short: str) -> str:
    """The tag that workflows of this release build which were submitted elsewhere; empty without any.

    Raises PreconditionError when they build another commit: this one was named with --commit on this machine.
    """
    tag = pinned(release, sh, BUILD)
    if tag and not tag.endswith(f"-{short}"):
        raise PreconditionError(
            f"workflows of {release.tag} in the cluster build {tag}, not {short}",
            "one candidate is built from one commit: go on from the machine that submitted them, "
            "or once it is tagged: --candidate next",
        )
    return tag


def short_commit(release: Release, sh: StepShell) -> str:
    """The first eight digits of the commit, as the runbook's PULL_BASE_SHA has them."""
    full = commit(release, sh)
    return sh.choose("short commit", lambda: full[:8], how='$(printf %.8s "$commit")')


def checkout(release: Release, sh: StepShell, step: str) -> str:
    """A clean clone at the commit to build; its path."""
    wanted = commit(release, sh)
    scratch = pull_requests.clone(release, sh, step, release.config.default_branch)
    sh.run(sh["git"]["-C", scratch, "checkout", "--quiet", "--detach", wanted])
    return scratch


def run_workflow(release: Release, sh: StepShell, step: str, workflow: Workflow, images: Images) -> None:
    """Submit the workflow that builds, with the runbook's parameters, unless it is at work; watch it to its end."""
    build = Build(step, workflow, commit(release, sh), short_commit(release, sh), build_tag(release, sh))
    wanted = submission(release, sh, build, lambda: not built(release, sh, images).holds)
    if wanted.there:
        sh.say(f"{wanted.there.title} is taken up: {wanted.there.standing}")
    elif release.config.engine == "argo":
        _submit_template(release, sh, build, wanted)
    else:
        _apply_app(release, sh, build, wanted)
    sh.wait(sh["wait_for_workflow.py"][wanted.name, "--namespace", wanted.namespace])


def _apply_app(release: Release, sh: StepShell, build: Build, wanted: Submission) -> None:
    """Set the runbook's parameters in a clean checkout, and create the app's workflow, with this release's labels."""
    workflow = build.workflow
    folder = f"{checkout(release, sh, build.step)}/{workflow.app}"
    set_parameter = ks(release, sh)["param", "set", f"--env={workflow.environment}", workflow.component]
    for parameter, value in wanted.parameters(release, build).items():
        sh.run(set_parameter[parameter, value].within(folder))
    marks = labels(release, build.step, build.commit, build.tag)
    sh.run(applying(release, sh, workflow.environment, workflow.component, marks).within(folder))


def applying(
    release: Undertaking, sh: StepShell, environment: str, component: str, marks: Mapping[str, str]
) -> Command:
    """The command that creates a component's workflow with the labels `marks`."""
    words = ",".join(f"{key}={value}" for key, value in marks.items())
    apply = ks(release, sh)["apply", environment, "-c", component]
    return sh["env"][(f"KS_LABELS={words}", *apply.words)]


def _submit_template(release: Release, sh: StepShell, build: Build, wanted: Submission) -> None:
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
        return unmet("no commit is chosen to build from yet")
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


def propose(release: Release, sh: StepShell, step: str, images: Images, path: str) -> None:
    """Open the pull request that names this build of `images` in the file `path` of the default branch."""
    pull_requests.propose(release, sh, naming(release, step, images, path, build_tag(release, sh)))


def built_and_proposed(release: Release, sh: StepShell, step: str, images: Images, path: str) -> Finding:
    """Whether `images` are built, and the default branch or a pull request names the build in `path`."""
    finding = built(release, sh, images)
    tag = known_tag(release, sh)
    if not finding.holds or tag is None:
        return finding
    named = pull_requests.proposed(release, sh, naming(release, step, images, path, tag))
    return Finding(named.holds, f"{finding.text}; {named.text}", finding.facts)


def naming(release: Release, step: str, images: Images, path: str, tag: str) -> Change:
    """The pull request that names build `tag` of `images` in `path` on the default branch."""
    edit = ReferenceEdit(rules(release, [images], tag), only=(path,))
    text = (f"Use {_summary(images)} {tag}", f"{path} at build {tag} of {', '.join(images.names)}.")
    return change(release, step, release.config.default_branch, text, edit)


def _summary(images: Images) -> str:
    first, *others = images.names
    return f"{first} and {len(others)} more images," if others else first
