"""Long waits: they show what they wait for and since when, and survive a broken connection."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from releasing.errors import CommandError, UnmetError

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 30.0  # seconds between two looks
# GitHub's refusals, except rate limits (403, 429).
NO_LOGIN = 4  # gh's exit code when it has no token; what it says then differs in CI
HOPELESS = re.compile(r"HTTP 4(?!03|29)\d\d")


def wait(what: str, look: Callable[[], str], timeout: float) -> float:
    """Return after how many seconds `look` found nothing more to wait for; shows what it waits for.

    `look` returns what `what` is waiting for, or nothing. Raises UnmetError after `timeout` seconds. A look that
    fails is repeated, unless waiting does not help: gh is missing or not logged in, or GitHub does not know what is
    asked for.
    """
    began = time.monotonic()
    since = f"{datetime.now(UTC):%H:%M:%S} UTC"
    pause, said = FIRST_PAUSE, ""
    while text := _asked(look):
        if time.monotonic() - began > timeout:
            raise UnmetError(
                f"{what}: after {timeout / 60:.0f} minutes: {text}",
                "repeat the same command, which continues the wait",
            )
        if text != said:
            print(f"waiting since {since} for {what}: {text}", flush=True)
            said = text
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return time.monotonic() - began


def _asked(look: Callable[[], str]) -> str:
    try:
        return look()
    except CommandError as error:
        if not error.said or error.status == NO_LOGIN or HOPELESS.search(error.message):
            raise
        return f"GitHub does not answer: {error.cause}"
