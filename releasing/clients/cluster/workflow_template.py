"""An Argo WorkflowTemplate in a file, and a workflow from it: with the whole spec, so that it records what ran."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from releasing.clients.cluster.workflow import API_GROUP, KIND
from releasing.errors import ConfigError, UsageError

Object = dict[str, Any]

TEMPLATE = "WorkflowTemplate"
HINT = "an example is deploy/build-tfserving.yaml, which scripts/invoke deploy.render --write generates"


def read(path: Path) -> Object:
    """The template in the file `path`, JSON or YAML; ConfigError when the file holds no template."""
    try:
        return parsed(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file", "scripts/invoke deploy.render --write generates it"
        ) from None


def parsed(content: bytes, where: str) -> Object:
    """The template in `content`, JSON or YAML; ConfigError for anything else."""
    try:
        found = yaml.safe_load(content.decode())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: not YAML: {error}", HINT) from None
    kind = found.get("kind") if isinstance(found, dict) else type(found).__name__
    if kind != TEMPLATE or not str(found.get("apiVersion")).startswith(API_GROUP):
        raise ConfigError(f"{where}: found {kind}, expected one {TEMPLATE} of {API_GROUP}v1alpha1", HINT)
    if not isinstance(found.get("spec"), dict) or "entrypoint" not in found["spec"]:
        raise ConfigError(f"{where}: its spec has no entrypoint, which names the first template to run", HINT)
    template: Object = found
    return template


def parameters(template: Object) -> tuple[str, ...]:
    """The names of a template's parameters."""
    declared = (template["spec"].get("arguments") or {}).get("parameters") or []
    return tuple(each["name"] for each in declared)


def workflow(template: Object, name: str, namespace: str, given: Mapping[str, str]) -> Object:
    """The workflow `name` of a template, with the parameters `given`.

    Raises UsageError for a parameter that the template does not have or a value that it does not allow, and for
    one that has no value.
    """
    spec = copy.deepcopy(template["spec"])
    arguments = spec.setdefault("arguments", {})
    parameters = arguments.setdefault("parameters", [])
    _refuse_unknown([each["name"] for each in parameters], given)
    for each in parameters:
        if each["name"] in given:
            each["value"] = given[each["name"]]
        if "enum" in each and each.get("value") not in each["enum"]:
            raise UsageError(f"parameter {each['name']} is one of {', '.join(map(repr, each['enum']))}")
    lacking = [each["name"] for each in parameters if each.get("value", each.get("default")) is None]
    if lacking:
        raise UsageError(
            f"parameters without a value: {', '.join(lacking)}", f"give each of them: -p {lacking[0]}=VALUE"
        )
    return {
        "apiVersion": template["apiVersion"],
        "kind": KIND,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def pairs(option: str, words: Iterable[str], example: str) -> dict[str, str]:
    """The words NAME=VALUE of `option`, split; UsageError for another form, and for a name given twice."""
    split = [word.partition("=") for word in words]
    if wrong := ["".join(each) for each in split if not all(each[:2])]:
        raise UsageError(f"{option}: {wrong[0]!r} is not NAME=VALUE", example)
    twice = [name for name, times in Counter(name for name, *_ in split).items() if times > 1]
    if twice:
        raise UsageError(f"{option}: {', '.join(twice)} is given twice", "give it once")
    return {name: value for name, _, value in split}


def _refuse_unknown(known: list[str], given: Mapping[str, str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"the template has no parameter {', '.join(unknown)}", f"its parameters: {', '.join(known)}"
        )
