"""Authorization headers, from a registry's challenge and the release manager's credentials; never shown."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from releasing.clients.registry.auth.challenge import Challenge, preferred
from releasing.clients.registry.auth.credentials import Credentials
from releasing.clients.registry.auth.logins import Logins
from releasing.clients.registry.http import HttpAnswer, HttpRequest, Scope
from releasing.clients.registry.location import is_google
from releasing.errors import PreconditionError

CLIENT = "release"
DENIED = (401, 403)
LOGINS = 3  # none, one that has run out, a fresh one


class Tokens:
    """The headers of one run, one for each scope, renewed when a registry no longer accepts them.

    Where Docker has no credentials, Google's registries are read anonymously first, since asking gcloud takes a
    second; gcloud is asked for writes, and for reads that are refused without it.
    """

    def __init__(
        self, send: Callable[[HttpRequest], Awaitable[HttpAnswer]], environment: Mapping[str, str]
    ) -> None:
        self._send = send
        self._logins = Logins(environment)
        self._headers: dict[Scope, str] = {}
        self._behind: dict[Scope, Credentials | None] = {}
        self._challenges: dict[Scope, Challenge] = {}
        self._private: set[Scope] = set()
        self._locks: defaultdict[Scope, asyncio.Lock] = defaultdict(asyncio.Lock)

    def header(self, scope: Scope | None) -> str | None:
        """Give the current Authorization header for `scope`; None without one."""
        return self._headers.get(scope) if scope else None

    def hint(self, host: str) -> str:
        """Say what to type after HOST[:PORT] refused the credentials."""
        return self._logins.hint(host)

    async def renewed(self, scope: Scope, used: str | None, answer: HttpAnswer, *, fresh: bool) -> bool:
        """Get another header after `answer` refused `used`; returns whether a retry makes sense.

        `fresh` says that `used` was fetched for the same request, so that it cannot have expired. Raises
        PreconditionError when the token service refuses the release manager's credentials.
        """
        async with self._locks[scope]:
            if self._headers.get(scope) == used:
                header = await self._another(scope, used, answer, fresh)
                if header is None or header == used:
                    return False
                self._headers[scope] = header
            return True

    async def _another(self, scope: Scope, used: str | None, answer: HttpAnswer, fresh: bool) -> str | None:
        if challenge := preferred(answer.challenge):
            self._challenges[scope] = challenge
        before = self._behind.get(scope)
        itself = before is not None and used == before.basic
        if answer.status == 403 and not (is_google(scope.host) and (before is None or itself)):
            return None
        if before is None and (fresh or answer.status == 403):
            self._private.add(scope)
        # A token that was accepted before has expired; otherwise the credentials behind it are refused.
        login = await self._login(scope, before if fresh or itself else None)
        if answer.status == 403 and login is None:
            return None
        return await self._header(scope, login)

    async def _login(self, scope: Scope, refused: Credentials | None = None) -> Credentials | None:
        wanted = scope.writes or scope in self._private
        return await self._logins.of(scope.host, gcloud=wanted, refused=refused)

    async def _header(self, scope: Scope, login: Credentials | None) -> str | None:
        challenge = self._challenges.get(scope)
        if challenge and challenge.scheme == "bearer":
            return f"Bearer {await self._token(scope, challenge, login)}"
        self._behind[scope] = login
        # Google refuses some requests without saying how to authenticate; it accepts an access token as a password.
        asked = challenge or is_google(scope.host)
        return login.basic if login and asked and not login.is_identity else None

    async def _token(self, scope: Scope, challenge: Challenge, login: Credentials | None) -> str:
        for _ in range(LOGINS):
            answer = await self._send(_token_request(scope, challenge, login))
            if token := _token_in(answer):
                self._behind[scope] = login
                return token
            if answer.status not in DENIED:
                break
            self._private.add(scope)
            refused, login = login, await self._login(scope, login)
            if login == refused:
                break
        raise self._refusal(scope, challenge, login, answer)

    def _refusal(
        self, scope: Scope, challenge: Challenge, login: Credentials | None, answer: HttpAnswer
    ) -> PreconditionError:
        who = "your credentials" if login else "anonymous access"
        where = HttpRequest("GET", challenge.parameters.get("realm", "")).host
        return PreconditionError(
            f"{scope.host}: {where} refuses {who} for {rights(scope, challenge)} (HTTP {answer.status})",
            self.hint(scope.host),
        )


def rights(scope: Scope, challenge: Challenge) -> str:
    """Give the rights to request: those that the registry names, unless the request needs more."""
    named = challenge.parameters.get("scope", "")
    enough = not scope.writes or scope.right in named.rpartition(":")[2]
    return named if named and enough else str(scope)


def _token_request(scope: Scope, challenge: Challenge, login: Credentials | None) -> HttpRequest:
    realm = challenge.parameters.get("realm", "")
    asked = {"service": challenge.parameters.get("service", ""), "scope": rights(scope, challenge)}
    if login and login.is_identity:
        form = asked | {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": login.secret}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return HttpRequest("POST", realm, headers, urlencode(form).encode())
    headers = {"Authorization": login.basic} if login else {}
    return HttpRequest("GET", f"{realm}{'&' if '?' in realm else '?'}{urlencode(asked)}", headers)


def _token_in(answer: HttpAnswer) -> str:
    """The token in a token service's answer; empty for an answer without a token."""
    try:
        given = json.loads(answer.body)
        return str(given.get("token") or given.get("access_token") or "") if answer.status == 200 else ""
    except (ValueError, AttributeError, RecursionError):
        return ""
