"""Authorization headers, from a registry's challenge and the operator's credentials; none is ever shown."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode, urlsplit

from releasing.errors import PreconditionError
from releasing.registry.credentials import Credentials, find
from releasing.registry.http import Answer, Request, Scope

PARAMETER = re.compile(r'(\w+)="([^"]*)"')
CLIENT = "release"


class Tokens:
    """The headers of one run, one for each scope, renewed when a registry no longer takes them."""

    def __init__(self, send: Callable[[Request], Awaitable[Answer]], environment: Mapping[str, str]) -> None:
        self._send = send
        self._environment = environment
        self._headers: dict[Scope, str] = {}
        self._locks: defaultdict[Scope | str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._credentials: dict[str, Credentials | None] = {}

    def header(self, scope: Scope | None) -> str | None:
        """Give the present Authorization header for `scope`, if there is one."""
        return self._headers.get(scope) if scope else None

    async def renewed(self, scope: Scope, used: str | None, challenge: str) -> bool:
        """Get another header after `used` was refused; tells whether there is a reason to try again.

        Raises PreconditionError when the token service refuses the operator's credentials.
        """
        async with self._locks[scope]:
            if self._headers.get(scope) == used:
                header = await self._answer(scope, challenge)
                if header is None or header == used:
                    return False
                self._headers[scope] = header
            return True

    async def _answer(self, scope: Scope, challenge: str) -> str | None:
        credentials = await self._find(scope.host)
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "bearer":
            return f"Bearer {await self._token(scope, dict(PARAMETER.findall(rest)), credentials)}"
        return credentials.basic if credentials and kind.lower() == "basic" else None

    async def _find(self, host: str) -> Credentials | None:
        async with self._locks[host]:
            if host not in self._credentials:
                # In a thread: a credential helper may ask the network, and others go on meanwhile.
                self._credentials[host] = await asyncio.to_thread(find, host, self._environment)
            return self._credentials[host]

    async def _token(self, scope: Scope, challenge: dict[str, str], credentials: Credentials | None) -> str:
        realm = challenge.get("realm", "")
        asked = {"service": challenge.get("service", ""), "scope": challenge.get("scope", str(scope))}
        answer = await self._send(_token_request(realm, asked, credentials))
        try:
            given = json.loads(answer.body)
            if answer.status == 200 and (token := given.get("token") or given.get("access_token")):
                return str(token)
        except (ValueError, AttributeError):
            pass
        who = "your credentials" if credentials else "anonymous access"
        where = f"{scope.host}: {urlsplit(realm).netloc}"
        raise PreconditionError(
            f"{where} refuses {who} for {asked['scope']} (HTTP {answer.status})",
            login_hint(scope.host),
        )


def login_hint(host: str) -> str:
    """Say how to get credentials for a registry."""
    google = host == "gcr.io" or host.endswith((".gcr.io", ".pkg.dev"))
    return f"gcloud auth configure-docker {host}" if google else f"docker login {host}"


def _token_request(realm: str, asked: dict[str, str], credentials: Credentials | None) -> Request:
    if credentials and credentials.is_identity:
        form = asked | {
            "grant_type": "refresh_token",
            "client_id": CLIENT,
            "refresh_token": credentials.secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", realm, headers, urlencode(form).encode())
    headers = {"Authorization": credentials.basic} if credentials else {}
    return Request("GET", f"{realm}{'&' if '?' in realm else '?'}{urlencode(asked)}", headers)
