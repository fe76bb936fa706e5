"""`gcloud config` and `gcloud auth` of the stand-in: account, project and logins, kept in CLOUDSDK_CONFIG."""

from __future__ import annotations

import json
import os
import sys
from configparser import ConfigParser
from pathlib import Path

from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, Words, folder_of, write

PROPERTIES = ("account", "project")
ACTIVE = ("value(account)", "status:ACTIVE")
LOGIN = "Please run:\n\n  $ gcloud auth login\n\nto obtain new credentials."


def _configurations() -> Path:
    return folder_of("CLOUDSDK_CONFIG") / "configurations"


def _configuration() -> str:
    return os.environ.get("CLOUDSDK_ACTIVE_CONFIG_NAME") or "default"


def _properties_file() -> Path:
    return _configurations() / f"config_{_configuration()}"


def configurations_list(words: Words) -> None:
    """Print the names of all configurations, in the one form that scripts use."""
    if words.last("--format") != "value(name)":
        raise ProgramRefusal(
            "ERROR: (gcloud.config.configurations.list) the rehearsal has: --format=value(name)", 2
        )
    names = {path.name.removeprefix("config_") for path in _configurations().glob("config_*")}
    print("\n".join(sorted({*names, "default"})))


def configurations_create(words: Words) -> None:
    """Add a configuration that has no properties yet."""
    name, where = words.positional[0], "ERROR: (gcloud.config.configurations.create)"
    if "--no-activate" not in words:
        raise ProgramRefusal(f"{where} the rehearsal has: --no-activate", 2)
    path = _configurations() / f"config_{name}"
    if path.exists() or name == "default":
        raise ProgramRefusal(f"{where} Cannot create configuration [{name}], it already exists.")
    write(path, "")
    print(f"Created [{name}].", file=sys.stderr)


def _properties() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read(_properties_file(), encoding="utf-8")
    if not parser.has_section("core"):
        parser.add_section("core")
    return parser


def _saveproperty_of(name: str, value: str) -> None:
    if _configuration() != "default" and not _properties_file().exists():
        raise ProgramRefusal(
            f"ERROR: (gcloud.config.set) Cannot set property in configuration [{_configuration()}], "
            "it does not exist."
        )
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
        raise ProgramRefusal(f"ERROR: (gcloud.{command}) Section [core] has no property [{name}].")
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
        raise ProgramRefusal(
            "ERROR: (gcloud.auth.login) the rehearsal has no browser to ask: gcloud auth login ACCOUNT"
        )
    _log_in(account)
    print(f"\nYou are now logged in as [{account}].", file=sys.stderr)
    print(f"Your current project is [{property_of('project') or None}].", file=sys.stderr)


def _log_in(account: str) -> None:
    lines = "".join(f"{each}\n" for each in sorted({*_accounts(), account}))
    write(folder_of("CLOUDSDK_CONFIG") / "rehearsal-accounts", lines)
    _saveproperty_of("account", account)


def activate_service_account(words: Words) -> None:
    """Note that the account of a key file has logged in, and make it the active one."""
    where, path = "ERROR: (gcloud.auth.activate-service-account)", words.last("--key-file")
    if not path:
        raise ProgramRefusal(f"{where} argument --key-file: Must be specified.", 2)
    try:
        key = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ProgramRefusal(f"{where} Unable to read file [{path}]: {error}") from None
    except ValueError:
        raise ProgramRefusal(f"{where} Could not read json file {path}") from None
    if key.get("type") != "service_account" or not key.get("client_email"):
        raise ProgramRefusal(f"{where} The .json key file is not in a valid format.")
    account = str(key["client_email"])
    if words.positional and words.positional[0] != account:
        raise ProgramRefusal(
            f"{where} Invalid value for [ACCOUNT]: The given account name does not match the account name "
            "in the key file.  This argument can be omitted when using .json keys."
        )
    _log_in(account)
    print(f"Activated service account credentials for: [{account}]", file=sys.stderr)


def auth_list(words: Words) -> None:
    """Print the active account, in the one form that scripts use."""
    if (words.last("--format"), words.last("--filter")) != ACTIVE:
        raise ProgramRefusal(
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
        raise ProgramRefusal(f"{where} You do not currently have an active account selected.\n{LOGIN}")
    if account not in _accounts():
        raise ProgramRefusal(
            f"{where} Your current active account [{account}] does not have any valid credentials\n{LOGIN}"
        )
    return account
