#!/usr/bin/env python3
"""Send a mail that is in a file, once.

  send_mail.py OUTBOX/v0.2.1-rc.0.eml --host smtp.example.org --user release-team --password-command pass show smtp

The connection is encrypted (STARTTLS). The password is what the command prints, else RELEASE_SMTP_PASSWORD. A file
beside the mail records when it was sent, and by whom; it is not sent again. When the server's answer was lost, check
whether the mail arrived, then use --was-sent or --again. With --check in place of a mail it only logs in.
RELEASE_SMTP_SERVER=HOST:PORT is used instead of --host.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path


def main() -> int:
    """Send it, or say that it was sent."""
    options = arguments()
    from releasing.announcements.smtp import check, send, server_of, was_sent
    from releasing.errors import UsageError

    if options.check:
        print(check(server_of(options.host, options.port, options.user, password(options), os.environ)))
        return 0
    if options.mail is None or not options.mail.is_file():
        raise UsageError(f"{options.mail}: no such mail", "announce-vote and announce-release write them")
    if options.was_sent:
        print(was_sent(options.mail))
        return 0
    server = server_of(options.host, options.port, options.user, password(options), os.environ)
    print(send(options.mail, server, again=options.again))
    return 0


def password(options: argparse.Namespace) -> str:
    """What the command prints, else the environment's; empty when nobody logs in."""
    from releasing.errors import UsageError
    from releasing.shell.programs import Shell

    if not options.user or os.environ.get("RELEASE_SMTP_SERVER"):
        return ""
    if options.password_command:
        sh = Shell()
        command, *words = options.password_command
        return sh.read(sh[command][tuple(words)])
    if "RELEASE_SMTP_PASSWORD" not in os.environ:
        raise UsageError(
            f"no password for {options.user}", "set RELEASE_SMTP_PASSWORD, or give --password-command"
        )
    return os.environ["RELEASE_SMTP_PASSWORD"]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("mail", type=Path, metavar="MAIL", nargs="?")
    parser.add_argument("--check", action="store_true", help="only log in, and send nothing")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=587)
    parser.add_argument("--user", default="", help="user who logs in (default: no login)")
    parser.add_argument("--password-command", nargs=argparse.REMAINDER, default=[], metavar="WORD")
    parser.add_argument(
        "--again", action="store_true", help="send it although an earlier attempt may have arrived"
    )
    parser.add_argument("--was-sent", action="store_true", help="record that it arrived")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
