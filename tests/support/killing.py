"""Runs that are killed, as kill -9 would, at every command in turn or at a sample, until one comes to its end."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import kill_point
from tests.support.kill_point import AFTER, BEFORE, SAMPLE, Sample
from tests.support.kill_sample import counted
from tests.support.paths import ROOT
from tests.support.whole_releases import invoke

__all__ = ["AFTER", "BEFORE", "SAMPLE"]

# Each program that steps start is wrapped. What only reads is passed through; what may change something is noted,
# or, in a run that is to be killed, handed to kill_point.py.
WRAPPER = """\
#!/bin/sh
case "$(basename "$0") $*" in
*" ls-remote "*|*" rev-parse "*|*" merge-base "*|*" cat-file "*|*" grep "*|*" describe "*|*" log "*|*" ls-files "*) ;;
*" symbolic-ref "*|"gh api --paginate"*|"gh api repos/"*|"gh api -X GET"*|*" config get-value "*) ;;
*" current-context"*|*" config view "*|*" auth list "*|*" get workflow"*|"git --version"*) ;;
*" config-helper "*|*" configurations list "*|*" describe "*|*" get namespace "*|*" auth can-i "*|*" get lease "*) ;;
"gh api rate_limit "*|*" rev-list "*|*" status "*|*" config --get "*|*" var GIT_"*) ;;
*)
    if [ -n "$KILL" ]; then exec "{python}" -I -S "{kill_point}" "{real}" "$@"; fi
    printf '%s\\0' "$(basename "$0")" "$@" "{end}" >>"$RELEASE_SANDBOX/commands" ;;
esac
exec "{real}" "$@"
"""
END = "end of a command"
MOST = 200


def wrap_programs(sandbox: Path) -> None:
    """Put a wrapper of each program that steps start into the sandbox's bin/."""
    folder = sandbox / "bin"
    folder.mkdir(parents=True)
    wrapper = WRAPPER.replace("{python}", sys.executable).replace("{kill_point}", kill_point.__file__)
    stand_ins = ROOT / "releasing" / "rehearsal" / "bin"
    ours = [
        path for path in (ROOT / "scripts").iterdir() if path.suffix in (".py", ".sh") or path.name == "ks"
    ]
    programs = [
        *stand_ins.iterdir(),
        *ours,
        *(Path(shutil.which(name) or "") for name in ("git", "rm", "gh")),
    ]
    for program in programs:
        if program.is_file() and program.stat().st_mode & stat.S_IXUSR:
            path = folder / program.name
            path.write_text(wrapper.replace("{real}", str(program)).replace("{end}", END))
            path.chmod(0o755)


@contextmanager
def noted(sandbox: Path) -> Iterator[dict[str, int]]:
    """Note what runs do in a sandbox; afterwards it has how many commands of each kind may have changed something."""
    counts: dict[str, int] = {}
    wrap_programs(sandbox)
    yield counts
    shutil.rmtree(sandbox / "bin")
    file = sandbox / "commands"
    counts |= counted(each.split("\0") for each in file.read_text().split(f"\0{END}\0") if each)
    file.unlink()


def killed_until_done(
    sandbox: Path, moment: str, *words: str, **variables: str
) -> tuple[int, subprocess.CompletedProcess[str]]:
    """The same task again until nothing kills it any more: how many times it was killed, and how it ended."""
    kills = 0
    while (run := invoke(sandbox, *words, KILL=moment, **variables)).returncode == -9:
        kills += 1
        assert kills < MOST
    return kills, run


def keep(sandbox: Path, sample: Sample) -> None:
    """Make runs that are killed at a sample be killed at this one."""
    (sandbox / "killing").mkdir()
    (sandbox / "killing" / "sample.json").write_text(json.dumps(sample))


def spared(sandbox: Path, kinds: Iterable[str]) -> set[str]:
    """Which of `kinds`, and of the kinds of commands that were made in the sandbox, no run was killed at."""
    folder = sandbox / "killing" / "kinds"
    made = {path.name for path in folder.iterdir()}
    killed = {path.parent.parent.name for moment in (BEFORE, AFTER) for path in folder.glob(f"*/*/{moment}")}
    return (made | set(kinds)) - killed
