"""The commands that README and docs show: whole lines of code blocks, and commands in texts and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
IN_TEXT = re.compile(
    r"`((?:scripts/|\.ci/|invoke |\w+\.py |ks |argo |gcloud |gh |git |kubectl |skopeo )[^`]*)`"
)
COMMAND = re.compile(r"(\$ )?(scripts/|\.ci/|\w+\.(py|sh) |[a-z]+ [a-z-])")
OF_A_SHELL = ("", "sh", "bash", "console")


def commands() -> dict[str, set[str]]:
    """Every command, with the names of the pages that show it."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for command in _in(page):
            found.setdefault(command, set()).add(page.name)
    return found


def _in(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for language, block in FENCE.findall(text):
        if language in OF_A_SHELL:
            yield from _lines(block)
    for command in IN_TEXT.findall(FENCE.sub("", text)):
        yield " ".join(command.replace("\\|", "|").split())


def _lines(block: str) -> Iterator[str]:
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        command = re.sub(r"\s+# .*$", "", line.strip())
        # Whole output stands in blocks as well.
        if COMMAND.match(command) and not command.endswith(":") and "✓" not in command:
            yield " ".join(command.removeprefix("$ ").split())
