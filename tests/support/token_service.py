"""A token service as docker-registry trusts one: it signs what it grants with a key made for the test."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(
    OPENSSL is None, reason="openssl, which signs the tokens, is not installed"
)
SERVICE, ISSUER = "registry.test", "tokens.test"


@dataclass
class TokenService:
    """Answers requests for tokens; `login` is the NAME:PASSWORD that may write, everybody may read."""

    folder: Path
    login: str
    scopes: list[str] = field(default_factory=list)
    seconds: int = 300

    def __post_init__(self) -> None:
        self.folder.mkdir()
        certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tokens"]
        self._openssl(*certificate, "-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate))
        der = self._openssl("x509", "-in", str(self.certificate), "-outform", "DER")
        self._header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def auth(self, url: str) -> dict[str, Any]:
        """The settings with which docker-registry sends clients to this service at `url`."""
        names = {"realm": f"{url}/token", "service": SERVICE, "issuer": ISSUER}
        return {"token": {**names, "rootcertbundle": str(self.certificate)}}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "")
        known = shown == f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if shown and not known:
            return web.Response(status=401)
        self.scopes += request.query.getall("scope")
        granted = [self._granted(scope, known) for scope in request.query.getall("scope")]
        return web.json_response({"access_token": self._signed(granted)})

    def _granted(self, scope: str, known: bool) -> dict[str, Any]:
        kind, name, actions = scope.split(":")
        return {
            "type": kind,
            "name": name,
            "actions": [each for each in actions.split(",") if known or each == "pull"],
        }

    def _signed(self, access: list[dict[str, Any]]) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": SERVICE, "sub": "", "nbf": now - 60, "exp": now + self.seconds}
        text = ".".join(
            _encoded(json.dumps(part).encode()) for part in (self._header, claims | {"access": access})
        )
        key = str(self.folder / "key.pem")
        return f"{text}.{_encoded(self._openssl('dgst', '-sha256', '-sign', key, stdin=text.encode()))}"

    def _openssl(self, *words: str, stdin: bytes = b"") -> bytes:
        return subprocess.run([str(OPENSSL), *words], input=stdin, capture_output=True, check=True).stdout


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
