"""Whether a failure of gcloud or kubectl is one of credentials, and how such are renewed where nobody is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.command import Command
from releasing.errors import CommandError, ConfigError

if TYPE_CHECKING:
    from releasing.shell import Shell

# A service account's key, or the configuration of a workload identity federation: its path, never its content.
CREDENTIALS = "RELEASE_GCP_CREDENTIALS"
# What gcloud 528, its plugin for GKE and kubectl say. Without the network none of them does, and asking again
# may help; a right that is lacking is told with other words (Forbidden, code=403), and logging in does not give it.
LAPSED = (
    "to obtain new credentials",
    "gcloud config set account ACCOUNT",
    "invalid_grant",
    "Reauthentication",
    "do not currently have an active account selected",
    "does not have any valid credentials",
    "asked for the client to provide credentials",
    "You must be logged in to the server",
    "(Unauthorized)",
    "code=401",
)


def lapsed(error: CommandError) -> bool:
    """Whether gcloud or kubectl failed because its credentials are missing, expired, revoked or refused."""
    said = "\n".join([error.message, *error.said])
    return any(text in said for text in LAPSED)


def login(environment: Mapping[str, str]) -> Command | None:
    """The command that logs in by the file of CREDENTIALS, which asks nobody; None when no file is given.

    Raises ConfigError for a file that is not of a kind that gcloud takes.
    """
    path = environment.get(CREDENTIALS, "")
    if not path:
        return None
    if _kind(path) == "service_account":
        return Command(("gcloud", "auth", "activate-service-account", f"--key-file={path}"))
    return Command(("gcloud", "auth", "login", f"--cred-file={path}", "--quiet"))


def renew(sh: Shell) -> bool:
    """Log in once more where that asks nobody; whether it was done.

    Raises CommandError when the credentials that were given are refused, ConfigError when they are no credentials.
    """
    command = login(sh.environment)
    if command is None:
        return False
    sh.run(command)
    return True


def advice(environment: Mapping[str, str], account: str = "") -> str:
    """What to type when credentials have lapsed."""
    if environment.get(CREDENTIALS):
        return f"put a file with valid credentials at {environment[CREDENTIALS]}, or another path into {CREDENTIALS}"
    configuration = environment.get("CLOUDSDK_ACTIVE_CONFIG_NAME")
    where = f" --configuration={configuration}" if configuration else ""
    return f"in a terminal: gcloud auth login {account}".rstrip() + where


def _kind(path: str) -> str:
    expected = f"{CREDENTIALS}={path}: expected the key of a service account, or an external_account file"
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        kind = content.get("type") if isinstance(content, dict) else None
    except OSError as error:
        raise ConfigError(f"{expected}; {error.strerror}", f"export {CREDENTIALS}=PATH") from None
    except ValueError:
        # What is wrong is left out: it might quote the key.
        raise ConfigError(f"{expected}, found no JSON", f"export {CREDENTIALS}=PATH") from None
    if kind not in ("service_account", "external_account"):
        raise ConfigError(f"{expected}, found type {kind!r}", f"export {CREDENTIALS}=PATH")
    return str(kind)
