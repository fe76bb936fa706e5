"""Answers in every form that a server may give them, and connections that are kept, or not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest
import trustme

from releasing.clients.registry.wire.answer_head import BrokenConnectionError
from releasing.clients.registry.wire.connection import OverlongAnswerError, Received
from releasing.clients.registry.wire.connection_pool import ConnectionPool, is_ordinary

Ask = Callable[..., Awaitable[Received]]


class Server:
    """Gives `answers` one after the other, each to one question, in pieces as they are; then the connection ends."""

    def __init__(self, *answers: tuple[bytes, ...], keeps: bool = True) -> None:
        self.answers, self.keeps = [*answers], keeps
        self.connections = 0
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heard.append(await reader.readuntil(b"\r\n\r\n"))
                for piece in self.answers.pop(0):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.002)
                if not self.keeps:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def talked(
    server: Server,
    work: Callable[[ConnectionPool, str], Awaitable[object]],
    timeout: float = 5,
    tls: ssl.SSLContext | None = None,
) -> object:
    """Run `server`, and `work` with a pool and the server's address."""

    async def run() -> object:
        listening = await asyncio.start_server(server, "127.0.0.1", 0, ssl=tls)
        host, port = listening.sockets[0].getsockname()
        pool = ConnectionPool(timeout)
        try:
            return await work(pool, f"{'https' if tls else 'http'}://{host}:{port}")
        finally:
            pool.close()
            listening.close()
            await listening.wait_closed()

    return asyncio.run(run())


def asked(
    server: Server, times: int = 1, method: str = "GET", most: int = 1000, pause: float = 0
) -> list[Received]:
    """Ask `server` so many times, one after the other."""

    async def work(pool: ConnectionPool, url: str) -> list[Received]:
        answers = []
        for _ in range(times):
            answers.append(await pool.ask(method, f"{url}/v2/", {}, None, most))
            await asyncio.sleep(pause)
        return answers

    found = talked(server, work)
    assert isinstance(found, list)
    return found


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two: a\r\nx-two: b\r\n\r\nhello"


@pytest.mark.parametrize(
    "answer",
    [
        (PLAIN,),
        tuple(PLAIN[at : at + 1] for at in range(len(PLAIN))),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + PLAIN),
        (
            b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
            b"3;name=x\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        ),
        (b"HTTP/1.1 200 \r\ntransfer-encoding: Chunked\r\n\r\n5\r", b"\nhell", b"o\r\n", b"0\r\n\r", b"\n"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",),
    ],
)
def test_an_answer_is_read_whole_however_it_comes_and_the_connection_is_used_again(
    answer: tuple[bytes, ...],
) -> None:
    server = Server(answer, answer, answer)
    assert [each.body for each in asked(server, 3)] == [b"hello"] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_a_connection_that_may_not_be_used_again_is_not(answer: bytes) -> None:
    server = Server((answer,), (answer,))
    assert [each.body for each in asked(server, 2)] == [b"hello"] * 2
    assert server.connections == 2


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    server = Server((b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo"), keeps=False)
    assert asked(server)[0].body == b"hello"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_what_has_no_body_is_not_waited_for(method: str, status: int) -> None:
    answer = (f"HTTP/1.1 {status} X\r\nContent-Length: 5\r\n\r\n".encode(),)
    server = Server(answer, answer)
    assert [each.status for each in asked(server, 2, method)] == [status] * 2
    assert server.connections == 1


def test_a_header_that_comes_twice_is_there_twice() -> None:
    assert asked(Server((PLAIN,)))[0].headers.getall("X-TWO") == ["a", "b"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 10_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5_0\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: ٥\r\n\r\nhello".encode(),
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"",
    ],
)
def test_an_answer_that_is_none_or_not_whole_is_a_broken_connection(answer: bytes) -> None:
    with pytest.raises(BrokenConnectionError, match="connection broken"):
        asked(Server((answer,), keeps=False))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
    ],
)
def test_an_answer_of_more_bytes_than_can_be_meant_is_left(answer: bytes) -> None:
    with pytest.raises(OverlongAnswerError):
        asked(Server((answer,), keeps=False))


