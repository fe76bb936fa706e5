"""Credentials tested by use: project, cluster, namespace and registry answer, and will until a release is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.cluster import gcp_access
from releasing.config import registries
from releasing.errors import CommandError, PreconditionError, ReleaseError
from releasing.preflight.github_access import Answer

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.shell.command import Command
    from releasing.shell.protocol import Reads

WORKFLOWS = "workflows.argoproj.io"
VERBS = ("create", "get")
TOKEN_LIFE = 1  # hours that Google's access tokens last unless somebody asks for more


@dataclass(frozen=True)
class CloudNeed:
    """What builds on a cluster take: the cluster, a namespace in it, a registry (by an image in it), some hours."""

    project: str
    zone: str
    cluster: str
    namespace: str
    image: str = ""
    hours: float = 12


def need(release: AnyRelease) -> CloudNeed | None:
    """What the builds of a release take; None when nothing is built on a cluster."""
    config = release.config
    if config.gcp is None:
        return None
    gcp = config.gcp
    names = [name for images in config.images for name in images.names]
    image = f"{config.registry}/{names[0]}" if names else ""
    return CloudNeed(gcp.project, gcp.zone, gcp.cluster, gcp.namespace, image, config.checks.expected_hours)


def command(sh: Reads, need: CloudNeed) -> Command:
    """The program that says the same in a terminal."""
    place = ("--project", need.project, "--zone", need.zone, "--cluster", need.cluster)
    image = ("--image", need.image) if need.image else ()
    return sh["check_cloud_access.py"][
        *place, "--namespace", need.namespace, *image, "--hours", f"{need.hours:g}"
    ]


def answers(sh: Reads, need: CloudNeed) -> list[Answer]:
    """Everything that was found, problems among it; nothing is changed."""
    login = _login(sh, need)
    if login.problem:
        return [login]
    return [login, _cluster(sh, need), *_namespace(sh, need), *_registry(sh, need)]


def require(found: list[Answer], need: CloudNeed) -> None:
    """Raise PreconditionError with all problems at once, each with what to do next."""
    if problems := [answer for answer in found if answer.problem]:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise PreconditionError(
            f"this login cannot build on {need.cluster} of {need.project}:{lines}",
            "then repeat the same command",
        )


def _login(sh: Reads, need: CloudNeed) -> Answer:
    """Whether gcloud gets an access token, and whether it will get the next ones."""
    try:
        expiry = gcp_access.token_expiry(sh)
    except CommandError as error:
        return _refused(sh, "gcloud cannot get an access token", error, "gcloud info --run-diagnostics")
    if expiry:
        return Answer(f"gcloud renews its access token itself (the current one expires at {expiry})")
    text = "gcloud has an access token that it cannot renew"
    if need.hours <= TOKEN_LIFE:
        return Answer(text)
    late = f"{text}, and a release may take {need.hours:g} hours"
    return Answer(
        late,
        "write a new token into the file of CLOUDSDK_AUTH_ACCESS_TOKEN_FILE before it expires",
        warning=True,
    )


def _cluster(sh: Reads, need: CloudNeed) -> Answer:
    place = (need.cluster, "--zone", need.zone, "--project", need.project)
    title = f"cluster {need.cluster} of {need.project}"
    try:
        status = sh.read(sh["gcloud"]["container", "clusters", "describe", *place, "--format=value(status)"])
    except CommandError as error:
        hint = f"ask an owner of {need.project} for roles/container.clusterViewer"
        return _refused(sh, f"{title} cannot be read", error, hint)
    if status in ("RUNNING", "RECONCILING"):
        return Answer(f"{title} is {status}")
    return Answer(
        f"{title} is {status or 'in an unknown state'}, not RUNNING",
        f"gcloud container clusters list --project {need.project}",
    )


def _namespace(sh: Reads, need: CloudNeed) -> Iterator[Answer]:
    kubectl = sh["kubectl"]["--request-timeout=30s"]
    hint = f"ask an administrator of {need.cluster}; docs/auth.md lists the rights that are required"
    try:
        sh.read(kubectl["get", "namespace", need.namespace, "-o", "name"])
    except CommandError as error:
        yield _refused(sh, f"namespace {need.namespace} cannot be read", error, hint)
        return
    for verb in VERBS:
        allowed = kubectl["auth", "can-i", verb, WORKFLOWS, "-n", need.namespace]
        try:
            sh.read(allowed)
        except CommandError as error:
            text = f"this login may not {verb} {WORKFLOWS} in {need.namespace}"
            yield _refused(sh, text, error, hint)
            return
    yield Answer(f"may {' and '.join(VERBS)} {WORKFLOWS} in {need.namespace}")


def _registry(sh: Reads, need: CloudNeed) -> Iterator[Answer]:
    if not need.image:
        return
    host = need.image.partition("/")[0]
    try:
        registries.digest(need.image, "latest", sh.environment)
    except ReleaseError as error:
        yield Answer(
            error.message.split("\n")[0], error.hint or f"check the network, and that {host} is the registry"
        )
        return
    yield Answer(f"{host} answers for {need.image}")


def _refused(sh: Reads, what: str, error: CommandError, hint: str) -> Answer:
    if error.status is None:
        return Answer(error.message.split("\n")[0], error.hint)
    if gcp_access.lapsed(error):
        first = next(
            (line for line in error.said if "ERROR" in line or line.startswith("error")), error.cause
        )
        return Answer(
            f"{what}: the credentials are missing, expired or refused: {first}",
            gcp_access.advice(sh.environment),
        )
    return Answer(f"{what}: {error.cause}", hint)
