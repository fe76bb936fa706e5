"""scripts/post_report.py as a program, against real servers: what each answer comes to, the address never shown."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from tests.support.paths import SCRIPTS

PROGRAM = SCRIPTS / "post_report.py"
TOKEN, KEY = "T0P-SECRET", "k3y-in-query"
TEXT = "✗ age  1 image overdue\n"


class Webhook(ThreadingHTTPServer):
    """Answers each post with `status`, and keeps what was posted; without a status it hangs up."""

    daemon_threads = True

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.status = status
        self.posts: list[tuple[str, bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/{TOKEN}?key={KEY}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever does not trust the certificate hangs up."""


class Conversation(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, body))
        if not self.server.status:
            return
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", f"/services/{TOKEN}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's name for it
        """Say nothing."""


@contextmanager
def webhook(status: int, context: ssl.SSLContext | None = None) -> Iterator[Webhook]:
    with Webhook(status) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report" / "20180707.txt"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def posted(report: Path, address: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program; neither what it says nor what it leaves has a part of the address that is a secret."""
    environment = {**os.environ, "RELEASE_NIGHTLY_WEBHOOK": address, **variables}
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), str(report)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    kept = [path.read_text() for path in report.parent.rglob("*") if path.is_file()]
    for text in (ran.stdout, ran.stderr, *kept):
        assert not any(secret in text for secret in (TOKEN, TOKEN.lower(), KEY))
        assert "Traceback" not in text
    return ran


def test_a_report_that_was_taken_is_json_with_its_text_and_is_posted_once(report: Path) -> None:
    with webhook(200) as server:
        first = posted(report, server.address)
        assert (first.returncode, first.stdout) == (0, "the webhook accepted it\n"), first.stderr
        again = posted(report, server.address)
        assert (again.returncode, again.stdout.startswith("the webhook accepted it at 2")) == (0, True)
        ((path, body),) = server.posts
    assert path == f"/services/{TOKEN}?key={KEY}"
    assert json.loads(body) == {"text": TEXT}


@pytest.mark.parametrize("status", [403, 429, 503])
def test_what_is_refused_is_told_and_is_posted_by_the_next_run(report: Path, status: int) -> None:
    with webhook(status) as server:
        refused = posted(report, server.address)
        assert refused.returncode == 4
        assert f"the webhook answers HTTP {status}\n" in refused.stderr
        server.status = 204
        assert posted(report, server.address).returncode == 0
        assert len(server.posts) == 2


@pytest.mark.parametrize("status", [302, 308])
def test_a_redirect_is_not_followed(report: Path, status: int) -> None:
    with webhook(status) as server:
        refused = posted(report, server.address)
        assert (refused.returncode, len(server.posts)) == (4, 1)
    assert f"HTTP {status}, and redirects are not followed" in refused.stderr


def test_no_answer_is_told_as_that(report: Path) -> None:
    with webhook(0) as server:
        dropped = posted(report, server.address)
        gone = server.address
    refused = posted(report, gone)
    assert [each.returncode for each in (dropped, refused)] == [7, 7]
    assert all("the webhook does not answer" in each.stderr for each in (dropped, refused))


def test_a_certificate_has_to_be_trusted(report: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with webhook(200, context) as server:
        address = server.address.replace("http://", "https://")
        stranger = posted(report, address)
        assert (stranger.returncode, server.posts) == (7, [])
        assert "the webhook's certificate is not trusted" in stranger.stderr
        known = posted(report, address, SSL_CERT_FILE=str(tmp_path / "authority.pem"))
        assert (known.returncode, len(server.posts)) == (0, 1), known.stderr


@pytest.mark.parametrize(
    "address",
    [
        TOKEN,
        f"{TOKEN}:{KEY}",
        f"ftp://127.0.0.1/{TOKEN}",
        f"file:///{TOKEN}",
        f"https:///{TOKEN}",
        f"https://[{TOKEN}/",
        f"https://example.org:99999/{TOKEN}",
        f"https://{'x' * 70}.org/{TOKEN}",
        f"http://example.org/{TOKEN}?key={KEY}",
        f"http://127.0.0.1.example.org/{TOKEN}",
    ],
)
def test_an_address_that_is_not_used_is_refused_without_repeating_it(report: Path, address: str) -> None:
    refused = posted(report, address)
    assert refused.returncode == 2
    assert "RELEASE_NIGHTLY_WEBHOOK has no usable address of a webhook" in refused.stderr


def test_without_an_address_or_a_report_nothing_is_posted(report: Path) -> None:
    assert "RELEASE_NIGHTLY_WEBHOOK is not set" in posted(report, "").stderr
    report.unlink()
    with webhook(200) as server:
        missing = posted(report, server.address)
        assert (missing.returncode, server.posts) == (2, [])
    assert "20180707.txt: no such report" in missing.stderr


def test_a_proxy_is_used_for_other_machines_only(report: Path) -> None:
    with webhook(200) as server, webhook(200) as proxy:
        there = {"http_proxy": proxy.address, "https_proxy": proxy.address, "no_proxy": ""}
        assert posted(report, server.address, **there).returncode == 0
        assert (len(server.posts), proxy.posts) == (1, [])
