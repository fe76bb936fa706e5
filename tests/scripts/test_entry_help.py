"""Every program answers --help before it loads what does its work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import SCRIPTS

PROGRAMS = [path for path in sorted(SCRIPTS.iterdir()) if path.suffix == ".py" and path.stem != "entry"]
# How each begins, and the options that some share.
LIGHT = {
    "errors",
    "shell",
    "shell.standard_streams",
    "shell.text",
    "shell.text.plain_text",
    "announcements",
    "announcements.mail_options",
    "clients",
    "clients.ksonnet",
    "clients.ksonnet.grammar",
}


@pytest.mark.parametrize("program", [*PROGRAMS, SCRIPTS / "ks"], ids=lambda path: path.name)
def test_help_is_printed_without_what_does_the_work(program: Path) -> None:
    words = [sys.executable, "-X", "importtime", str(program), "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout) > 100) == (0, True)
    loaded = {*re.findall(r"\| +releasing\.([\w.]+)$", done.stderr, flags=re.MULTILINE)}
    assert loaded - LIGHT == set()
    assert not re.search(r"\| +(yaml|pydantic|aiohttp|ruamel|plumbum)$", done.stderr, flags=re.MULTILINE)
