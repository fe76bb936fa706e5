"""`kubectl create`, `replace` and `get` of the stand-in, with what a cluster refuses."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from releasing.rehearsal.stand_ins.cluster import contexts, object_output, resources, selectors
from releasing.rehearsal.stand_ins.cluster.leases import Taken
from releasing.rehearsal.stand_ins.cluster.resources import Kind
from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, Words, as_json

Object = dict[str, Any]

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SAYS = {
    "AlreadyExists": '{plural} "{name}" already exists',
    "Conflict": 'Operation cannot be fulfilled on {plural} "{name}": the object has been modified; '
    "please apply your changes to the latest version and try again",
}


def create(words: Words, namespace: str) -> None:
    """Add the object on stdin; raises Refusal."""
    content, kind = _given(words, namespace)
    if kind.create is None:
        raise ProgramRefusal(f"error: the rehearsal's cluster makes its own {kind.plural}")
    _change(words, content, ("creating", "created"), kind)


def replace(words: Words, namespace: str) -> None:
    """Put the object on stdin in the place of the version that it names; raises Refusal."""
    content, kind = _given(words, namespace)
    if kind.replace is None:
        raise ProgramRefusal(f"error: the rehearsal's cluster replaces no {kind.plural}")
    _change(words, content, ("replacing", "replaced"), kind)


def _change(words: Words, content: Object, verbs: tuple[str, str], kind: Kind) -> None:
    output, name = words.last("--output"), content["metadata"]["name"]
    if output not in ("", "name", "json"):
        raise contexts.no_format(output)
    change = kind.create if verbs[0] == "creating" else kind.replace
    try:
        stored = change(content) if change else content
    except Taken as taken:
        said = SAYS[str(taken)].format(plural=kind.plural, name=name)
        raise ProgramRefusal(f'Error from server ({taken}): error when {verbs[0]} "STDIN": {said}') from None
    print(
        as_json(stored) if output == "json" else f"{kind.title}/{name}" + ("" if output else f" {verbs[1]}")
    )


def _given(words: Words, namespace: str) -> tuple[Object, Kind]:
    """The object on stdin, with its namespace; raises Refusal for anything that a cluster would refuse."""
    if "--filename" not in words:
        raise ProgramRefusal("error: must specify one of -f and -k")
    if words.last("--filename") != "-" or words.positional:
        raise ProgramRefusal("error: the rehearsal reads objects from stdin: kubectl create -f -")
    content = _parsed(sys.stdin.read())
    kind = resources.of(content)
    if kind is None:
        raise ProgramRefusal(
            'error: resource mapping not found for name: "" namespace: "" from "STDIN": '
            f'no matches for kind "{content.get("kind")}" in version "{content.get("apiVersion", "")}"'
        )
    metadata = content.get("metadata") or {}
    own = metadata.get("namespace", namespace)
    if "--namespace" in words and own != namespace:
        raise ProgramRefusal(
            f'error: the namespace from the provided object "{own}" does not match '
            f'the namespace "{namespace}". '
            f"You must pass '--namespace={own}' to perform this operation."
        )
    _refuse_invalid(content, kind)
    return content | {"metadata": metadata | {"namespace": own}}, kind


def _refuse_invalid(content: Object, kind: Kind) -> None:
    metadata = content.get("metadata") or {}
    name = metadata.get("name", "")
    title = f'{kind.kind} "{name}"'
    if not SUBDOMAIN.fullmatch(name) or len(name) > 253:
        raise ProgramRefusal(f"The {title} is invalid: metadata.name: Invalid value: not a DNS name")
    selectors.refuse_labels(metadata.get("labels") or {}, title)
    spec = content.get("spec")
    if kind.required and (not isinstance(spec, dict) or kind.required not in spec):
        raise ProgramRefusal(f"The {title} is invalid: spec.{kind.required}: Required value")


def _parsed(text: str) -> Object:
    if not text.strip():
        raise ProgramRefusal("error: no objects passed to create")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ProgramRefusal(f"error: error parsing STDIN: the rehearsal reads JSON: {error}") from None
    return content if isinstance(content, dict) else {}


def get(words: Words, namespace: str) -> None:
    """Print the objects that are named, or those that a selector wants; raises Refusal."""
    kind, names = _asked(words)
    output = words.last("--output")
    if names and "--selector" in words:
        raise ProgramRefusal(
            "error: selectors and the all flag cannot be used when passing resource/name arguments"
        )
    there = selectors.selected(kind.read_all(namespace), words.last("--selector"))
    present = [each for each in there if not names or each["metadata"]["name"] in names]
    single = len(names) == 1
    if present or not names or output not in ("json", "yaml"):
        object_output.show(kind, present, output, single=single, namespace=namespace)
    missing = [name for name in names if name not in {each["metadata"]["name"] for each in present}]
    if missing and "--ignore-not-found" not in words:
        raise ProgramRefusal("\n".join(not_found(kind, name) for name in missing))


def find(words: Words, namespace: str) -> tuple[Kind, Object]:
    """The one object that is named; raises Refusal."""
    kind, names = _asked(words)
    if len(names) != 1:
        raise ProgramRefusal("error: resource(s) were provided, but no name was specified")
    found = [each for each in kind.read_all(namespace) if each["metadata"]["name"] == names[0]]
    if not found:
        raise ProgramRefusal(not_found(kind, names[0]))
    return kind, found[0]


def not_found(kind: Kind, name: str) -> str:
    """What the server says of an object that is not there."""
    return f'Error from server (NotFound): {kind.plural} "{name}" not found'


def _asked(words: Words) -> tuple[Kind, tuple[str, ...]]:
    if not words.positional:
        raise ProgramRefusal(
            "error: Required resource not specified.\nSee 'kubectl get -h' for help and examples"
        )
    first, *names = words.positional
    name, slash, object_name = first.partition("/")
    kind = resources.named(name)
    if kind is None:
        raise ProgramRefusal(f'error: the server doesn\'t have a resource type "{name}"')
    return kind, (object_name,) if slash else tuple(names)
