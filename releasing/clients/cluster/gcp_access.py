"""Whether a failure of gcloud or kubectl comes from its credentials, and how to renew them without a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import CommandError, ConfigError
from releasing.shell.command import Command

if TYPE_CHECKING:
    from releasing.shell.programs import Shell
    from releasing.shell.protocol import Reads

# A service account's key, or the configuration of a workload identity federation: its path, never its content.
CREDENTIALS = "RELEASE_GCP_CREDENTIALS"
CONFIGURATION = "CLOUDSDK_ACTIVE_CONFIG_NAME"
TOKEN_FILE = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"  # noqa: S105 - the name of a variable
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
EXPIRY = "--format=value(credential.token_expiry)"
# Messages of gcloud 528, its plugin for GKE and kubectl. Without the network none of these appears, and a retry
# may help; a missing right has another message (Forbidden, code=403), and a login does not give the right.
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


def unattended(environment: Mapping[str, str]) -> str:
    """Why a login with a browser is not possible here; empty when it is."""
    if environment.get("RELEASE_SANDBOX"):
        return ""
    if environment.get("CI") or not sys.stdin or not sys.stdin.isatty():
        return "no terminal is attached"
    if sys.platform.startswith("linux") and not any(environment.get(name) for name in DISPLAYS):
        return "no browser was found"
    return ""


def token_expiry(sh: Reads, account: str = "") -> str:
    """When gcloud's access token expires, read by getting one; empty when gcloud cannot renew it.

    Raises CommandError when gcloud gets no token.
    """
    who = (f"--account={account}",) if account else ()
    return sh.read(sh["gcloud"]["config", "config-helper", *who, EXPIRY])


def valid(sh: Reads, account: str) -> bool:
    """Whether gcloud's credentials for `account` are valid. Raises CommandError when that cannot be checked."""
    try:
        token_expiry(sh, account)
    except CommandError as error:
        if lapsed(error):
            return False
        raise
    return True


def lapsed(error: CommandError) -> bool:
    """Whether gcloud or kubectl failed because its credentials are missing, expired, revoked or refused."""
    said = "\n".join([error.message, *error.said])
    return any(text in said for text in LAPSED)


def login(environment: Mapping[str, str]) -> Command | None:
    """The command that logs in with the file of CREDENTIALS, without a person; None when no file is given.

    Raises ConfigError for a file of a kind that gcloud does not accept.
    """
    path = environment.get(CREDENTIALS, "")
    if not path:
        return None
    if _kind(path) == "service_account":
        return Command(("gcloud", "auth", "activate-service-account", f"--key-file={path}"))
    return Command(("gcloud", "auth", "login", f"--cred-file={path}", "--quiet"))


def renew(sh: Shell) -> bool:
    """Log in again where that needs no person; whether it was done.

    Raises CommandError when the given credentials are refused, ConfigError when the file holds no credentials.
    """
    command = login(sh.environment)
    if command is None:
        return False
    sh.run(command)
    return True


def advice(environment: Mapping[str, str], account: str = "") -> str:
    """What to type when credentials have expired."""
    if environment.get(CREDENTIALS):
        return f"put valid credentials into {environment[CREDENTIALS]}, or set {CREDENTIALS} to another path"
    words = ("gcloud", "auth", "login", account, "--no-launch-browser")
    return f"in a terminal: {' '.join(filter(None, words))}; or export {CREDENTIALS}=FILE (docs/auth.md)"


def _kind(path: str) -> str:
    expected = f"{CREDENTIALS}={path}: expected the key of a service account, or an external_account file"
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        kind = content.get("type") if isinstance(content, dict) else None
    except OSError as error:
        raise ConfigError(f"{expected}; {error.strerror}", f"export {CREDENTIALS}=PATH") from None
    except ValueError:
        # The parser's reason is left out: it might quote the key.
        raise ConfigError(
            f"{expected}, found a file that is not JSON", f"export {CREDENTIALS}=PATH"
        ) from None
    if kind not in ("service_account", "external_account"):
        raise ConfigError(f"{expected}, found type {kind!r}", f"export {CREDENTIALS}=PATH")
    return str(kind)
