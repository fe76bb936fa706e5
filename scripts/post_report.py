#!/usr/bin/env python3
"""Post a text to the webhook whose address is in RELEASE_NIGHTLY_WEBHOOK, as JSON: {"text": …}.

  post_report.py REPORT.txt

The address is a secret: it is never shown. Exit codes: 0 taken, 2 no address or file, 4 refused, 7 no answer.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import asyncio
import os
from pathlib import Path

import aiohttp

from releasing.errors import PreconditionError, UnreachableError, UsageError
from releasing.registry.location import trusted

VARIABLE = "RELEASE_NIGHTLY_WEBHOOK"
SECONDS = 30


def main() -> int:
    """Post it, and say so."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("report", type=Path, metavar="FILE")
    report = parser.parse_args().report
    if not report.is_file() or not os.environ.get(VARIABLE):
        raise UsageError(f"{report} or {VARIABLE} is missing", f"{VARIABLE}=https://… post_report.py FILE")
    status = asyncio.run(_post(trusted(os.environ[VARIABLE]), report.read_text(encoding="utf-8")))
    if status >= 300:
        raise PreconditionError(f"the webhook answers HTTP {status}", f"look at {VARIABLE}")
    print("the webhook took it")
    return 0


async def _post(url: str, text: str) -> int:
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json={"text": text}) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, OSError) as error:
        # What the error says may have the address in it.
        raise UnreachableError(
            f"the webhook does not answer ({type(error).__name__})", f"look at {VARIABLE}"
        ) from None


if __name__ == "__main__":
    program(main)
