"""What a public repository is expected to have, held true: licence, workflow, hooks, form of files."""

from __future__ import annotations

import re
import shlex
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.version import Version

import noxfile
from tests.support.paths import ROOT
from tests.support.pip_settings import project, set_up

WORKFLOW = ROOT / ".github" / "workflows" / "checks.yml"
STEPS: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text())["jobs"]["checks"]["steps"]
COMMANDS = [line for step in STEPS for line in step.get("run", "").splitlines()]
EXPECTED = ("LICENSE", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", ".github/pull_request_template.md")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_repository_has(name: str) -> None:
    assert (ROOT / name).stat().st_size


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert noxfile.PROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert re.match(r"\s+Apache License\n\s+Version 2\.0, January 2004\n", text)
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_workflow_has_the_oldest_and_the_newest_supported_python() -> None:
    versions = yaml.safe_load(WORKFLOW.read_text())["jobs"]["checks"]["strategy"]["matrix"]["python"]
    found = re.findall(r"python(3\.\d+)\b", (ROOT / "scripts" / "setup-venv").read_text())
    supported = sorted({*found}, key=Version)
    assert versions == [supported[0], supported[-1]]
    assert f">={versions[0]}" == noxfile.REQUIRED


def test_the_workflow_runs_the_two_commands_of_the_readme() -> None:
    block = re.search(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert block
    commands = [line.partition("#")[0].strip() for line in block[1].splitlines()]
    assert len(commands) == 2
    assert [command for command in COMMANDS if command.startswith("scripts/")] == commands


def test_the_workflow_installs_the_packages_that_the_checks_need() -> None:
    (install,) = [command for command in COMMANDS if " install " in command]
    assert sorted(noxfile.PACKAGES.values()) == sorted(shlex.split(install.partition("recommends")[2]))


def test_the_hooks_run_the_commands_of_lint() -> None:
    ran: list[list[str]] = []

    class Session:
        def run(self, *words: str, external: bool) -> None:
            ran.append([".venv/bin/python" if word == noxfile.PYTHON else word for word in words])

    noxfile.lint.func(Session())
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [shlex.split(hook["entry"]) for hook in hooks] == ran
    assert not any(hook["pass_filenames"] for hook in hooks)


def test_files_have_the_form_that_editorconfig_says() -> None:
    assert (ROOT / ".editorconfig").read_text().startswith("root = true\n")
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    checked = [name for name in names if not name.startswith(("tests/data/", "releasing/rehearsal/sample/"))]
    assert len(checked) > 300
    assert [name for name in checked if not well_formed(ROOT / name)] == []


def well_formed(path: Path) -> bool:
    """Whether a file is UTF-8, ends its lines with a line feed, the last one too, and has no blank before one."""
    content = path.read_bytes().decode()
    tabs = re.search(r"^ *\t", content, re.MULTILINE) and not fnmatch(path.name, "Makefile*")
    return not tabs and not re.search(r"\r|[ \t]$", content, re.MULTILINE) and content[-1:] in ("", "\n")


@pytest.mark.parametrize("where", ["file", "variables"])
def test_the_environment_is_made_whatever_people_have_set_for_pip(tmp_path: Path, where: str) -> None:
    """Only how they reach a package index counts: here a folder, and no index at all."""
    root, elsewhere = project(tmp_path), tmp_path / "elsewhere"
    peculiar = {
        "user": "true",
        "target": str(elsewhere),
        "no-deps": "true",
        "dry-run": "true",
        "require-hashes": "true",
        "no-binary": ":all:",
        "constraint": str(tmp_path / "none.txt"),
        "report": str(elsewhere),
    }
    reach = {"no-index": "true", "find-links": str(tmp_path / "wheels")}
    lines = "[global]\n" + "".join(f"{name} = {value}\n" for name, value in reach.items())
    if where == "file":
        lines += "[install]\n" + "".join(f"{name} = {value}\n" for name, value in peculiar.items())
        done = set_up(root, lines)
    else:
        variables = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in peculiar.items()}
        done = set_up(root, lines, **variables)
    assert done.returncode == 0, done.stderr
    python = root / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import small"], check=False).returncode == 0
    assert not elsewhere.exists()
