"""kubectl's stand-in: contexts in KUBECONFIG, and the workflows of the sandbox's cluster."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from releasing.rehearsal.stand_ins import contexts, kubeconfig, workflow
from releasing.rehearsal.stand_ins.words import Grammar, Refusal, Words, as_json

Object = dict[str, Any]

EVERYWHERE = {"-n": "--namespace", "--namespace": "--namespace", "--request-timeout": "--request-timeout"}
OUTPUT = {"-o": "--output", "--output": "--output"}
RESOURCES = ("workflow", "workflows", "wf", "workflows.argoproj.io")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def main(words: list[str]) -> int:
    """Run one kubectl command; raises Refusal."""
    commands = {
        "config current-context": (contexts.current_context, {}, []),
        "config get-contexts": (contexts.get_contexts, OUTPUT, []),
        "config set-context": (contexts.set_context, {"--cluster": "--cluster", "--user": "--user"}, []),
        "config use-context": (contexts.use_context, {}, []),
        "config view": (contexts.view, OUTPUT, ["--minify"]),
        "auth can-i": (_can_i, {}, []),
        "create": (_create, OUTPUT | {"-f": "--filename", "--filename": "--filename"}, []),
        "get": (_get, OUTPUT, ["--ignore-not-found"]),
    }
    name, rest = _command(words)
    if name not in commands:
        raise _no_command(name)
    run, valued, switches = commands[name]
    run(_grammar(name, EVERYWHERE | valued, switches).parse(rest))
    return 0


def _command(words: list[str]) -> tuple[str, list[str]]:
    """The command's name and the other words; kubectl takes its global options before the name too."""
    before: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-"):
        before.append(rest.pop(0))
        if "=" not in before[-1] and before[-1] in EVERYWHERE and rest:
            before.append(rest.pop(0))
    size = 2 if rest[:1] in (["config"], ["auth"]) else 1
    return " ".join(rest[:size]), before + rest[size:]


def _no_command(name: str) -> Refusal:
    group, _, command = name.partition(" ")
    if group == "config":
        return Refusal(f"error: unknown command \"{command}\"\nSee 'kubectl config -h' for help and examples")
    if group == "logs":
        return Refusal("error: the rehearsal's cluster runs no containers, so there are no logs")
    return Refusal(f'Error: unknown command "{name}" for "kubectl"')


def _grammar(name: str, valued: dict[str, str], switches: list[str]) -> Grammar:
    see = f"See 'kubectl {name} --help' for usage."

    def unknown(option: str) -> Refusal:
        if option.startswith("--"):
            return Refusal(f"Error: unknown flag: {option}\n{see}")
        return Refusal(f"Error: unknown shorthand flag: '{option[1]}' in {option}\n{see}")

    def lacking(option: str) -> Refusal:
        what = option if option.startswith("--") else f"'{option[1]}' in {option}"
        return Refusal(f"Error: flag needs an argument: {what}\n{see}")

    return Grammar(valued, switches, unknown, lacking)


def _namespace(words: Words) -> str:
    """The namespace that is asked for; raises Refusal without a context, as nothing would answer."""
    context = kubeconfig.current(kubeconfig.read())
    if context is None or not context["context"].get("cluster"):
        raise Refusal(
            "The connection to the server localhost:8080 was refused - "
            "did you specify the right host or port?"
        )
    return words.last("--namespace", context["context"].get("namespace") or "default")


def _create(words: Words) -> None:
    if "--filename" not in words:
        raise Refusal("error: must specify one of -f and -k")
    if words.last("--filename") != "-" or words.positional:
        raise Refusal("error: the rehearsal creates what it reads from stdin: kubectl create -f -")
    content, output = _given(_namespace(words), "--namespace" in words), words.last("--output")
    if output not in ("", "name", "json"):
        raise contexts.no_format(output)
    name = content["metadata"]["name"]
    try:
        stored = workflow.create(content)
    except workflow.Exists:
        raise Refusal(
            'Error from server (AlreadyExists): error when creating "STDIN": '
            f'workflows.argoproj.io "{name}" already exists'
        ) from None
    if output == "json":
        print(as_json(stored))
    else:
        print(f"workflow.argoproj.io/{name}" + ("" if output else " created"))


def _given(namespace: str, explicit: bool) -> Object:
    """The workflow on stdin, with its namespace; raises Refusal for anything that a cluster would refuse."""
    content = _parsed(sys.stdin.read())
    kind, version = content.get("kind"), content.get("apiVersion", "")
    if kind != "Workflow" or version != "argoproj.io/v1alpha1":
        raise Refusal(
            'error: resource mapping not found for name: "" namespace: "" from "STDIN": '
            f'no matches for kind "{kind}" in version "{version}"'
        )
    metadata = content.get("metadata") or {}
    name, own = metadata.get("name", ""), metadata.get("namespace", namespace)
    if not SUBDOMAIN.fullmatch(name) or len(name) > 253:
        raise Refusal(f'The Workflow "{name}" is invalid: metadata.name: Invalid value: not a DNS name')
    if explicit and own != namespace:
        raise Refusal(
            f'error: the namespace from the provided object "{own}" does not match '
            f'the namespace "{namespace}". '
            f"You must pass '--namespace={own}' to perform this operation."
        )
    if not isinstance(content.get("spec"), dict) or "entrypoint" not in content["spec"]:
        raise Refusal(f'The Workflow "{name}" is invalid: spec.entrypoint: Required value')
    return content | {"metadata": metadata | {"namespace": own}}


def _parsed(text: str) -> Object:
    if not text.strip():
        raise Refusal("error: no objects passed to create")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal(f"error: error parsing STDIN: the rehearsal reads JSON: {error}") from None
    return content if isinstance(content, dict) else {}


def _can_i(words: Words) -> None:
    """Say whether a verb is allowed: everything is, to workflows."""
    if len(words.positional) != 2:
        raise Refusal("error: you must specify two arguments: verb resource or verb resource/resourceName.")
    _namespace(words)
    if words.positional[1] not in RESOURCES:
        raise Refusal(f"error: the rehearsal's cluster has workflows only, not {words.positional[1]}")
    print("yes")


def _get(words: Words) -> None:
    if not words.positional:
        raise Refusal("error: Required resource not specified.\nSee 'kubectl get -h' for help and examples")
    kind, *names = words.positional
    namespace, output = _namespace(words), words.last("--output")
    if kind in ("namespace", "ns") and names == [namespace] and output == "name":
        print(f"namespace/{namespace}")
        return
    if kind not in RESOURCES:
        raise Refusal(f'error: the server doesn\'t have a resource type "{kind}"')
    if output not in ("json", "name"):
        raise contexts.no_format(output)
    found = {name: workflow.read(name, namespace) for name in names}
    present = [each for each in found.values() if each] if names else workflow.read_all(namespace)
    if output == "name":
        print("".join(f"workflow.argoproj.io/{each['metadata']['name']}\n" for each in present), end="")
    elif present or not names:
        print(as_json(present[0] if len(names) == 1 else _list(present)))
    missing = [name for name, each in found.items() if each is None]
    if missing and "--ignore-not-found" not in words:
        errors = [
            f'Error from server (NotFound): workflows.argoproj.io "{name}" not found' for name in missing
        ]
        raise Refusal("\n".join(errors))


def _list(items: list[Object]) -> Object:
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
