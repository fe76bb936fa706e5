"""What holds for all tests."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from random import SystemRandom

import pytest

from tests.support.finished import Finished, finished_candidate
from tests.support.killing import AFTER, BEFORE, SAMPLE

WHOLE = Path(__file__).parent / "whole"
# A shell that starts the checks in the background has Ctrl-C ignored, and so would every program that a test
# interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kill campaigns")
    group.addoption("--campaign", action="store_true", help="every command and every fault, not a sample")
    group.addoption("--seed", type=int, help="the sample of an earlier run (default: another one each time)")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.seed is None:
        config.option.seed = SystemRandom().randrange(1_000_000)
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Nothing is written beside the sources, and yet no program that a test starts is compiled anew.
        folder = os.environ["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp(prefix="compiled-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_report_header(config: pytest.Config) -> str:
    return _campaign(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With -q there is no header."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    if any("campaign" in report.keywords for report in reports):
        terminalreporter.write_line(_campaign(terminalreporter.config))


def _campaign(config: pytest.Config) -> str:
    if config.option.campaign:
        return "kill campaigns: complete"
    return f"kill campaigns: a sample, the same again with --seed {config.option.seed}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole releases first, and of them the campaigns: what takes long is not begun when all else is done."""
    items.sort(key=lambda item: (item.get_closest_marker("campaign") is None, WHOLE not in item.path.parents))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "moment" in metafunc.fixturenames:
        moments = (BEFORE, AFTER) if metafunc.config.option.campaign else (SAMPLE,)
        metafunc.parametrize("moment", moments)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Chooses the sample."""
    return int(request.config.option.seed)


@pytest.fixture
def complete(request: pytest.FixtureRequest) -> bool:
    """Whether a campaign leaves nothing out."""
    return bool(request.config.option.campaign)


@pytest.fixture
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A finished candidate, made once in a session."""
    return finished_candidate(tmp_path_factory)
