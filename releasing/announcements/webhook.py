"""Texts posted to a chat's webhook as JSON, {"text": …}; its address is a secret, and nothing here repeats it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp

from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Traffic
from releasing.errors import PreconditionError, ReleaseError, UnreachableError, UsageError

VARIABLE = "RELEASE_NIGHTLY_WEBHOOK"  # has the address, which so stands in no file of ours
SECONDS = 30
LOOK = f"check {VARIABLE}"


def post(url: str, text: str) -> None:
    """Post `text` once, over https, or over http on this machine; redirects are not followed.

    Raises UsageError for an address that is not used, PreconditionError when the webhook refuses the text,
    UnreachableError when it does not answer.
    """
    status = asyncio.run(_status(url, _proxy(url), text))
    if status >= 300:
        moved = ", and redirects are not followed" if status < 400 else ""
        raise PreconditionError(f"the webhook answers HTTP {status}{moved}", LOOK)


def _proxy(url: str) -> str | None:
    """The proxy on the way there, if any."""
    if not url:
        raise UsageError(f"{VARIABLE} is not set", f"{VARIABLE}=https://… post_report.py FILE")
    try:
        parts = urlsplit(url)
        if parts.hostname and parts.port != 0:
            return Traffic(Settings()).way(url).proxy
    except (ReleaseError, ValueError):
        pass  # what they say may have the address in it
    raise _unusable()


def _unusable() -> UsageError:
    return UsageError(
        f"{VARIABLE} has no usable address of a webhook: https://…, or http://… on this machine", LOOK
    )


async def _status(url: str, proxy: str | None, text: str) -> int:
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json={"text": text}, proxy=proxy, allow_redirects=False) as answer,
        ):
            return answer.status
    # What these errors say may have the address in it.
    except aiohttp.ClientConnectorCertificateError:
        raise UnreachableError("the webhook's certificate is not trusted", LOOK) from None
    except (aiohttp.InvalidURL, UnicodeError):
        raise _unusable() from None
    except (aiohttp.ClientError, OSError) as error:
        raise UnreachableError(f"the webhook does not answer ({type(error).__name__})", LOOK) from None
