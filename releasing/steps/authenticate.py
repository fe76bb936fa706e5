"""Authenticate to GCP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.cluster import gcp_access
from releasing.errors import CommandError
from releasing.preflight import cloud_access
from releasing.runbook.step import Finding, met, present, step, unmet
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.runbook.step_shell import StepShell

ACTIVE_ACCOUNTS = ("auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
CONTEXT = "{.contexts[0].context.cluster}/{.contexts[0].context.namespace}"
CONFIGURATIONS = ("config", "configurations", "list", "--format=value(name)")


def has_cluster(release: AnyRelease) -> bool:
    """Whether the project builds on a cluster at all."""
    return release.config.gcp is not None


@step(needs=(preflight,), gate=True, when=has_cluster)
def auth(release: AnyRelease, sh: StepShell) -> None:
    """Log in to Google Cloud and point kubectl at the releasing cluster.

    The runbook's `gcloud auth` alone is not a command. It means `gcloud auth login`, or a credentials file where no
    person can answer. gcloud and kubectl get settings of their own for this, unless the profile says otherwise.
    """
    gcp = present(release.config.gcp)
    gcloud, kubectl = sh["gcloud"], sh["kubectl"]
    login = gcp_access.login(sh.environment)
    if login is None:
        sh.require(lambda: _nobody_to_ask(release, sh), gcp_access.advice(sh.environment, release.account))
    own = sh.environment.get(gcp_access.CONFIGURATION, "default")
    if own != "default" and sh.needed(lambda: own not in sh.read(gcloud[CONFIGURATIONS]).split()):
        sh.run(gcloud["config", "configurations", "create", own, "--no-activate"])
    if sh.needed(lambda: _value(sh, "account") != release.account):
        sh.run(gcloud["config", "set", "account", release.account])
    if sh.needed(lambda: not (_logged_in(release, sh) and gcp_access.valid(sh, release.account))):
        sh.run(login or gcloud["auth", "login", release.account])
    if sh.needed(lambda: _value(sh, "project") != gcp.project):
        sh.run(gcloud["config", "set", "project", gcp.project])
    if sh.needed(lambda: bool(_wrong_context(release, sh))):
        place = ("--zone", gcp.zone, "--project", gcp.project)
        sh.run(gcloud["container", "clusters", "get-credentials", gcp.cluster, *place])
        context = sh.read(kubectl["config", "current-context"], pending="kubectl context")
        sh.run(sh["create_context.sh"][context, gcp.namespace])
    sh.wait(cloud_access.command(sh, present(cloud_access.need(release))))


@auth.verified_by
def account_project_and_context_are_set(release: AnyRelease, sh: StepShell) -> Finding:
    """gcloud and kubectl use the release's account, project, cluster and namespace, and the credentials work."""
    gcp = present(release.config.gcp)
    if not _logged_in(release, sh):
        active = sh.read(sh["gcloud"][ACTIVE_ACCOUNTS])
        return unmet(f"gcloud is logged in as {active or 'nobody'}, not {release.account}")
    project = _value(sh, "project")
    if project != gcp.project:
        return unmet(f"gcloud's project is {project or 'not set'}, not {gcp.project}")
    if wrong := _wrong_context(release, sh):
        return unmet(wrong)
    found = cloud_access.answers(sh, present(cloud_access.need(release)))
    if problems := [answer.text for answer in found if answer.problem]:
        return unmet("; ".join(problems))
    return met(f"{release.account} in {project}, kubectl at {_wanted_context(release)}")


def _nobody_to_ask(release: AnyRelease, sh: StepShell) -> str:
    if gcp_access.valid(sh, release.account):
        return ""
    why = gcp_access.unattended(sh.environment)
    return f"gcloud is not logged in as {release.account}, and {why} to log in by" if why else ""


def _logged_in(release: AnyRelease, sh: StepShell) -> bool:
    """Whether the account is the active one; whose an access token in a file is, gcloud does not know."""
    if sh.environment.get(gcp_access.TOKEN_FILE):
        return True
    return release.account in sh.read(sh["gcloud"][ACTIVE_ACCOUNTS]).split()


def _value(sh: StepShell, name: str) -> str:
    return sh.read(sh["gcloud"]["config", "get-value", name])


def _wanted_context(release: AnyRelease) -> str:
    gcp = present(release.config.gcp)
    return f"gke_{gcp.project}_{gcp.zone}_{gcp.cluster}/{gcp.namespace}"


def _wrong_context(release: AnyRelease, sh: StepShell) -> str:
    """What is wrong with kubectl's current context; empty when nothing is."""
    view = sh["kubectl"]["config", "view", "--minify", "-o", f"jsonpath={CONTEXT}"]
    try:
        found, wanted = sh.read(view), _wanted_context(release)
    except CommandError as error:
        if not error.started:
            raise
        return f"kubectl has no current context that can be used: {error.cause}"
    return "" if found == wanted else f"kubectl's context is {found}, not {wanted}"
