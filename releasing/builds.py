"""Builds of images: the commit and the tag they share, and the Argo workflows that make them.

Runbook: "Build TF Serving Images" and "Build the Jupyter Images" (the variables of their shell blocks).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releasing import image_tags_edit, pull_requests, registry
from releasing.config_path import config_path
from releasing.errors import ConfigError, PreconditionError
from releasing.pull_requests import Change
from releasing.reference_edit import ReferenceEdit, change, rules
from releasing.step import Finding, met, unmet

if TYPE_CHECKING:
    from releasing.config import Images, Workflow
    from releasing.release import Release
    from releasing.step_shell import StepShell
    from releasing.undertaking import Undertaking

OPTIONS = ("commit", "because")  # of steps that build: build_commit.py
NAME_LIMIT = 63  # of a label value in Kubernetes; Argo labels its pods with the workflow's name


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
    """The commit that all images of this release are built from: the latest green postsubmit."""
    latest = sh["latest_green_commit.py"][release.slug, release.config.default_branch, *_source(release)]
    return sh.choose("commit", lambda: sh.read(latest, pending="commit", known=True))


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
        lambda: image_tags_edit.listed_build(release, sh) or f"v{datetime.now(UTC):%Y%m%d}-{short}",
        how='v$(date -u +%Y%m%d)-"$short_commit"',
    )


def short_commit(release: Undertaking, sh: StepShell) -> str:
    """The first eight digits of the commit, as the runbook's PULL_BASE_SHA has them."""
    full = commit(release, sh)
    return sh.choose("short commit", lambda: full[:8], how='$(printf %.8s "$commit")')


def checkout(release: Undertaking, sh: StepShell, step: str) -> str:
    """A clean clone at the commit to build; its path."""
    wanted = commit(release, sh)
    scratch = pull_requests.clone(release, sh, step, release.config.default_branch)
    sh.run(sh["git"]["-C", scratch, "checkout", "--quiet", "--detach", wanted])
    return scratch


def run_workflow(release: Release, sh: StepShell, step: str, workflow: Workflow) -> None:
    """Submit the workflow that builds, with the runbook's parameters, and watch it to its end."""
    tag = build_tag(release, sh)
    name = _workflow_name(release, sh, step, workflow, tag)
    namespace = release.config.gcp.namespace if release.config.gcp else "default"
    parameters = {"namespace": namespace, "name": name, "versionTag": tag}
    prow = _prow_env(release, sh, step, workflow)
    if release.config.engine == "argo":
        _submit_template(sh, step, parameters, prow)
    else:
        _apply_app(release, sh, step, workflow, parameters, prow)
    sh.wait(sh["wait_for_workflow.py"][name, "--namespace", namespace])


def _apply_app(
    release: Release,
    sh: StepShell,
    step: str,
    workflow: Workflow,
    parameters: dict[str, str],
    prow: dict[str, str],
) -> None:
    """Set the parameters of the ksonnet app in a clean clone, as the runbook does, and apply it."""
    folder = f"{checkout(release, sh, step)}/{workflow.app}"
    prow_env = ",".join(f"{name}={value}" for name, value in prow.items())
    set_parameter = sh["ks"]["param", "set", f"--env={workflow.environment}", workflow.component]
    for name in ("namespace", "name", "prow_env", "versionTag"):
        sh.run(set_parameter[name, {**parameters, "prow_env": prow_env}[name]].within(folder))
    sh.run(sh["ks"]["apply", workflow.environment, "-c", workflow.component].within(folder))


def _submit_template(sh: StepShell, step: str, parameters: dict[str, str], prow: dict[str, str]) -> None:
    """Make a workflow of the step's WorkflowTemplate, which `deploy.render` keeps beside release.yaml."""
    template = config_path(sh.environment).absolute().parent / "deploy" / f"{step}.yaml"
    name, namespace, tag = (parameters[each] for each in ("name", "namespace", "versionTag"))
    submit = sh["submit_workflow.py"][str(template), "--name", name, "--namespace", namespace]
    for each, value in {**prow, "versionTag": tag}.items():
        submit = submit["--parameter", f"{each}={value}"]
    sh.run(submit)


def _prow_env(release: Release, sh: StepShell, step: str, workflow: Workflow) -> dict[str, str]:
    """The variables of Prow, in the runbook's order."""
    owner, _, repository = release.slug.partition("/")
    return {
        "JOB_NAME": workflow.job_name,
        "JOB_TYPE": "postsubmit",
        "PULL_BASE_SHA": short_commit(release, sh),
        "REPO_NAME": repository,
        "REPO_OWNER": owner,
        "BUILD_NUMBER": _build_number(release, sh, step),
    }


def built(release: Release, sh: StepShell, images: Images) -> Finding:
    """Whether every one of `images` is in the registry at this release's build tag."""
    tag = known_tag(release, sh)
    if tag is None:
        return unmet("no commit is chosen to build from yet")
    names = [f"{release.config.registry}/{name}" for name in images.names]
    digests = registry.digests(names, tag, sh.environment)
    missing = [name for name, digest in digests.items() if digest is None]
    if missing:
        return unmet(f"not in the registry at {tag}: {', '.join(missing)}")
    return met(f"{len(digests)} image{'s' if len(digests) > 1 else ''} at {tag}")


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
    return Finding(named.holds, f"{finding.text}; {named.text}")


def naming(release: Release, step: str, images: Images, path: str, tag: str) -> Change:
    """The pull request that names build `tag` of `images` in `path` on the default branch."""
    edit = ReferenceEdit(rules(release, [images], tag), only=(path,))
    text = (f"Use {_summary(images)} {tag}", f"{path} at build {tag} of {', '.join(images.names)}.")
    return change(release, step, release.config.default_branch, text, edit)


def _summary(images: Images) -> str:
    first, *others = images.names
    return f"{first} and {len(others)} more images," if others else first


def _build_number(release: Release, sh: StepShell, step: str) -> str:
    """Four hexadecimal digits, as the runbook cuts from uuidgen; the same for a plan and its run."""
    from hashlib import sha256  # noqa: PLC0415 - not needed to list tasks

    seed = f"{release.tag} {commit(release, sh)} {step}"
    return sh.choose(
        f"{step} build number",
        lambda: sha256(seed.encode()).hexdigest()[:4],
        how="$(uuidgen | cut -c 1-4)",
    )


def _workflow_name(release: Release, sh: StepShell, step: str, workflow: Workflow, tag: str) -> str:
    number = _build_number(release, sh, step)
    rest = f"-{workflow.job_name}-{tag}-{number}"

    def name() -> str:
        user = release.user.lower()[: NAME_LIMIT - len(rest)].strip("-")
        if not user:
            raise ConfigError(
                f"the name of {step}'s workflow, USER{rest}, would be longer than {NAME_LIMIT} characters",
                "write a shorter job-name in release.yaml",
            )
        return user + rest

    return sh.choose(
        f"{step} workflow",
        name,
        how=f'"$USER"-{workflow.job_name}-"$build_tag"-"${step.replace("-", "_")}_build_number"',
    )
