"""Long waits: what is waited for, since when, and how they survive a connection that breaks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from releasing.errors import CommandError, UnmetError

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 30.0  # seconds between two looks
# GitHub's refusals but for rate limits (403, 429).
NO_LOGIN = 4  # gh's exit code when it has no token; what it says then differs in CI
HOPELESS = re.compile(r"HTTP 4(?!03|29)\d\d")


def wait(what: str, look: Callable[[], str], timeout: float) -> float:
    """Return the seconds that it took until `look` found nothing more to wait for; says what it waits for.

    `look` gives what `what` is waiting for, or nothing. Raises UnmetError after `timeout` seconds. A look that
    fails is tried again, unless waiting cannot mend it: gh missing or not logged in, something that GitHub does not
    know.
    """
    began = time.monotonic()
    since = f"{datetime.now(UTC):%H:%M:%S} UTC"
    pause, said = FIRST_PAUSE, ""
    while text := _asked(look):
        if time.monotonic() - began > timeout:
            raise UnmetError(
                f"{what}: after {timeout / 60:.0f} minutes: {text}",
                "the same command takes the wait up again",
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
        return f"GitHub: no answer: {error.cause}"
