"""Registry credentials of the release manager: Docker's config.json and its docker-credential-* programs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from releasing.errors import CommandError, ConfigError, PreconditionError
from releasing.shell.programs import Shell

DOCKER_HUB = "https://index.docker.io/v1/"
IDENTITY = "<token>"  # the user name that a helper gives with an identity token


@dataclass(frozen=True)
class Credentials:
    """A user name with a password, or an identity token to be exchanged for access tokens."""

    username: str
    secret: str = field(repr=False)

    @property
    def is_identity(self) -> bool:
        """Whether the secret is an identity token."""
        return self.username == IDENTITY

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.secret}".encode()).decode()


def find(host: str, environment: Mapping[str, str]) -> Credentials | None:
    """Find the release manager's credentials for the registry at HOST[:PORT]; None means anonymous.

    Asks the host's own helper, else the store for all hosts, else reads `auths`, in Docker's order. Raises
    ConfigError for a config.json that cannot be read, PreconditionError when a helper fails.
    """
    folder = environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/")) / ".docker"
    path = Path(folder) / "config.json"
    config = _config(path)
    server = DOCKER_HUB if host == "registry-1.docker.io" else host
    helpers = config.get("credHelpers") or {}
    if helper := helpers.get(server) or helpers.get(host) or config.get("credsStore"):
        return _from_helper(Shell(environment), str(helper), server)
    for key, entry in (config.get("auths") or {}).items():
        if _authority(key) == _authority(server) and entry:
            return _from_entry(entry, f"{path}: auths[{key!r}]")
    return None


def _config(path: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        # The reason is left out: a JSON error may quote the file, and the file holds passwords.
        raise ConfigError(
            f"{path} cannot be read, or is not JSON", "repair it, or docker login again"
        ) from None
    if isinstance(config, dict) and all(
        isinstance(config.get(k) or {}, dict) for k in ("auths", "credHelpers")
    ):
        return config
    raise ConfigError(f"{path} does not have the form of Docker's config.json", "docker login writes it")


def _from_helper(shell: Shell, helper: str, server: str) -> Credentials | None:
    program = f"docker-credential-{helper}"
    try:
        answer = json.loads(shell.read(shell[program]["get"], stdin=server))
        return Credentials(str(answer["Username"]), str(answer["Secret"]))
    except CommandError as error:
        if "credentials not found" in error.message:
            return None
        if error.message.startswith(f"{program} is not installed"):
            raise
    except (ValueError, KeyError, TypeError):
        pass
    # The helper's output is left out: it may be the secret.
    raise PreconditionError(
        f"{program} gives no credentials for {server}", f"run it to see why: echo {server} | {program} get"
    )


def _from_entry(entry: Any, where: str) -> Credentials | None:
    try:
        if token := entry.get("identitytoken"):
            return Credentials(IDENTITY, str(token))
        if "auth" in entry:
            username, _, secret = base64.b64decode(entry["auth"]).decode().rstrip("\0").partition(":")
            return Credentials(username, secret)
        return Credentials(str(entry["username"]), str(entry["password"]))
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        raise ConfigError(f"{where} has no auth, identitytoken or username", "docker login again") from None


def _authority(key: str) -> str:
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]
