"""Bring a component of a ksonnet app to the cluster: its workflows are created, never patched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from releasing.clients.cluster import workflow
from releasing.clients.ksonnet.app import Environment
from releasing.clients.ksonnet.environments import servers_by_context
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.shell.programs import Shell

Object = dict[str, Any]

LIMIT = 63  # characters of a label's value, which a cluster allows


def apply(
    sh: Shell,
    objects: Sequence[Object],
    environment: Environment,
    where: Path,
    show: Callable[[str], None],
    *,
    dry_run: bool = False,
) -> None:
    """Create every workflow that the component `where` renders to, unless it exists; shows a line for each.

    Workflows get the labels that KS_LABELS names, KEY=VALUE with commas between them. Raises ConfigError, before
    anything is created, when the component renders to anything else.
    """
    problems = [_problem(each) for each in objects if not _is_named_workflow(each)]
    if problems or not objects:
        text = "\n".join(problems) or "it renders to no objects"
        raise ConfigError(f"{where}: {text}", "ks apply creates workflows only; see: ks show")
    marks = _labels(sh.environment.get("KS_LABELS", ""))
    for each in objects:
        namespace = each["metadata"].get("namespace", environment.namespace)
        labels = (each["metadata"].get("labels") or {}) | marks
        labelled = each | {"metadata": each["metadata"] | {"labels": labels}} if labels else each
        outcome = workflow.create(sh, labelled, namespace, dry_run=dry_run)
        show(f"{workflow.title(each['metadata']['name'], namespace)}: {outcome}")


def require_server(sh: Shell, environment: Environment) -> None:
    """Raise PreconditionError unless kubectl's current context has the environment's server.

    ks itself looks for any context with that server. Here the release manager chooses: workflows are created only
    in the cluster that is kubectl's current one and that app.yaml names.
    """
    view = json.loads(sh.read(sh["kubectl"]["config", "view", "-o", "json"]))
    servers = servers_by_context(view)
    current = str(view.get("current-context", ""))
    if _address(servers.get(current, "")) == _address(environment.server):
        return
    fitting = [name for name, server in servers.items() if _address(server) == _address(environment.server)]
    here = f"context {current} is {servers.get(current) or 'no cluster'}" if current else "no current context"
    set_server = f"ks env set {environment.name} --server={servers.get(current) or 'URL'}"
    raise PreconditionError(
        f"kubectl: {here}; environment {environment.name} is {environment.server}",
        f"kubectl config use-context {fitting[0]}" if fitting else f"if that is the cluster: {set_server}",
    )


def _address(server: str) -> str:
    return server.rstrip("/").removesuffix(":443").lower()


def _labels(text: str) -> dict[str, str]:
    """The labels that a text like KEY=VALUE,KEY=VALUE names; raises UsageError."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    for key, equals, value in pairs:
        if not equals or not key or len(value) > LIMIT:
            raise UsageError(
                f"KS_LABELS: {key}{equals}{value} is not KEY=VALUE with at most {LIMIT} characters of value",
                "KS_LABELS=team=release,step=build",
            )
    return {key: value for key, _, value in pairs}


def _is_named_workflow(content: Object) -> bool:
    return workflow.is_workflow(content) and isinstance(content.get("metadata", {}).get("name"), str)


def _problem(content: Object) -> str:
    return f"a {content['kind']} ({content['apiVersion']}) is not a workflow with a name"
