"""Bring a component of a ksonnet app to the cluster: its workflows are created, never patched."""

from __future__ import annotations

import json
from collections.abc import Callable

from releasing import workflow
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.ksonnet.app import App, Environment
from releasing.ksonnet.render import Object, render
from releasing.shell import Shell

LIMIT = 63  # characters of a label's value, which a cluster allows


def apply(
    sh: Shell,
    app: App,
    environment: Environment,
    component: str,
    show: Callable[[str], None],
    *,
    dry_run: bool = False,
) -> None:
    """Create every workflow of a component that is not there yet; shows one line for each.

    Workflows get the labels that KS_LABELS names, KEY=VALUE with commas between them. Raises ConfigError, before
    anything is created, when the component renders to anything else.
    """
    objects = render(app, environment, component)
    problems = [_problem(each) for each in objects if not _is_named_workflow(each)]
    if problems or not objects:
        text = "\n".join(problems) or "it renders to no object"
        raise ConfigError(
            f"{app.component(component)}: {text}", "ks apply creates workflows only; see: ks show"
        )
    marks = _labels(sh.environment.get("KS_LABELS", ""))
    for each in objects:
        namespace = each["metadata"].get("namespace", environment.namespace)
        labels = (each["metadata"].get("labels") or {}) | marks
        labelled = each | {"metadata": each["metadata"] | {"labels": labels}} if labels else each
        outcome = workflow.create(sh, labelled, namespace, dry_run=dry_run)
        show(f"{workflow.title(each['metadata']['name'], namespace)}: {outcome}")


def require_context(sh: Shell, environment: Environment) -> None:
    """Raise PreconditionError unless kubectl's current context is the environment's cluster and namespace."""
    view = json.loads(sh.read(sh["kubectl"]["config", "view", "--minify", "-o", "json"]))
    server = view["clusters"][0]["cluster"].get("server", "")
    context = view["contexts"][0]
    namespace = context["context"].get("namespace", "default")
    if (server, namespace) != (environment.server, environment.namespace):
        raise PreconditionError(
            f"kubectl's context {context['name']} is {server} in {namespace}; "
            f"the environment {environment.name} is {environment.server} in {environment.namespace}",
            "kubectl config use-context CONTEXT, or correct the server in app.yaml",
        )


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
