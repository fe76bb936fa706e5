"""What the real gcloud, its plugin for GKE and kubectl ask of Google and of a cluster, answered on loopback."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BOT = "bot@kubeflow-releasing.iam.gserviceaccount.com"
UNAUTHORIZED = {
    "kind": "Status",
    "status": "Failure",
    "message": "Unauthorized",
    "reason": "Unauthorized",
    "code": 401,
}
DISCOVERY = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [
            {
                "name": "argoproj.io",
                "versions": [{"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}],
                "preferredVersion": {"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"},
            }
        ],
    },
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [{"name": "namespaces", "kind": "Namespace", "namespaced": False, "verbs": ["get"]}],
    },
    "/apis/argoproj.io/v1alpha1": {
        "kind": "APIResourceList",
        "groupVersion": "argoproj.io/v1alpha1",
        "resources": [
            {"name": "workflows", "kind": "Workflow", "namespaced": True, "verbs": ["get", "list", "create"]}
        ],
    },
}


@dataclass
class Google:
    """Addresses, what was asked, and what is refused from now on: `token`, `cluster`, `login`, `rights`."""

    address: str = ""
    cluster: str = ""
    authority: str = ""
    refused: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and body for a request to any of the services."""
        if path == "/token":
            if "token" in self.refused:
                return 400, {
                    "error": "invalid_grant",
                    "error_description": "Token has been expired or revoked.",
                }
            return 200, {"access_token": "ya29.local", "expires_in": 3599, "token_type": "Bearer"}
        if path.startswith("/v1/projects/") and path.count("/") == 3:
            # gcloud looks whether there is such a project before it sets one.
            return 200, {"projectId": path.rpartition("/")[2], "lifecycleState": "ACTIVE"}
        if path.startswith("/v1/projects/"):
            if "cluster" in self.refused:
                return 401, {
                    "error": {"code": 401, "message": "Request had invalid authentication credentials."}
                }
            return 200, {
                "name": "kubeflow-releasing",
                "zone": "us-central1-a",
                "endpoint": self.cluster,
                "status": "RUNNING",
                "masterAuth": {"clusterCaCertificate": self.authority},
            }
        return (401, UNAUTHORIZED) if "login" in self.refused else self._cluster_answer(path)

    def _cluster_answer(self, path: str) -> tuple[int, Any]:
        if path.endswith("selfsubjectaccessreviews"):
            review = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": {}}
            return 201, review | {"status": {"allowed": "rights" not in self.refused}}
        if path.startswith("/api/v1/namespaces/"):
            name = path.rpartition("/")[2]
            return 200, {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}}
        found = DISCOVERY.get(path)
        return (200, found) if found else (404, {"kind": "Status", "reason": "NotFound", "code": 404})

    def key(self, folder: Path) -> Path:
        """A service account's key file, whose tokens come from here."""
        private = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = {
            "type": "service_account",
            "project_id": "kubeflow-releasing",
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": BOT,
            "client_id": "1",
            "token_uri": f"{self.address}/token",
        }
        path = folder / "key.json"
        path.write_text(json.dumps(content))
        return path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send gcloud here."""
        return {
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER": f"{self.address}/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER": f"{self.address}/",
            "CLOUDSDK_AUTH_TOKEN_HOST": f"{self.address}/token",
        }


@contextmanager
def google() -> Iterator[Google]:
    """Google's services over HTTP and a cluster over TLS, which kubectl insists on."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    it = Google(authority=base64.b64encode(authority.cert_pem.bytes()).decode())
    with ExitStack() as stack:
        plain = stack.enter_context(_served(it, None))
        cluster = stack.enter_context(_served(it, context))
        it.address, it.cluster = f"http://127.0.0.1:{plain}", f"127.0.0.1:{cluster}"
        yield it


@contextmanager
def _served(it: Google, context: ssl.SSLContext | None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            it.asked.append(f"{self.command} {path}")
            status, content = it.answer(path)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
