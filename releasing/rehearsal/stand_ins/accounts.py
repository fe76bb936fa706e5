"""`gcloud config` and `gcloud auth` of the stand-in: account, project and logins, kept in CLOUDSDK_CONFIG."""

from __future__ import annotations

import sys
from configparser import ConfigParser
from pathlib import Path

from releasing.rehearsal.stand_ins.words import Refusal, Words, folder_of, write

PROPERTIES = ("account", "project")
ACTIVE = ("value(account)", "status:ACTIVE")
LOGIN = "Please run:\n\n  $ gcloud auth login\n\nto obtain new credentials."


def _properties_file() -> Path:
    return folder_of("CLOUDSDK_CONFIG") / "configurations" / "config_default"


def _properties() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read(_properties_file(), encoding="utf-8")
    if not parser.has_section("core"):
        parser.add_section("core")
    return parser


def _saveproperty_of(name: str, value: str) -> None:
    parser = _properties()
    parser["core"][name] = value
    lines = [f"{key} = {parser['core'][key]}" for key in parser["core"]]
    write(_properties_file(), "\n".join(["[core]", *lines, ""]))


def property_of(name: str) -> str:
    """A property's value; empty when it is unset."""
    return _properties()["core"].get(name, "")


def _known(words: Words, command: str) -> str:
    name = words.positional[0].removeprefix("core/")
    if name not in PROPERTIES:
        raise Refusal(f"ERROR: (gcloud.{command}) Section [core] has no property [{name}].")
    return name


def config_set(words: Words) -> None:
    """Set account or project."""
    name = _known(words, "config.set")
    _saveproperty_of(name, words.positional[1])
    print(f"Updated property [core/{name}].", file=sys.stderr)


def config_get(words: Words) -> None:
    """Print account or project."""
    value = property_of(_known(words, "config.get-value"))
    print(value or "(unset)", file=sys.stdout if value else sys.stderr)


def _accounts() -> list[str]:
    """Who has logged in."""
    path = folder_of("CLOUDSDK_CONFIG") / "rehearsal-accounts"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def auth_login(words: Words) -> None:
    """Note that an account has logged in, and make it the active one."""
    account = words.positional[0] if words.positional else property_of("account")
    if not account:
        raise Refusal(
            "ERROR: (gcloud.auth.login) the rehearsal has no browser to ask: gcloud auth login ACCOUNT"
        )
    lines = "".join(f"{each}\n" for each in sorted({*_accounts(), account}))
    write(folder_of("CLOUDSDK_CONFIG") / "rehearsal-accounts", lines)
    _saveproperty_of("account", account)
    print(f"\nYou are now logged in as [{account}].", file=sys.stderr)
    print(f"Your current project is [{property_of('project') or None}].", file=sys.stderr)


def auth_list(words: Words) -> None:
    """Print the active account, in the one form that scripts use."""
    if (words.last("--format"), words.last("--filter")) != ACTIVE:
        raise Refusal(
            f"ERROR: (gcloud.auth.list) the rehearsal has: --format={ACTIVE[0]} --filter={ACTIVE[1]}", 2
        )
    account = property_of("account")
    if account in _accounts():
        print(account)
    else:
        print("WARNING: The following filter keys were not present in any resource : status", file=sys.stderr)


def credentials(command: str, asked: str) -> str:
    """The account that acts; raises Refusal when none is active or it has not logged in."""
    account, where = asked or property_of("account"), f"ERROR: (gcloud.{command})"
    if not account:
        raise Refusal(f"{where} You do not currently have an active account selected.\n{LOGIN}")
    if account not in _accounts():
        raise Refusal(
            f"{where} Your current active account [{account}] does not have any valid credentials\n{LOGIN}"
        )
    return account
