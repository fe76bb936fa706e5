"""Runs that are killed at every command in turn, as kill -9 would, until one of them comes to its end."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

from tests.whole_releases import ROOT, invoke

# Each program that steps start is wrapped: after (or before) the first time that it makes a certain change, the
# run that started it is killed, as kill -9 would. What only reads is passed through. Of commands side by side each
# kills the run that it belongs to: which one that is it reads first, and the next run waits for all of them.
WRAPPER = """\
#!/bin/sh
case "$(basename "$0") $*" in
*" ls-remote "*|*" rev-parse "*|*" merge-base "*|*" cat-file "*|*" grep "*|*" describe "*|*" log "*|*" ls-files "*) ;;
*" symbolic-ref "*|"gh api --paginate"*|"gh api repos/"*|"gh api -X GET"*|*" config get-value "*) ;;
*" current-context"*|*" config view "*|*" auth list "*|*" get workflow"*|"git --version"*) ;;
*" config-helper "*|*" configurations list "*|*" describe "*|*" get namespace "*|*" auth can-i "*|*" get lease "*) ;;
*" rev-list "*|*" status "*|*" config --get "*|*" var GIT_"*) ;;
*)
    seen="$RELEASE_SANDBOX/seen"
    line=$(printf '%s ' "$(basename "$0")" "$@" | cksum | tr ' ' -)
    mkdir -p "$seen"
    if mkdir "$seen/$line" 2>/dev/null && [ -n "$KILL" ]; then
        read -r pid rest <"$RELEASE_SANDBOX/lock"
        if [ "$KILL" = before ]; then kill -9 "$pid"; exec "{real}" "$@"; fi
        "{real}" "$@"; code=$?
        kill -9 "$pid"
        exit "$code"
    fi ;;
esac
exec "{real}" "$@"
"""
MOMENTS = ("after", "before")
MOST = 200


def wrap_programs(sandbox: Path) -> None:
    """Put a wrapper of each program that steps start into the sandbox's bin/."""
    folder = sandbox / "bin"
    folder.mkdir(parents=True)
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
            wrapper = folder / program.name
            wrapper.write_text(WRAPPER.replace("{real}", str(program)))
            wrapper.chmod(0o755)


def killed_until_done(
    sandbox: Path, moment: str, *words: str, **variables: str
) -> tuple[int, subprocess.CompletedProcess[str]]:
    """The same task again until nothing kills it any more: how many times it was killed, and how it ended."""
    kills = 0
    while (run := invoke(sandbox, *words, KILL=moment, **variables)).returncode == -9:
        kills += 1
        assert kills < MOST
    return kills, run