def test_what_nobody_asked_for_is_no_answer_to_the_next_question() -> None:
    late = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"

    class Impatient(Server):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PLAIN)
            await asyncio.sleep(0.01)
            writer.write(late)
            writer.close()

    server = Impatient()
    assert [each.status for each in asked(server, 3, pause=0.05)] == [200, 200, 200]
    assert server.connections == 3


def test_silence_ends_with_the_timeout_and_the_connection_is_not_used_again() -> None:
    server = Server((b"HTTP/1.1 200 OK\r\n",), (PLAIN,))

    async def work(pool: ConnectionPool, url: str) -> int:
        with pytest.raises(TimeoutError):
            await pool.ask("GET", f"{url}/v2/", {}, None, 10)
        return (await pool.ask("GET", f"{url}/v2/", {}, None, 10)).status

    assert talked(server, work, timeout=0.1) == 200
    assert server.connections == 2


def test_nobody_there_is_said_without_the_words_of_the_program() -> None:
    async def work() -> None:
        await ConnectionPool(5).ask("GET", "http://127.0.0.1:1/v2/", {}, None, 10)

    with pytest.raises(OSError, match=r"^no connection: "):
        asyncio.run(work())


def test_a_header_with_another_line_in_it_is_never_sent() -> None:
    server = Server((PLAIN,))

    async def work(pool: ConnectionPool, url: str) -> None:
        with pytest.raises(ValueError, match="a header"):
            await pool.ask("GET", f"{url}/v2/", {"Authorization": "Bearer x\r\nX-More: y"}, None, 10)

    talked(server, work)
    assert server.heard == []


def test_a_question_has_the_host_and_the_length_and_no_fragment() -> None:
    server = Server((PLAIN,))

    async def work(pool: ConnectionPool, url: str) -> str:
        await pool.ask("PUT", f"{url}/v2/a?b=c#d", {"Content-Type": "x/y"}, b"", 10)
        return url.removeprefix("http://")

    host = talked(server, work)
    lines = server.heard[0].decode().split("\r\n")
    assert lines[0] == "PUT /v2/a?b=c HTTP/1.1"
    assert {f"Host: {host}", "Content-Type: x/y", "Content-Length: 0", "Accept-Encoding: identity"} <= {
        *lines
    }


@pytest.mark.parametrize("known", [True, False])
def test_a_certificate_is_looked_at(known: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with authority.cert_pem.tempfile() as trusted:
        if known:
            monkeypatch.setenv("SSL_CERT_FILE", trusted)

        async def work(pool: ConnectionPool, url: str) -> int:
            return (await pool.ask("GET", f"{url}/v2/", {}, None, 10)).status

        if known:
            assert talked(Server((PLAIN,)), work, tls=tls) == 200
        else:
            with pytest.raises(BrokenConnectionError, match="its certificate is not valid"):
                talked(Server((PLAIN,)), work, tls=tls)


@pytest.mark.parametrize(
    ("url", "ordinary"),
    [
        ("https://gcr.io/v2/a/manifests/b", True),
        ("http://127.0.0.1:5000/v2/", True),
        ("http://[::1]:5000/v2/", True),
        ("https://gcr.io?x=/y", False),
        ("https://gcr.io", False),
        ("https://somebody:secret@gcr.io/v2/", False),
        ("https://gcr.io/v2/ä", False),
        ("https://bücher.example/v2/", False),
        ("https://gcr.io/v2/a b", False),
        ("https://gcr.io/v2/a\r\nX: y", False),
        ("ftp://gcr.io/v2/", False),
    ],
)
def test_an_address_that_needs_reading_is_left_to_a_general_client(url: str, ordinary: bool) -> None:
    assert is_ordinary(url) is ordinary
