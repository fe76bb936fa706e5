"""Mails go to a real SMTP server, encrypted, once; what nobody can know is asked about."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from releasing.announcements import smtp
from releasing.announcements.smtp import SENDING, SENT, Server
from releasing.errors import ConfigError, PreconditionError, UnreachableError

SECRET = "correct horse"


@dataclass
class Letterbox:
    """Keeps mails; `answer` is what the server says to one, `lost` breaks the connection instead."""

    answer: str = "250 kept"
    lost: bool = False
    kept: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.kept.append(envelope)
        if self.lost:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.sleep(0)
        return self.answer


def permits(
    _server: object, _session: object, _envelope: object, mechanism: str, given: object
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=(given.login, given.password) == (b"ada", SECRET.encode()), handled=False)


@contextmanager
def listening(box: Letterbox, **options: Any) -> Iterator[Server]:
    """A mail server on this machine."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    listen = loop.create_server(lambda: SMTP(box, hostname="localhost", loop=loop, **options), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listen, loop).result()
    try:
        yield Server("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    """End the server, and the conversations that a broken connection left."""
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    # A transport that is closing says goodbye in the loop's next round.
    await asyncio.sleep(0)


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    message = EmailMessage()
    message["From"], message["To"] = "Ada <ada@example.org>", "vote@example.org, team@example.org"
    message["Subject"], message["Message-ID"] = "[VOTE] a", "<a.vote@example.org>"
    message.set_content("please vote — ü\n.\n")
    file = tmp_path / "a.eml"
    file.write_bytes(message.as_bytes())
    return file


def test_a_mail_is_sent_to_all_and_never_twice(mail: Path) -> None:
    box = Letterbox()
    with listening(box) as server:
        assert smtp.send(mail, server) == "[VOTE] a is sent to vote@example.org, team@example.org"
        assert smtp.send(mail, server).startswith("[VOTE] a was sent at ")
    assert [envelope.rcpt_tos for envelope in box.kept] == [["vote@example.org", "team@example.org"]]
    known = smtp.receipt(mail)
    assert known is not None
    assert (known.message_id, known.state) == ("<a.vote@example.org>", SENT)


def test_when_the_answer_is_lost_a_person_decides(mail: Path) -> None:
    box = Letterbox(lost=True)
    with listening(box) as server:
        with pytest.raises(UnreachableError):
            smtp.send(mail, server)
        box.lost = False
        with pytest.raises(PreconditionError, match=r"may have been sent at .* answer was lost"):
            smtp.send(mail, server)
        assert len(box.kept) == 1
        smtp.send(mail, server, again=True)
        assert len(box.kept) == 2
        assert smtp.send(mail, server).startswith("[VOTE] a was sent at ")


def test_what_a_person_saw_arrive_is_not_sent_again(mail: Path) -> None:
    box = Letterbox(lost=True)
    with listening(box) as server:
        with pytest.raises(UnreachableError):
            smtp.send(mail, server)
        assert smtp.was_sent(mail) == "[VOTE] a is recorded as sent"
        smtp.send(mail, server)
    assert len(box.kept) == 1


def test_a_refused_mail_is_tried_again(mail: Path) -> None:
    box = Letterbox(answer="554 not today")
    with listening(box) as server:
        with pytest.raises(PreconditionError, match="refuses the mail: 554 not today"):
            smtp.send(mail, server)
        assert smtp.receipt(mail) is None
        box.answer = "250 kept"
        smtp.send(mail, server)
    assert len(box.kept) == 1


def test_nothing_is_noted_when_no_server_answers(mail: Path) -> None:
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9 does not answer"):
        smtp.send(mail, Server("127.0.0.1", 9))
    assert smtp.receipt(mail) is None


def test_a_login_is_tried_before_there_is_a_mail_and_nothing_is_sent(mail: Path) -> None:
    box = Letterbox()
    with listening(box) as server:
        assert smtp.check(server) == f"127.0.0.1:{server.port} accepts mails"
    with pytest.raises(UnreachableError, match="does not answer"):
        smtp.check(server)
    assert box.kept == []
    assert smtp.receipt(mail) is None


def test_a_login_is_encrypted_and_a_refused_password_is_not_shown(
    mail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    box = Letterbox()
    guarded = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": permits,
        "auth_required": True,
    }
    with listening(box, **guarded) as at:
        with pytest.raises(UnreachableError, match="certificate"):
            smtp.send(mail, Server(at.host, at.port, "ada", SECRET))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with pytest.raises(PreconditionError, match="refuses the login of ada") as refused:
            smtp.send(mail, Server(at.host, at.port, "ada", "wrong horse"))
        assert "wrong horse" not in str(refused.value)
        assert box.kept == []
        smtp.send(mail, Server(at.host, at.port, "ada", SECRET))
    assert len(box.kept) == 1
    assert SECRET not in "".join(path.read_text() for path in tmp_path.iterdir())


def test_a_rehearsals_server_gets_no_credentials() -> None:
    given = ("smtp.example.org", 587, "ada", SECRET)
    assert smtp.server_of(*given, {}) == Server(*given)
    assert smtp.server_of(*given, {smtp.SERVER: "127.0.0.1:2525"}) == Server("127.0.0.1", 2525)
    with pytest.raises(ConfigError, match="is not HOST:PORT"):
        smtp.server_of(*given, {smtp.SERVER: "nonsense"})


@pytest.mark.parametrize("text", ["", "[]", '{"state": "sent"}'])
def test_a_damaged_receipt_is_told(text: str, mail: Path) -> None:
    mail.with_suffix(".sent.json").write_text(text)
    with pytest.raises(ConfigError, match="not a receipt"):
        smtp.receipt(mail)


def test_a_kill_between_mail_and_answer_leaves_the_question(mail: Path) -> None:
    facts = {"message_id": "<a.vote@example.org>", "state": SENDING, "time": "then", "by": "ada@host"}
    mail.with_suffix(".sent.json").write_text(json.dumps(facts))
    with pytest.raises(PreconditionError, match="may have been sent at then by ada@host"):
        smtp.send(mail, Server("127.0.0.1", 9))
