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
import os
from pathlib import Path


def main() -> int:
    """Post it unless it was, and say so."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("report", type=Path, metavar="FILE")
    report = parser.parse_args().report
    from releasing.announcements import webhook
    from releasing.errors import UsageError
    from releasing.shell.clock import now, operator
    from releasing.shell.files import replace_text

    if not report.is_file():
        raise UsageError(f"{report}: no such report", "nightly.check --tell writes them")
    taken = report.with_suffix(".posted")
    if taken.exists():
        print(f"the webhook accepted it at {taken.read_text(encoding='utf-8').strip()}")
        return 0
    webhook.post(os.environ.get(webhook.VARIABLE, ""), report.read_text(encoding="utf-8", errors="replace"))
    replace_text(taken, f"{now()} by {operator()}\n", private=True)
    print("the webhook accepted it")
    return 0


if __name__ == "__main__":
    program(main)
