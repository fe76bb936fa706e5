"""A run that is ended while it waits and says nothing leaves nobody at work, and the same command goes on."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from releasing.shell.lock import holders
from tests.support.finished import RC, RECORDED, Finished
from tests.support.once import copied
from tests.support.paths import ROOT
from tests.support.whole_releases import completed, trace

# GitHub never answers whoever waits for checks; then only the wait and its gh are at work.
SILENT_GH = """\
#!/bin/sh
case "$PPID $*" in
*check-runs*) touch "$RELEASE_SANDBOX/waits-$$"; exec sleep 600 ;;
esac
exec "{gh}" "$@"
"""


def silent(sandbox: Path) -> None:
    """Let gh wait without an end in this sandbox, as with a GitHub that neither answers nor hangs up."""
    (sandbox / "bin").mkdir(exist_ok=True)
    gh = sandbox / "bin" / "gh"
    gh.write_text(
        SILENT_GH.replace("{gh}", shutil.which("gh", path=str(Path(sys.executable).parent)) or "gh")
    )
    gh.chmod(0o755)


def waiting(sandbox: Path) -> list[int]:
    """The process ids of the gh that wait."""
    return [int(path.name.partition("-")[2]) for path in sandbox.glob("waits-*")]


def at_work(pid: int) -> bool:
    try:
        return b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize(
    ("name", "code"), [("SIGKILL", -9), ("SIGHUP", 129), ("SIGTERM", 143), ("SIGINT", 130)]
)
def test_the_same_command_goes_on_at_once_after_a_silent_wait_was_ended(
    tmp_path: Path, candidate: Finished, name: str, code: int
) -> None:
    sandbox = tmp_path / "sandbox"
    copied(candidate.after(RECORDED), sandbox)
    silent(sandbox)
    words = [sys.executable, str(ROOT / "tasks.py"), *RC, "--sandbox", str(sandbox)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            while not waiting(sandbox):
                assert run.poll() is None
                time.sleep(0.05)
            assert not [
                line for line in holders(sandbox / "lock").values() if "wait_" in line or "sleep" in line
            ]
            run.send_signal(signal.Signals[name])
            said = run.communicate(timeout=600)
        finally:
            run.kill()
        assert (run.returncode, "Traceback" in "".join(said)) == (code, False)
    deadline = time.monotonic() + 10
    while any(map(at_work, waiting(sandbox))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    shutil.rmtree(sandbox / "bin")
    if code == -signal.SIGKILL:
        completed(sandbox, *RC)
        assert trace(sandbox) == trace(candidate.sandbox)
    else:
        completed(sandbox, "release.status", "--version", "0.2.1")
