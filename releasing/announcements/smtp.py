"""Sending a mail once: over SMTP with STARTTLS, and recorded before the server can have accepted it.

A run may be killed between the mail and the server's answer. Then it is unknown whether the mail was sent, so a
person has to look before it is sent again.
"""

from __future__ import annotations

import email.policy
import json
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

from releasing.clients.registry.location import on_this_machine
from releasing.errors import ConfigError, PreconditionError, UnreachableError
from releasing.shell.clock import now, operator
from releasing.shell.files import replace_text

SERVER = "RELEASE_SMTP_SERVER"  # HOST:PORT that mails go to instead, as in a rehearsal
TIMEOUT = 60.0  # seconds for each answer of the server
SENDING, SENT = "sending", "sent"


@dataclass(frozen=True)
class Server:
    """The server that accepts mails; with a `user`, after a login with `password`."""

    host: str
    port: int
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Receipt:
    """What is recorded on the sending of one mail."""

    message_id: str
    state: str
    time: str
    by: str


def server_of(host: str, port: int, user: str, password: str, environment: Mapping[str, str]) -> Server:
    """The server to use: the given one, or that of RELEASE_SMTP_SERVER, which gets no credentials."""
    instead = environment.get(SERVER, "")
    if not instead:
        return Server(host, port, user, password)
    other, _, number = instead.rpartition(":")
    if not other or not number.isdecimal():
        raise ConfigError(f"{SERVER}={instead} is not HOST:PORT", f"{SERVER}=127.0.0.1:2525")
    return Server(other, int(number))


def send(file: Path, server: Server, *, again: bool = False) -> str:
    """Send the mail in `file` unless its receipt says that it was sent; returns a sentence to show.

    `again` says that a person checked that an earlier attempt did not arrive. Raises PreconditionError when an
    earlier attempt may have arrived or the server refuses the mail, UnreachableError when it does not answer.
    """
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    before = receipt(file)
    if before and before.message_id == message["Message-ID"]:
        if before.state == SENT:
            return f"{message['Subject']} was sent at {before.time} by {before.by}"
        if not again:
            raise _uncertain(file, before)
    with _connected(server) as connection:
        _address(connection, message)
        _note(file, message, SENDING)
        try:
            code, answer = connection.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, _text(error.smtp_error).encode()
        if code != 250:
            _path(file).unlink()
            raise PreconditionError(
                f"{server.host} refuses the mail: {code} {_text(answer)}",
                "repeat the same command to try again",
            )
        _note(file, message, SENT)
    return f"{message['Subject']} is sent to {message['To']}"


def check(server: Server) -> str:
    """Log in and send nothing; returns a sentence to show. Raises as `send` does."""
    with _connected(server):
        who = f" and lets {server.user} log in" if server.user else ""
        return f"{server.host}:{server.port} accepts mails{who}"


def was_sent(file: Path) -> str:
    """Record that the mail arrived, as a person has seen; returns a sentence to show."""
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    _note(file, message, SENT)
    return f"{message['Subject']} is recorded as sent"


def receipt(file: Path) -> Receipt | None:
    """The receipt of the mail in `file`; None when nobody tried to send it."""
    try:
        return Receipt(**json.loads(_path(file).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(
            f"{_path(file)}: not a receipt: {error}", "check whether the mail arrived, then correct the file"
        ) from None


def _path(file: Path) -> Path:
    return file.with_suffix(".sent.json")


def _note(file: Path, message: EmailMessage, state: str) -> None:
    known = Receipt(str(message["Message-ID"]), state, now(), operator())
    replace_text(_path(file), json.dumps(asdict(known), indent=2) + "\n", private=True)


def _uncertain(file: Path, before: Receipt) -> PreconditionError:
    return PreconditionError(
        f"{file} may have been sent at {before.time} by {before.by}: the server's answer was lost",
        f"look for Message-ID {before.message_id} on the list; if it arrived: send_mail.py {file} --was-sent; "
        "if not: --again with the same options",
    )


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted unless it stays on this machine, and logged in."""
    where = f"{server.host}:{server.port}"
    try:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise UnreachableError(
            f"{where} does not answer: {error}", "nothing was sent; repeat the same command to try again"
        ) from None
    try:
        connection.ehlo()
        if not on_this_machine(server.host) or connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        yield connection
    except smtplib.SMTPAuthenticationError:
        # The server's answer is left out: it may repeat the password.
        raise PreconditionError(
            f"{where} refuses the login of {server.user}", "nothing was sent; check the user and the password"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise UnreachableError(
            f"{where}: {_text(error)}", "repeat the command, which tells how to continue"
        ) from None
    finally:
        connection.close()


def _address(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Name sender and receivers; a mail that the server refuses here was not sent."""
    sender = getaddresses([str(message["From"])])[0][1]
    answers = [connection.mail(sender)]
    answers += [connection.rcpt(address) for _, address in getaddresses([str(message["To"])])]
    for code, answer in answers:
        if code not in (250, 251):
            raise PreconditionError(
                f"the mail server refuses an address: {code} {_text(answer)}", "nothing was sent"
            )


def _text(said: object) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
