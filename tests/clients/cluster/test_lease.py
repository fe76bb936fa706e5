"""The cluster's lock: taken, renewed, given back, taken over and lost, against kubectl's stand-in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from releasing.clients.cluster.lease import NAME, Lease, Times
from releasing.errors import LockedError
from tests.support.stand_ins import Sandbox

NAMESPACE = "kubeflow-releasing"
QUICK = Times(lasts=1.0, renewed=0.2, looks=0.1)
STEADY = Times(lasts=60.0, renewed=0.2)  # does not run out, however slow the machine is
PATIENCE = 30  # seconds for something that has to happen


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    sandbox = Sandbox(tmp_path, "")
    sandbox.log_in()
    return sandbox


def lease(sandbox: Sandbox, token: str, shown: list[str] | None = None, times: Times = STEADY) -> Lease:
    show = (lambda _line: None) if shown is None else shown.append
    return Lease(sandbox.environment, NAMESPACE, f"release of {token}", lambda: token, show, times)


def stored(sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        sandbox.output("kubectl", "-n", NAMESPACE, "get", "lease", NAME, "-o", "json")
    )
    return found


def put(sandbox: Sandbox, content: dict[str, Any]) -> None:
    sandbox.output("kubectl", "-n", NAMESPACE, "replace", "-f", "-", stdin=json.dumps(content))


def wait_until(what: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def abandoned(sandbox: Sandbox, ago: float) -> None:
    """Leave a lease behind that somebody on another machine renewed `ago` seconds ago."""
    with lease(sandbox, "theirs").held():
        content = stored(sandbox)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - ago))
    content["spec"] |= {
        "holderIdentity": "jlewi@elsewhere: nightly 20180723, since then",
        "renewTime": moment,
    }
    content["spec"]["leaseDurationSeconds"] = 1
    content["metadata"].pop("resourceVersion")
    put(sandbox, content)


def test_a_held_lease_names_person_machine_and_work_and_is_free_afterwards(sandbox: Sandbox) -> None:
    with lease(sandbox, "ours").held():
        assert "@" in stored(sandbox)["spec"]["holderIdentity"]
        assert ": release of ours, since 20" in stored(sandbox)["spec"]["holderIdentity"]
    assert stored(sandbox)["spec"]["holderIdentity"] == ""


def test_the_last_of_several_at_once_gives_it_back(sandbox: Sandbox) -> None:
    ours = lease(sandbox, "ours")
    with ours.held():
        with ours.held():
            pass
        assert stored(sandbox)["spec"]["holderIdentity"]
    assert stored(sandbox)["spec"]["holderIdentity"] == ""


def test_a_second_release_is_told_who_is_at_work(sandbox: Sandbox) -> None:
    with (
        lease(sandbox, "ours").held(),
        pytest.raises(LockedError, match="release of ours, since 20") as error,
        lease(sandbox, "theirs").held(),
    ):
        pass
    assert "takes the lock over 60 seconds after" in error.value.hint


def test_it_is_renewed_while_it_is_held(sandbox: Sandbox) -> None:
    with lease(sandbox, "ours").held():
        before = stored(sandbox)
        wait_until(lambda: stored(sandbox)["spec"]["renewTime"] != before["spec"]["renewTime"])
        assert stored(sandbox)["spec"]["acquireTime"] == before["spec"]["acquireTime"]


def test_what_a_killed_run_left_is_taken_up_at_once_by_the_same_place(sandbox: Sandbox) -> None:
    with lease(sandbox, "ours").held():
        content = stored(sandbox)
    content["metadata"].pop("resourceVersion")
    put(sandbox, content)
    shown: list[str] = []
    with lease(sandbox, "ours", shown).held():
        assert stored(sandbox)["spec"]["leaseTransitions"] == 1
    assert shown == []


def test_one_that_nobody_renews_is_taken_over_after_its_duration(sandbox: Sandbox) -> None:
    abandoned(sandbox, ago=3600)
    shown: list[str] = []
    with lease(sandbox, "ours", shown).held():
        assert ": release of ours" in stored(sandbox)["spec"]["holderIdentity"]
    assert shown[0].startswith(f"the lock of {NAMESPACE} was left by jlewi@elsewhere: nightly 20180723")


def test_one_that_looks_old_and_is_renewed_after_all_is_left_alone(sandbox: Sandbox) -> None:
    abandoned(sandbox, ago=3600)

    def renew(_line: str) -> None:
        content = stored(sandbox)
        content["spec"]["leaseTransitions"] = 7
        put(sandbox, content)

    ours = lease(sandbox, "ours")
    ours.show = renew
    with pytest.raises(LockedError, match="jlewi@elsewhere"), ours.held():
        pass


def test_losing_it_stops_what_would_be_begun_next(sandbox: Sandbox) -> None:
    shown: list[str] = []
    ours = lease(sandbox, "ours", shown)
    with ours.held():
        ours.require()
        content = stored(sandbox)
        content["metadata"] = {"name": NAME, "namespace": NAMESPACE}
        content["spec"]["holderIdentity"] = "jlewi@elsewhere: nightly 20180723"
        put(sandbox, content)
        wait_until(lambda: shown)
        with pytest.raises(LockedError, match="lost to jlewi@elsewhere"):
            ours.require()
    assert stored(sandbox)["spec"]["holderIdentity"] == "jlewi@elsewhere: nightly 20180723"


def test_a_silent_cluster_puts_the_lease_in_doubt_and_its_return_settles_it(sandbox: Sandbox) -> None:
    shown: list[str] = []
    ours = lease(sandbox, "ours", shown, QUICK)
    kubeconfig = Path(sandbox.environment["KUBECONFIG"])
    with ours.held():
        hidden = kubeconfig.rename(kubeconfig.with_suffix(".away"))
        wait_until(lambda: shown and ours._problem())
        with pytest.raises(LockedError, match="could not be renewed for"):
            ours.require()
        hidden.rename(kubeconfig)
        wait_until(lambda: not ours._problem())
    assert any("could not be renewed: The connection to the server" in line for line in shown)


def test_of_two_that_want_a_free_lease_at_once_one_gets_it(sandbox: Sandbox) -> None:
    with lease(sandbox, "before").held():
        pass
    ours, theirs = lease(sandbox, "ours"), lease(sandbox, "theirs")
    read = ours._read
    # Between our look and our change somebody else takes it.
    held = theirs.held()

    def read_and_be_late() -> dict[str, Any]:
        found = read()
        if not stored(sandbox)["spec"]["holderIdentity"]:
            held.__enter__()
        return found

    ours._read = read_and_be_late  # type: ignore[method-assign]
    try:
        with pytest.raises(LockedError, match="release of theirs"), ours.held():
            pass
    finally:
        held.__exit__(None, None, None)
