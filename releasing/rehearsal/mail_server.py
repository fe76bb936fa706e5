"""The rehearsal's mail server: takes every mail over SMTP and keeps it in a folder, and sends none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Letterbox:
    """Keeps what arrives as numbered files: a mail that is sent twice lies there twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail; the name is aiosmtpd's."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = len(list(self._folder.glob("*.eml"))) + 1
        content = envelope.content or b""
        (self._folder / f"{number}.eml").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
        return "250 kept, and not sent: this is a rehearsal"


async def listen(folder: Path, port: int) -> asyncio.Server:
    """Take mails on `port` of this machine, or on any when it is taken."""
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        return SMTP(Letterbox(folder), hostname="localhost", loop=loop)

    try:
        return await loop.create_server(conversation, "127.0.0.1", port)
    except OSError:
        return await loop.create_server(conversation, "127.0.0.1", 0)
