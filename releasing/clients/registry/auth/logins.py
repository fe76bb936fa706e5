"""Credentials for registry hosts: read when first needed, and again when a registry refuses them."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial

from releasing.clients.registry.auth.credentials import Credentials, find
from releasing.clients.registry.auth.gcloud import access_token
from releasing.clients.registry.location import is_google
from releasing.errors import ReleaseError

GCLOUD = "gcloud"
SETTLED = 60.0  # seconds without a third look at credentials that a second one found unchanged


class Logins:
    """The release manager's credentials: Docker's, else gcloud's for Google's registries."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._found: dict[str, Credentials | None] = {}
        self._settled: dict[str, float] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._missing = ""

    async def of(self, host: str, *, gcloud: bool, refused: Credentials | None = None) -> Credentials | None:
        """Give Docker's credentials for HOST[:PORT], else, if `gcloud`, an access token for Google's registries.

        `refused` credentials are read again: an access token is valid for an hour. None means anonymous. Raises
        ConfigError or PreconditionError for a configuration of Docker that is not usable.
        """
        docker = await self._kept(host, partial(find, host, self._environment), refused)
        if docker or not (gcloud and is_google(host)):
            return docker
        return await self._kept(GCLOUD, self._access_token, refused)

    def hint(self, host: str) -> str:
        """Say what to type after HOST[:PORT] refused the credentials."""
        if not is_google(host):
            return f"docker login {host}"
        if self._found.get(host):
            return f"gcloud auth configure-docker {host}, or docker login {host}"
        account = (
            self._missing
            or "gcloud auth login, with an account that may do this (gcloud auth list shows yours)"
        )
        return f"{account}; or docker login {host}"

    async def _kept(
        self, key: str, read: Callable[[], Credentials | None], refused: Credentials | None
    ) -> Credentials | None:
        async with self._locks[key]:
            known = key in self._found
            renewable = time.monotonic() >= self._settled.get(key, 0)
            if not known or (refused is not None and self._found[key] == refused and renewable):
                # In a thread: gcloud or a helper of Docker may use the network, and others continue meanwhile.
                self._found[key] = found = await asyncio.to_thread(read)
                if known and found == refused:
                    self._settled[key] = time.monotonic() + SETTLED
            return self._found[key]

    def _access_token(self) -> Credentials | None:
        try:
            return access_token(self._environment)
        except ReleaseError as error:
            # Without gcloud, public images can still be read.
            self._missing = error.hint
            return None
