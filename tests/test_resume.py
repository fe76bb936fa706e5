"""A release that is killed again and again ends like one that is not."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tests.whole_releases import ROOT, VERSION, completed, invoke, trace

# Each program that steps start is wrapped: after (or before) the first time that it makes a certain change, the
# run that started it is killed, as kill -9 would. What only reads is passed through.
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
MOST = 200


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sandbox = tmp_path_factory.mktemp("uninterrupted") / "sandbox"
    completed(sandbox, "release.rc", "--version", VERSION)
    return sandbox


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


@pytest.mark.parametrize("moment", ["after", "before"])
def test_a_kill_at_every_single_command_in_turn_ends_in_the_same_release(
    moment: str, tmp_path: Path, uninterrupted: Path
) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    wrap_programs(sandbox)
    kills = 0
    while (run := invoke(sandbox, "release.rc", "--version", VERSION, KILL=moment)).returncode == -9:
        kills += 1
        assert kills < MOST
    assert run.returncode == 0, run.stdout + run.stderr
    assert kills > 50
    assert trace(sandbox) == trace(uninterrupted)


def test_a_second_run_touches_nothing_and_says_what_it_found(uninterrupted: Path) -> None:
    before = trace(uninterrupted)
    said = completed(uninterrupted, "release.rc", "--version", VERSION)
    assert said.count("already done: ") == 20
    assert " │ $ " not in said
    assert trace(uninterrupted) == before
