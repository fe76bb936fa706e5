"""The status line and the headers of an answer, and what they say of its body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from multidict import CIMultiDict

MOST_HEAD = 64 << 10  # bytes
STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?\Z")
HEADERS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*(?:\r\n|\Z))*")


class BrokenConnectionError(OSError):
    """The connection ended before the answer was complete: the request may or may not have taken effect."""


@dataclass(frozen=True)
class AnswerHead:
    """A status with its headers; `persistent` says that the connection is kept unless a header says otherwise."""

    status: int
    headers: CIMultiDict[str]
    persistent: bool

    @classmethod
    def parse(cls, head: bytes) -> AnswerHead:
        """Read the bytes up to the blank line; raises BrokenConnectionError for what is not HTTP/1."""
        first, _, rest = head.rstrip(b"\r\n").partition(b"\r\n")
        status = STATUS.match(first)
        if not status:
            raise BrokenConnectionError("connection broken: the answer is not HTTP/1.1")
        text = rest.decode("utf-8", "surrogateescape")
        if not HEADERS.fullmatch(text):
            raise BrokenConnectionError("connection broken: the answer has a header that is none")
        found = [(name, value.strip(" \t")) for name, _, value in map(_divided, text.split("\r\n")) if name]
        return cls(int(status[2]), CIMultiDict(found), status[1] == b"1")

    @property
    def is_interim(self) -> bool:
        """Whether another answer follows, as after 100 Continue."""
        return self.status < 200

    @property
    def has_no_body(self) -> bool:
        """Whether the status says that there is none, whatever the headers say."""
        return self.status in (204, 304)

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        coding = self.headers.get("Transfer-Encoding")
        return coding is not None and coding.strip().lower().endswith("chunked")

    @property
    def length(self) -> int | None:
        """The bytes of the body; None when it ends with the connection. BrokenConnectionError for no such number."""
        told = {*self.headers.getall("Content-Length", ())}
        if not told or "Transfer-Encoding" in self.headers:
            return None
        text = told.pop()
        if told or not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise BrokenConnectionError("connection broken: the answer has a length that is none")
        return int(text)

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays for another question."""
        wish = self.headers.get("Connection", "").lower()
        # What says both how long it is and where it ends may be read in two ways.
        if "Transfer-Encoding" in self.headers and "Content-Length" in self.headers:
            return False
        return "close" not in wish and (self.persistent or "keep-alive" in wish)


def _divided(line: str) -> tuple[str, str, str]:
    return line.partition(":")
