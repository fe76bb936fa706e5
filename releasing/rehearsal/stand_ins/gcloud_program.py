"""gcloud's stand-in: who is logged in, a cluster for kubectl, image tags in the sandbox registry."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from releasing.rehearsal.stand_ins import accounts, docker, pushed_images
from releasing.rehearsal.stand_ins.cluster.kubeconfig import add_cluster
from releasing.rehearsal.stand_ins.command_grammar import Grammar, ProgramRefusal, Words

SEARCH = "To search the help text of gcloud commands, run:\n  gcloud help -- SEARCH_TERMS"
SWITCHES = {"config configurations create": ("--no-activate",), "auth login": ("--no-launch-browser",)}
EVERYWHERE = {name: name for name in ("--account", "--format", "--project", "--verbosity")}
# Each command's positional words, and its own options.
FORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "config set": (("SECTION/PROPERTY", "VALUE"), ()),
    "config get-value": (("SECTION/PROPERTY",), ()),
    "config get": (("SECTION/PROPERTY",), ()),
    "config configurations list": ((), ()),
    "config configurations create": (("CONFIGURATION_NAME",), ()),
    "config config-helper": ((), ()),
    "auth login": (("[ACCOUNT]",), ()),
    "auth activate-service-account": (("[ACCOUNT]",), ("--key-file",)),
    "auth list": ((), ("--filter",)),
    "auth print-access-token": (("[ACCOUNT]",), ()),
    "container clusters get-credentials": (("NAME",), ("--zone", "--region", "--location")),
    "container clusters describe": (("NAME",), ("--zone", "--region", "--location")),
    "container images list-tags": (("IMAGE_NAME",), ("--filter", "--limit", "--sort-by")),
    "container images add-tag": (("SRC_IMAGE", "DEST_IMAGE"), ()),
}


def main(words: list[str]) -> int:
    """Run one gcloud command; raises Refusal."""
    if words[:1] == ["docker"]:
        return _docker(words[1:])
    name = _command(words)
    parsed = _parsed(name, words[len(name.split()) :])
    commands: dict[str, Callable[[Words], None]] = {
        "config set": accounts.config_set,
        "config get-value": accounts.config_get,
        "config get": accounts.config_get,
        "config configurations list": accounts.configurations_list,
        "config configurations create": accounts.configurations_create,
        "config config-helper": _print_token_expiry,
        "auth login": accounts.auth_login,
        "auth activate-service-account": accounts.activate_service_account,
        "auth list": accounts.auth_list,
        "auth print-access-token": _print_access_token,
        "container clusters get-credentials": _get_credentials,
        "container clusters describe": _describe,
        "container images list-tags": _list_tags,
        "container images add-tag": _add_tag,
    }
    commands[name](parsed)
    return 0


def _command(words: list[str]) -> str:
    """The name of the command that `words` begin with."""
    for name in FORMS:
        if name.split() == words[: len(name.split())]:
            return name
    group: list[str] = []
    groups = {tuple(name.split()[:size]) for name in FORMS for size in (1, 2)}
    while (*group, *words[len(group) : len(group) + 1]) in groups and len(group) < len(words):
        group.append(words[len(group)])
    where = ".".join(["gcloud", *group])
    if len(group) == len(words):
        raise ProgramRefusal(f"ERROR: ({where}) Command name argument expected.", 2)
    raise ProgramRefusal(f"ERROR: ({where}) Invalid choice: '{words[len(group)]}'.\n\n{SEARCH}", 2)


def _parsed(name: str, words: list[str]) -> Words:
    required, options = FORMS[name]
    where = f"ERROR: (gcloud.{name.replace(' ', '.')})"

    def unknown(option: str) -> ProgramRefusal:
        return ProgramRefusal(f"{where} unrecognized arguments: {option} \n\n{SEARCH}", 2)

    def lacking(option: str) -> ProgramRefusal:
        both = "--zone/-z" if option in ("--zone", "-z") else option
        return ProgramRefusal(f"{where} argument {both}: expected one argument", 2)

    valued = (
        EVERYWHERE
        | {option: option for option in options}
        | ({"-z": "--zone"} if "--zone" in options else {})
    )
    switches = ("--quiet", "-q", *SWITCHES.get(name, ()))
    parsed = Grammar(valued, switches, unknown, lacking).parse(words)
    given = len(parsed.positional)
    if missing := [word for word in required[given:] if not word.startswith("[")]:
        raise ProgramRefusal(f"{where} argument {missing[0]}: Must be specified.", 2)
    if given > len(required):
        raise unknown(" ".join(parsed.positional[len(required) :]))
    return parsed


def _docker(words: list[str]) -> int:
    if words[:1] != ["--"]:
        raise ProgramRefusal(
            "ERROR: (gcloud.docker) unrecognized arguments:\n  " + "\n  ".join([*words, SEARCH]), 2
        )
    accounts.credentials("docker", "")
    return docker.main(words[1:])


def _print_access_token(words: Words) -> None:
    account = accounts.credentials("auth.print-access-token", (*words.positional, "")[0])
    print(f"rehearsal.{account}")


def _print_token_expiry(words: Words) -> None:
    where = "config.config-helper"
    accounts.credentials(where, words.last("--account"))
    if words.last("--format") != "value(credential.token_expiry)":
        raise ProgramRefusal(
            f"ERROR: (gcloud.{where}) the rehearsal has: --format=value(credential.token_expiry)", 2
        )
    print(f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")


def _describe(words: Words) -> None:
    command = "container.clusters.describe"
    _placed(command, words)
    if words.last("--format") != "value(status)":
        raise ProgramRefusal(f"ERROR: (gcloud.{command}) the rehearsal has: --format=value(status)", 2)
    print("RUNNING")


def _get_credentials(words: Words) -> None:
    project, zone = _placed("container.clusters.get-credentials", words)
    print("Fetching cluster endpoint and auth data.", file=sys.stderr)
    add_cluster(words.positional[0], zone, project)
    print(f"kubeconfig entry generated for {words.positional[0]}.", file=sys.stderr)


def _placed(command: str, words: Words) -> tuple[str, str]:
    """Project and zone of the cluster that is meant, for one who has logged in; raises Refusal."""
    accounts.credentials(command, words.last("--account"))
    project = words.last("--project") or accounts.property_of("project")
    zone = words.last("--zone") or words.last("--location") or words.last("--region")
    if not project or not zone:
        what = "zone: --zone" if project else "project: --project"
        raise ProgramRefusal(f"ERROR: (gcloud.{command}) the rehearsal's cluster needs a {what}")
    return project, zone


def _list_tags(words: Words) -> None:
    accounts.credentials("container.images.list-tags", words.last("--account"))
    if words.last("--format") != "json" or len(words.options) > 1 + ("--project" in words):
        raise ProgramRefusal("ERROR: (gcloud.container.images.list-tags) the rehearsal has: --format=json", 2)
    rows = pushed_images.tags(words.positional[0])
    listed = [
        {"digest": r["digest"], "tags": sorted(r["tags"]), "timestamp": _timestamp(r["created"])}
        for r in rows
    ]
    print(json.dumps(listed, indent=2))


def _timestamp(created: str) -> dict[str, Any]:
    if not created:
        return {}
    moment = datetime.fromisoformat(created)
    fields = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"datetime": str(moment)} | {field: getattr(moment, field) for field in fields}


def _add_tag(words: Words) -> None:
    accounts.credentials("container.images.add-tag", words.last("--account"))
    source, target = (pushed_images.parse(word) for word in words.positional)
    pushed_images.add_tag(source, target)
    print(f"Created [{target}].", file=sys.stderr)
