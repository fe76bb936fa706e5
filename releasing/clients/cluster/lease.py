"""One release or nightly runs in a cluster at a time: a Lease names its holder, through kubectl.

Every change names the version that it replaces, so that only one of two runs gets the Lease. Whether a holder
is gone is found out by watching, because the clock of another machine is not trusted to the second.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from releasing.clients.cluster import kubectl
from releasing.errors import CommandError, LockedError, ReleaseError
from releasing.shell.clock import now, operator
from releasing.shell.programs import Shell

Object = dict[str, Any]

NAME = "release-tool"
TOKEN = "release-tool/token"  # noqa: S105 - it tells runs apart and opens nothing
API_VERSION, KIND = "coordination.k8s.io/v1", "Lease"
TRIES = 3  # between which others may have come and gone


@dataclass(frozen=True)
class Times:
    """Seconds: how long a lease is valid without a renewal, between two renewals, and between two reads."""

    lasts: float = 60.0
    renewed: float = 15.0
    looks: float = 5.0


@dataclass
class Lease:
    """The cluster's lock, held by a thread that renews it while at least one `held()` is open.

    `what` tells others which run holds it: release v0.2.1-rc.0. `token` identifies this working folder: a lease
    that a killed run left is taken over at once by a run in the same folder.
    """

    environment: dict[str, str]
    namespace: str
    what: str
    token: Callable[[], str]
    show: Callable[[str], None] = lambda _line: None
    times: Times = field(default_factory=Times)
    _held: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)
    _object: Object = field(default_factory=dict, init=False, repr=False)
    _renewed: float = field(default=0.0, init=False)
    _lost: str = field(default="", init=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lease; the last holder here releases it. Raises LockedError when another run holds it."""
        with self._lock:
            if not self._held:
                self._begin()
            self._held += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                if not self._held:
                    self._end()

    def require(self) -> None:
        """Raise LockedError when this run lost the lease, or could not renew it before it expired."""
        if self._held and (problem := self._problem()):
            raise LockedError(
                problem, "no further step is started; repeat the same command when the lock is free again"
            )

    def _problem(self) -> str:
        if self._lost:
            return f"the lock of {self.namespace} was lost to {self._lost}"
        silent = time.monotonic() - self._renewed
        if silent > self.times.lasts:
            return f"the lock of {self.namespace} could not be renewed for {silent:.0f} seconds"
        return ""

    def _begin(self) -> None:
        # A shell of its own: an interrupted run's shell starts no more programs, and the lock must still be released.
        self._shell = Shell(self.environment)
        self._lost = ""
        self._over.clear()
        for _ in range(TRIES):
            if self._take():
                break
        else:
            raise LockedError(
                f"the lock of {self.namespace} is changing its holder", "repeat the same command"
            )
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    def _take(self) -> bool:
        """Whether this run holds the lease now; False when another run changed it at the same moment."""
        found = self._read()
        since = {"acquireTime": _moment(), "holderIdentity": f"{operator()}: {self.what}, since {now()}"}
        if not found:
            return self._write("create", _lease(self.namespace), since)
        if found["spec"].get("holderIdentity") and not self._is_ours(found):
            self._outlast(found)
        turns = {"leaseTransitions": int(found["spec"].get("leaseTransitions") or 0) + 1}
        return self._write("replace", found, since | turns)

    def _outlast(self, found: Object) -> None:
        """Return when the holder is gone; LockedError while it is not.

        A lease with a recent renewal is held. An old renewal time may come from another clock: the lease is
        watched for its whole duration, and is free when it is not renewed in that time.
        """
        lasts = float(found["spec"].get("leaseDurationSeconds") or self.times.lasts)
        if _age(found) < lasts:
            raise _locked(found)
        self.show(
            f"the lock of {self.namespace} was left by {_holder(found)}; taking it over in {lasts:.0f} s"
        )
        began = time.monotonic()
        while time.monotonic() - began < lasts:
            time.sleep(min(self.times.looks, lasts))
            seen = self._read()
            if not seen or not seen["spec"].get("holderIdentity"):
                return
            if _version(seen) != _version(found):
                raise _locked(seen)

    def _keep(self) -> None:
        while not self._over.wait(self.times.renewed):
            try:
                self._renew()
            except CommandError as error:
                self.show(f"the lock of {self.namespace} could not be renewed: {error.cause}")
            if self._lost:
                self.show(f"the lock of {self.namespace} was lost to {self._lost}")
                return

    def _renew(self) -> None:
        """Renew, however late: an unchanged version shows that no other run took the lease in between."""
        try:
            if self._write("replace", self._object, {}):
                return
            found = self._read()
        except CommandError:
            # Servers report a deleted lease in several ways; only an existing lease can still be renewed.
            found = self._read()
            if found and _version(found) == _version(self._object):
                raise
        if found and self._is_ours(found):
            self._object = found  # our own write, whose answer did not arrive
            self._write("replace", found, {})
        else:
            self._lost = _holder(found) if found else "no run: somebody deleted it"

    def _end(self) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        if not self._lost:
            # It expires by itself where it cannot be released.
            with suppress(ReleaseError):
                self._write("replace", self._object, {"holderIdentity": ""})

    def _is_ours(self, found: Object) -> bool:
        holder = str(found["spec"].get("holderIdentity"))
        annotations = found["metadata"].get("annotations") or {}
        return annotations.get(TOKEN) == self.token() and holder.startswith(f"{operator()}:")

    def _read(self) -> Object:
        command = self._shell["kubectl"]["--request-timeout=10s", "-n", self.namespace, "get", "lease", NAME]
        text = self._shell.read(command["--ignore-not-found", "-o", "json"])
        return json.loads(text) if text.strip() else {}

    def _write(self, verb: str, content: Object, changes: Object) -> bool:
        """Create or replace the lease with `changes`; False when another run was first."""
        began = time.monotonic()
        spec = {"leaseDurationSeconds": max(1, round(self.times.lasts)), "renewTime": _moment()}
        annotations = (content["metadata"].get("annotations") or {}) | {TOKEN: self.token()}
        metadata = content["metadata"] | {"annotations": annotations}
        wanted = content | {"metadata": metadata, "spec": content["spec"] | spec | changes}
        words = ("--request-timeout=10s", "-n", self.namespace, verb, "-f", "-", "-o", "json")
        try:
            text = self._shell.read(self._shell["kubectl"][words], stdin=json.dumps(wanted))
        except CommandError as error:
            if kubectl.reason(error) in ("AlreadyExists", "Conflict", "NotFound"):
                return False
            raise
        self._object, self._renewed = json.loads(text), began
        return True


def _lease(namespace: str) -> Object:
    metadata = {"name": NAME, "namespace": namespace}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": {}}


def _locked(found: Object) -> LockedError:
    return LockedError(
        f"another run is at work in {found['metadata'].get('namespace')}: {_holder(found)}",
        "wait for it to end. If it is gone, repeat the same command, which takes the lock over "
        f"{found['spec'].get('leaseDurationSeconds')} seconds after the last renewal",
    )


def _holder(found: Object) -> str:
    spec = found["spec"]
    return f"{spec.get('holderIdentity') or 'no holder'} (renewed {spec.get('renewTime')})"


def _version(found: Object) -> str:
    return str(found["metadata"].get("resourceVersion"))


def _age(found: Object) -> float:
    """Seconds since the lease was renewed, by this machine's clock."""
    text = str(found["spec"].get("renewTime") or "1970-01-01T00:00:00Z")
    return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()


def _moment() -> str:
    """Now, as Kubernetes writes a MicroTime."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
