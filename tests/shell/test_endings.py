"""Signals that ask a process to end."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from releasing.shell.endings import Ended, heard
from tests.support.paths import ROOT

WAITS = """
import signal, sys, time
if sys.argv[1] == "ignored":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
from releasing.shell.endings import Ended, heard
try:
    with heard():
        print("up", flush=True)
        sys.stdin.readline()
        print("went on", flush=True)
except Ended as ended:
    print(ended, ended.code, flush=True)
"""


def said(number: signal.Signals, way: str) -> str:
    words = [sys.executable, "-c", WAITS, way]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        return process.communicate("\n", timeout=30)[0].strip()


def test_a_signal_that_asks_for_the_end_is_heard() -> None:
    assert said(signal.SIGTERM, "heard") == "SIGTERM 143"
    assert said(signal.SIGHUP, "heard") == "SIGHUP 129"


def test_nohup_keeps_its_promise() -> None:
    assert said(signal.SIGHUP, "ignored") == "went on"


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Ended, match="SIGTERM"), heard():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before


def test_threads_leave_signals_alone() -> None:
    def inside() -> object:
        with heard():
            return signal.getsignal(signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(inside).result() == signal.getsignal(signal.SIGTERM)
