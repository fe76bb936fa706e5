"""Completion in real shells, for the program as it is typed: scripts/invoke, with a path in front, or invoke."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from releasing.commands import completion
from releasing.errors import UsageError
from tests.support.paths import ROOT

BASH = """
source "$1"
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
_invoke_tasks
printf '%s\\n' "${COMPREPLY[@]}"
"""
# A terminal of its own, in which somebody types, presses the tabulator, and then a key that shows what stands there.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "$2 source $1"
zpty -w -n shell "$3"$'\t\x18'
output= tries=0
until [[ $output == *"<$4"* ]] || (( tries++ > 300 )); do zpty -r -t shell more && output+=$more; sleep 0.1; done
zpty -d shell
[[ $output == *"<$4"* ]] || { print -r -- $output; exit 1 }
"""
KEY = """
stands() { print -r -- "<$BUFFER" }
zle -N stands
bindkey '^X' stands
"""
TYPED = [
    (["scripts/invoke", "release.mas"], "release.master"),
    (["./scripts/invoke", "vote", "--evid"], "--evidence"),
    ([str(ROOT / "scripts" / "invoke"), "release.rc", "--version", "0.2.1", "--candi"], "--candidate"),
    (["invoke", "nightly.pr"], "nightly.prune"),
]


def script(folder: Path, shell: str) -> Path:
    path = folder / f"completion.{shell}"
    path.write_text(completion.script(shell))
    return path


def ran(*words: str | Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("typed", "completed"), TYPED, ids=lambda each: each[0] if isinstance(each, list) else ""
)
def test_bash_completes_what_was_typed(tmp_path: Path, typed: list[str], completed: str) -> None:
    assert ran("bash", "-c", BASH, "bash", script(tmp_path, "bash"), *typed).split() == [completed]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("typed", "completed"), TYPED, ids=lambda each: each[0] if isinstance(each, list) else ""
)
def test_fish_completes_what_was_typed(tmp_path: Path, typed: list[str], completed: str) -> None:
    asked = f"source {script(tmp_path, 'fish')}; complete -C '{' '.join(typed)}'"
    assert ran("fish", "--no-config", "-c", asked).split() == [completed]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("system", ["", "autoload -Uz compinit; compinit -u -D;"], ids=["compctl", "compsys"])
@pytest.mark.parametrize(("typed", "completed"), TYPED[:2])
def test_zsh_completes_what_was_typed(tmp_path: Path, system: str, typed: list[str], completed: str) -> None:
    sourced = script(tmp_path, "zsh")
    sourced.write_text(sourced.read_text() + KEY)
    whole = " ".join([*typed[:-1], completed])
    ran("zsh", "-f", "-c", ZSH, "zsh", sourced, system, " ".join(typed), whole)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_invoke_prints_the_script(shell: str) -> None:
    assert ran(ROOT / "scripts" / "invoke", "--print-completion-script", shell) == completion.script(shell)


def test_another_shell_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="there are: bash, zsh, fish"):
        completion.script("tcsh")
