"""API servers for the real kubectl: the small one of kubernetes_api.py, and kube-apiserver where there is one.

KUBE_APISERVER and ETCD name the programs of the second. Both are processes of their own, which a test may kill and
start again; both take the token `good` and no other.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import trustme

from tests.support.paths import DATA, ROOT

NAMESPACE = "kubeflow-releasing"
PATIENCE = 60  # seconds for a server to come up
KUBECTL = shutil.which("kubectl")
REAL = tuple(os.environ.get(name, "") for name in ("KUBE_APISERVER", "ETCD"))
KINDS = ("small", "real") if all(REAL) else ("small",)

Process = subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass
class Cluster:
    """An API server that can be killed and started again, and a kubeconfig for it."""

    kind: str
    folder: Path
    port: int = field(default_factory=free_port)
    server: Process | None = field(default=None, init=False)

    @property
    def environment(self) -> dict[str, str]:
        paths = [str(Path(sys.executable).parent), str(ROOT / "scripts"), os.environ["PATH"]]
        return {"PATH": os.pathsep.join(paths), "HOME": str(self.folder), "KUBECONFIG": str(self.kubeconfig)}

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    def log_in(self, token: str = "good") -> None:
        """Write the kubeconfig; with any other token the server says Unauthorized."""
        server = {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True}
        context = {"cluster": "it", "user": "it", "namespace": NAMESPACE}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "clusters": [{"name": "it", "cluster": server}],
            "users": [{"name": "it", "user": {"token": token}}],
            "contexts": [{"name": "it", "context": context}],
        }
        scratch = self.kubeconfig.with_suffix(".partial")
        scratch.write_text(json.dumps(content))
        scratch.replace(self.kubeconfig)

    def start(self) -> None:
        words = _small(self) if self.kind == "small" else _kube_apiserver(self)
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "server.log").read_text()[-2000:]
            assert self.server.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        unverified = ssl.create_default_context()
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection("127.0.0.1", self.port, context=unverified, timeout=5)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/version", headers={"Authorization": "Bearer good"})
            return connection.getresponse().status == 200
        return False

    def kill(self) -> None:
        if self.server:
            self.server.kill()
            self.server.wait()

    def kubectl(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["kubectl", *words],
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def objects(self, *words: str) -> Any:
        """What `kubectl get … -o json` prints; it must succeed."""
        ran = self.kubectl("get", *words, "-o", "json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def put(self, verb: str, content: dict[str, Any]) -> None:
        """Create or replace an object."""
        ran = self.kubectl(verb, "-f", "-", stdin=json.dumps(content))
        assert ran.returncode == 0, ran.stderr

    def change(self, name: str, status: dict[str, Any]) -> None:
        """Give the workflow `name` a status, as Argo's controller does."""
        self.put("replace", self.objects("workflow", name) | {"status": status})


@contextmanager
def cluster(kind: str, folder: Path) -> Iterator[Cluster]:
    """A cluster that serves workflows, leases and pods until the block ends."""
    it = Cluster(kind, folder)
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    it.log_in()
    with _etcd(folder) if kind == "real" else nullcontext():
        try:
            it.start()
            if kind == "real":
                _prepare(it)
            yield it
        finally:
            it.kill()


def _small(it: Cluster) -> list[str]:
    return [sys.executable, "-m", "tests.support.kubernetes_api", str(it.folder), str(it.port)]


def _kube_apiserver(it: Cluster) -> list[str]:
    (it.folder / "tokens.csv").write_text("good,admin,admin,system:masters\n")
    certificate = str(it.folder / "server.pem")
    options = {
        "etcd-servers": f"http://127.0.0.1:{(it.folder / 'etcd.port').read_text()}",
        "secure-port": str(it.port),
        "bind-address": "127.0.0.1",
        "tls-cert-file": certificate,
        "tls-private-key-file": certificate,
        "token-auth-file": str(it.folder / "tokens.csv"),
        "service-account-issuer": "https://localhost",
        "service-account-key-file": certificate,
        "service-account-signing-key-file": certificate,
        "service-cluster-ip-range": "10.0.0.0/24",
        "authorization-mode": "AlwaysAllow",
        "disable-admission-plugins": "ServiceAccount",
    }
    return [REAL[0], *(f"--{name}={value}" for name, value in options.items())]


@contextmanager
def _etcd(folder: Path) -> Iterator[None]:
    port, peers = free_port(), free_port()
    (folder / "etcd.port").write_text(str(port))
    words = [REAL[1], "--data-dir", str(folder / "etcd"), "--log-level=error"]
    for option, number in (("client", port), ("peer", peers)):
        words += [f"--listen-{option}-urls=http://127.0.0.1:{number}"]
    words += [f"--advertise-client-urls=http://127.0.0.1:{port}"]
    with (folder / "etcd.log").open("wb") as log:
        etcd = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        etcd.kill()
        etcd.wait()


def _prepare(it: Cluster) -> None:
    """Argo's definition of workflows, and the namespace."""
    it.put("create", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    definition = (DATA / "argo" / "argoproj.io_workflows.yaml").read_text()
    ran = it.kubectl("create", "-f", "-", stdin=definition)
    assert ran.returncode == 0, ran.stderr
    ran = it.kubectl("wait", "--for=condition=Established", "crd/workflows.argoproj.io", "--timeout=60s")
    assert ran.returncode == 0, ran.stderr
