"""Sending a mail once: over SMTP with STARTTLS, and on record before the server can have taken it.

Between the mail and the server's answer a run may be killed. Then nobody knows whether it was sent, so it is not sent
again but asked about.
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
    """Where mails are handed in; with a `user` after logging in with `password`."""

    host: str
    port: int
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Receipt:
    """What is known of the sending of one mail."""

    message_id: str
    state: str
    time: str
    by: str


def server_of(host: str, port: int, user: str, password: str, environment: Mapping[str, str]) -> Server:
    """The server to use: the one given, or that of RELEASE_SMTP_SERVER, which gets no credentials."""
    instead = environment.get(SERVER, "")
    if not instead:
        return Server(host, port, user, password)
    other, _, number = instead.rpartition(":")
    if not other or not number.isdecimal():
        raise ConfigError(f"{SERVER}={instead} is not HOST:PORT", f"{SERVER}=127.0.0.1:2525")
    return Server(other, int(number))


def send(file: Path, server: Server, *, again: bool = False) -> str:
    """Send the mail in `file` unless its receipt says that it was; gives a sentence for the operator.

    `again` says that somebody looked, and an earlier attempt did not arrive. Raises PreconditionError when an earlier
    attempt may have arrived or the server refuses the mail, UnreachableError when there is no server.
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
                f"{server.host} refuses the mail: {code} {_text(answer)}", "the same command tries again"
            )
        _note(file, message, SENT)
    return f"{message['Subject']} is sent to {message['To']}"


def was_sent(file: Path) -> str:
    """Record that the mail arrived, as somebody has seen; gives a sentence."""
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    _note(file, message, SENT)
    return f"{message['Subject']} counts as sent"


def receipt(file: Path) -> Receipt | None:
    """What is known of the mail in `file`; None when nobody tried to send it."""
    try:
        return Receipt(**json.loads(_path(file).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"{_path(file)}: not a receipt: {error}", "look whether the mail arrived, then mend it"
        ) from None


def _path(file: Path) -> Path:
    return file.with_suffix(".sent.json")


def _note(file: Path, message: EmailMessage, state: str) -> None:
    known = Receipt(str(message["Message-ID"]), state, now(), operator())
    replace_text(_path(file), json.dumps(asdict(known), indent=2) + "\n", private=True)


def _uncertain(file: Path, before: Receipt) -> PreconditionError:
    return PreconditionError(
        f"{file} may have been sent at {before.time} by {before.by}: the server's answer was lost",
        f"look for Message-ID {before.message_id} on the list; then send_mail.py {file} --was-sent, or --again "
        "with the same options",
    )


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted unless it stays on this machine, and logged in."""
    where = f"{server.host}:{server.port}"
    try:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise UnreachableError(
            f"{where} does not answer: {error}", "nothing was sent; the same command tries again"
        ) from None
    try:
        connection.ehlo()
        if not on_this_machine(server.host) or connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        yield connection
    except smtplib.SMTPAuthenticationError:
        # What the server says may repeat what it was given.
        raise PreconditionError(
            f"{where} does not let {server.user} in", "nothing was sent; look at the password"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise UnreachableError(f"{where}: {_text(error)}", "the same command says how to go on") from None
    finally:
        connection.close()


def _address(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Name sender and receivers; what the server refuses here was not sent."""
    sender = getaddresses([str(message["From"])])[0][1]
    answers = [connection.mail(sender)]
    answers += [connection.rcpt(address) for _, address in getaddresses([str(message["To"])])]
    for code, answer in answers:
        if code not in (250, 251):
            raise PreconditionError(f"the mail server refuses: {code} {_text(answer)}", "nothing was sent")


def _text(said: object) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
