"""gcloud for Google's registries: an access token, and tags as the runbook writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from releasing.clients.registry.auth.credentials import Credentials
from releasing.errors import CommandError, PreconditionError
from releasing.shell.programs import Shell

USER = "oauth2accesstoken"  # the user name with which Google's registries take an access token
AT_ONCE = 4  # each gcloud keeps a processor busy for about a second
# gcloud's log file would keep the token that it prints.
UNLOGGED = {"CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "1"}


def access_token(environment: Mapping[str, str]) -> Credentials:
    """Ask gcloud for the access token of its active account.

    Raises CommandError when gcloud is not installed, PreconditionError when nobody is logged in.
    """
    shell = Shell({**environment, **UNLOGGED})
    try:
        token = shell.read(shell["gcloud"]["auth", "print-access-token", "--quiet"])
    except CommandError as error:
        if error.message.startswith("gcloud is not installed"):
            raise
        token = ""
    if not token or not token.isascii() or len(token.split()) != 1:
        # Its output is left out: it may be a secret.
        raise PreconditionError("gcloud cannot get an access token", "gcloud auth login")
    return Credentials(USER, token)


class Tagger:
    """Writes image tags with gcloud, a few at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._shell = Shell(environment)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def add(self, image: str, digest: str, tag: str) -> None:
        """Put `tag` on a digest of `image`; raises CommandError."""
        command = self._shell["gcloud"]["container", "images", "add-tag", "--quiet"]
        async with self._places:
            await asyncio.to_thread(self._shell.run, command[f"{image}@{digest}", f"{image}:{tag}"])
