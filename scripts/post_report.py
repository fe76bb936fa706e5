#!/usr/bin/env python3
"""Post a text to the webhook whose address is in RELEASE_NIGHTLY_WEBHOOK, once, as JSON: {"text": …}.

  post_report.py REPORT.txt

A file beside the report records when it was accepted, and by whom; the report is not posted again. The address is a
secret and never shown. Only https is used, or http on this machine; redirects are not followed. SSL_CERT_FILE names
certificate authorities other than the machine's.

Exit codes: 0 accepted, 2 no file or no usable address, 4 refused, 7 no answer.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Traffic
from releasing.errors import PreconditionError, ReleaseError, UnreachableError, UsageError
from releasing.shell.clock import now, operator
from releasing.shell.files import replace_text

VARIABLE = "RELEASE_NIGHTLY_WEBHOOK"
SECONDS = 30
LOOK = f"look at {VARIABLE}"


def main() -> int:
    """Post it unless it was, and say so."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("report", type=Path, metavar="FILE")
    report = parser.parse_args().report
    if not report.is_file():
        raise UsageError(f"{report}: no such report", "nightly.check --tell writes them")
    taken = report.with_suffix(".posted")
    if taken.exists():
        print(f"the webhook took it at {taken.read_text(encoding='utf-8').strip()}")
        return 0
    url = os.environ.get(VARIABLE, "")
    status = asyncio.run(_post(url, _proxy(url), report.read_text(encoding="utf-8", errors="replace")))
    if status >= 300:
        moved = ", and redirects are not followed" if status < 400 else ""
        raise PreconditionError(f"the webhook answers HTTP {status}{moved}", LOOK)
    replace_text(taken, f"{now()} by {operator()}\n")
    print("the webhook took it")
    return 0


def _proxy(url: str) -> str | None:
    """The proxy on the way there; UsageError, which does not repeat it, for an address that is not used."""
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
        f"what {VARIABLE} says is no address of a webhook: https://…, or http://… on this machine", LOOK
    )


async def _post(url: str, proxy: str | None, text: str) -> int:
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


if __name__ == "__main__":
    program(main)
