"""Authenticate to GCP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.step import Finding, met, present, step, unmet
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.step_shell import StepShell
    from releasing.undertaking import Undertaking


def has_cluster(release: Undertaking) -> bool:
    """Whether the project builds on a cluster at all."""
    return release.config.gcp is not None


@step(needs=(preflight,), lasting=False, when=has_cluster)
def auth(release: Undertaking, sh: StepShell) -> None:
    """Log in to Google Cloud and point kubectl at the releasing cluster.

    The runbook's `gcloud auth` alone is not a command; it means `gcloud auth login`.
    """
    gcp = present(release.config.gcp)
    gcloud, kubectl = sh["gcloud"], sh["kubectl"]
    sh.run(gcloud["config", "set", "account", release.account])
    if sh.needed(lambda: release.account not in sh.read(gcloud[ACTIVE_ACCOUNTS])):
        sh.run(gcloud["auth", "login", release.account])
    sh.run(gcloud["config", "set", "project", gcp.project])
    place = ("--zone", gcp.zone, "--project", gcp.project)
    sh.run(gcloud["container", "clusters", "get-credentials", gcp.cluster, *place])
    context = sh.read(kubectl["config", "current-context"], pending="kubectl context")
    sh.run(sh["create_context.sh"][context, gcp.namespace])


@auth.verified_by
def account_project_and_context_are_set(release: Undertaking, sh: StepShell) -> Finding:
    """gcloud's active account and project, and the cluster and namespace of kubectl's context, are the release's."""
    gcp = present(release.config.gcp)
    account = sh.read(sh["gcloud"][ACTIVE_ACCOUNTS])
    if release.account not in account.split():
        return unmet(f"gcloud is logged in as {account or 'nobody'}, not {release.account}")
    project = sh.read(sh["gcloud"]["config", "get-value", "project"])
    if project != gcp.project:
        return unmet(f"gcloud's project is {project or 'not set'}, not {gcp.project}")
    wanted = f"gke_{gcp.project}_{gcp.zone}_{gcp.cluster}/{gcp.namespace}"
    view = sh["kubectl"]["config", "view", "--minify", "-o"]
    if not sh.shell.succeeds(sh["kubectl"]["config", "current-context"]):
        return unmet("kubectl has no current context")
    parts = [sh.read(view[f"jsonpath={{.contexts[0].context.{part}}}"]) for part in ("cluster", "namespace")]
    if "/".join(parts) != wanted:
        return unmet(f"kubectl's context is {'/'.join(parts)}, not {wanted}")
    return met(f"{release.account} in {project}, kubectl at {wanted}")


ACTIVE_ACCOUNTS = ("auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
