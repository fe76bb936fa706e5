"""docs/writing-a-step.md is true: its step is written into a copy of the project, and its test passes there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

FENCE = r"<!-- (\S+) -->\n```(\w+)\n(.*?)```"
COPIED = ("releasing", "scripts", "tests", "tasks.py", "pyproject.toml", "release.yaml")


def patched(text: str, diff: str) -> str:
    """The text with each part of the diff in the place of the lines that it begins with a blank or a minus."""
    for part in diff.split("@@\n")[1:]:
        lines = part.splitlines(keepends=True)
        before, after = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


def program(folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_step_of_the_page_can_be_typed_is_on_the_runbook_page_and_passes_its_test(tmp_path: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    blocks = re.findall(FENCE, (ROOT / "docs" / "writing-a-step.md").read_text(), flags=re.DOTALL)
    assert [name for name, _language, _text in blocks] == [
        "releasing/steps/open_next_milestone.py",
        "releasing/recipes.py",
        "tests/steps/test_open_next_milestone.py",
    ]
    for name, language, text in blocks:
        path = tmp_path / name
        path.write_text(patched(path.read_text(), text) if language == "diff" else text)
    assert "Open the GitHub milestone of the next patch version." in program(
        tmp_path, "tasks.py", "--help", "open-next-milestone"
    )
    assert "gh api -X POST repos/kubeflow/kubeflow/milestones --silent -f title=v0.2.2" in program(
        tmp_path, "tasks.py", "runbook"
    )
    program(
        tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/steps/test_open_next_milestone.py"
    )
    program(
        tmp_path, "-m", "ruff", "check", *(name for name, language, _text in blocks if language == "python")
    )
