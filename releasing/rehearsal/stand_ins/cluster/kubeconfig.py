"""The file that KUBECONFIG names, in kubectl's own format: clusters, users, contexts, and the current one."""

from __future__ import annotations

import json
from typing import Any

from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, as_json, folder_of, write

Entry = dict[str, Any]
SERVER = "https://192.0.2.1"  # an address that RFC 5737 keeps for examples: nothing answers there


def read() -> Entry:
    """The kubeconfig; an empty one when there is no file yet."""
    path = folder_of("KUBECONFIG")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        content = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError:
        import yaml  # noqa: PLC0415 - only for a file that the real kubectl wrote

        content = yaml.safe_load(text)
    empty = {"kind": "Config", "apiVersion": "v1", "preferences": {}}
    lists = {"clusters": None, "users": None, "contexts": None, "current-context": ""}
    return empty | lists | content


def save(content: Entry) -> None:
    """Write the kubeconfig; JSON is YAML, so the real kubectl reads it too."""
    write(folder_of("KUBECONFIG"), as_json(content) + "\n")


def find(content: Entry, kind: str, name: str) -> Entry | None:
    """The entry `name` among clusters, users or contexts."""
    return next((each for each in content[kind] or [] if each["name"] == name), None)


def put(content: Entry, kind: str, name: str, value: Entry) -> bool:
    """Add an entry or replace it; says whether it is an additional one."""
    entry = {"name": name, kind.removesuffix("s"): value}
    others = [each for each in content[kind] or [] if each["name"] != name]
    added = find(content, kind, name) is None
    content[kind] = sorted([*others, entry], key=lambda each: str(each["name"]))
    return added


def current(content: Entry) -> Entry | None:
    """The current context's entry."""
    return find(content, "contexts", content["current-context"])


def minified(content: Entry) -> Entry:
    """Only what the current context uses; raises Refusal as kubectl does."""
    context = current(content)
    if context is None:
        raise ProgramRefusal("error: current-context must exist in order to minify")
    parts: Entry = {"contexts": [context]}
    for kind, key in (("clusters", "cluster"), ("users", "user")):
        name = context["context"].get(key, "")
        found = find(content, kind, name)
        if name and found is None:
            raise ProgramRefusal(f"error: cannot locate {key} {name}")
        parts[kind] = [found] if found else None
    return content | parts


def add_cluster(cluster: str, zone: str, project: str) -> str:
    """Write a GKE cluster's entries and make its context the current one; gives the context's name."""
    content, name = read(), f"gke_{project}_{zone}_{cluster}"
    plugin = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "gke-gcloud-auth-plugin"}
    put(content, "clusters", name, {"server": SERVER})
    put(content, "users", name, {"exec": plugin | {"args": None, "env": None, "provideClusterInfo": True}})
    known = find(content, "contexts", name)
    put(content, "contexts", name, (known["context"] if known else {}) | {"cluster": name, "user": name})
    content["current-context"] = name
    save(content)
    return name
