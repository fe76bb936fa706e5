"""The door to other programs, with real ones behind it."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest

from releasing.errors import CommandError
from releasing.shell.programs import Command, Shell
from tests.support.paths import ROOT

PARENT = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', sys.argv[1]]); time.sleep(60)"
)
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print(os.getpgid(0), flush=True)
time.sleep(60)
"""


def python(code: str, *words: str) -> Command:
    return Shell()[sys.executable]["-c", code, *words]


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_reading_gives_the_output_without_its_last_newlines_and_without_stderr() -> None:
    assert Shell().read(python("import sys; print('a\\n\\n'); print('noise', file=sys.stderr)")) == "a"


def test_what_was_begun_goes_on_by_itself_and_is_read_later(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    begun = Shell().begin(python("import sys; open(sys.argv[1], 'w').write('x'); print('said')", str(path)))
    assert path.read_text() == "x"
    assert begun() == "said"
    failing = Shell().begin(python("import sys; sys.exit(3)"))
    with pytest.raises(CommandError, match="failed with exit code 3") as caught:
        failing()
    assert caught.value.said == ()


@pytest.mark.parametrize(("way", "loaded"), [("read", "False"), ("succeeds", "False"), ("run", "True")])
def test_only_running_needs_plumbum(way: str, loaded: str) -> None:
    code = f"import sys; from releasing.shell.programs import Shell; sh = Shell(); sh.{way}(sh['true'])"
    asked = python(f"{code}; print('plumbum' in sys.modules)").within(str(ROOT))
    assert Shell().read(asked) == loaded


def test_reading_keeps_bytes_that_are_not_utf_8() -> None:
    text = Shell().read(python("import os; os.write(1, bytes([255, 10]))"))
    assert text.encode(errors="surrogateescape") == b"\xff"
    echo = python("import os, sys; print(os.fsencode(sys.argv[1]))", text)
    assert Shell().read(echo) == "b'\\xff'"


def test_standard_input_is_what_was_given_and_otherwise_empty() -> None:
    cat = Shell()["cat"]
    assert Shell().read(cat, stdin="ä\udcff") == "ä\udcff"
    assert Shell().read(cat) == ""


def test_a_failing_read_tells_the_command_the_code_and_the_last_lines() -> None:
    failing = python("import sys; [print(n, file=sys.stderr) for n in range(20)]; sys.exit(3)")
    with pytest.raises(CommandError) as caught:
        Shell().read(failing)
    lines = caught.value.message.splitlines()
    assert lines[:2] == [str(failing), "  failed with exit code 3:"]
    assert [line.strip() for line in lines[2:]] == [str(n) for n in range(10, 20)]


def test_a_run_shows_each_line_as_it_comes_and_logs_the_command(tmp_path: Path) -> None:
    shown: Queue[str] = Queue()
    path = tmp_path / "fifo"
    os.mkfifo(path)
    shell = Shell(show=shown.put, log=tmp_path / "log")
    command = python(
        "import sys; print('first', flush=True); open(sys.argv[1]).read(); print('last')", str(path)
    )
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shell.run, command)
        assert shown.get(timeout=30) == "first"
        path.write_text("go on")
        running.result(30)
    assert shown.get_nowait() == "last"
    assert (tmp_path / "log").read_text().splitlines() == [f"$ {command}", "first", "last"]


def test_a_failing_run_tells_its_last_ten_lines_of_both_streams(tmp_path: Path) -> None:
    shell = Shell(log=tmp_path / "log")
    with pytest.raises(CommandError, match="failed with exit code 1:\n    4\n"):
        shell.run(python("import sys; [print(n, file=sys.stderr) for n in range(13)]; sys.exit('end')"))
    assert (tmp_path / "log").read_text().endswith("end\nexit code 1\n")


def test_bytes_that_are_not_utf_8_stop_neither_run_nor_log(tmp_path: Path) -> None:
    shown: list[str] = []
    Shell(show=shown.append, log=tmp_path / "log").run(
        python("import os; os.write(1, b'a\\xff\\n')", "\udcff")
    )
    assert shown == ["a\N{REPLACEMENT CHARACTER}"]
    assert "\\udcff" in (tmp_path / "log").read_text()


def test_success_is_the_exit_code() -> None:
    assert Shell().succeeds(Shell()["true"])
    assert not Shell().succeeds(Shell()["false"])


def test_remembering_reads_once_and_each_memory_is_new(tmp_path: Path) -> None:
    code = "import sys; f = open(sys.argv[1], 'a+'); f.write('x'); f.seek(0); print(f.read())"
    count = python(code, str(tmp_path / "n"))
    shell = Shell()
    looking = shell.remembering()
    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(looking.read, [count] * 4)} == {"x"}
    assert shell.remembering().read(count) == "xx"
    assert shell.read(count) == "xxx"
    assert looking.read(count) == "x"


def test_remembered_failures_are_failures_for_everyone() -> None:
    looking = Shell().remembering()
    for _ in range(2):
        with pytest.raises(CommandError):
            looking.read(Shell()["false"])


def test_a_missing_program_is_an_error_with_a_hint() -> None:
    with pytest.raises(CommandError, match="no-such-program is not installed") as caught:
        Shell().run(Shell()["no-such-program"])
    assert "apt-get install no-such-program" in caught.value.hint
    with pytest.raises(CommandError) as caught:
        Shell({"PATH": "/nonexistent"}).read(Shell()["gcloud"])
    assert "https://cloud.google.com/sdk" in caught.value.hint


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_a_file_that_cannot_be_started_is_an_error(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "program"
    path.write_bytes(b"\x7fnothing")
    path.chmod(mode)
    with pytest.raises(CommandError, match=r"cannot be started: .*(Permission denied|Exec format)"):
        Shell().run(Shell()[str(path)])


def test_a_missing_folder_is_an_error() -> None:
    with pytest.raises(CommandError, match=r"cannot be started: .*/nonexistent"):
        Shell().read(Shell()["true"].within("/nonexistent"))


def test_a_relative_program_is_the_one_in_the_commands_folder(tmp_path: Path) -> None:
    program(tmp_path / "scripts" / "here", "#!/bin/sh\npwd\n")
    here = Shell()["scripts/here"].within(str(tmp_path))
    assert Shell().read(here) == str(tmp_path)
    assert Shell().read(Shell()["sh"]["-c", str(here)]) == str(tmp_path)


def test_programs_come_from_the_shells_own_path(tmp_path: Path) -> None:
    program(tmp_path / "a" / "tool", "#!/bin/sh\necho a\n")
    program(tmp_path / "b" / "tool", "#!/bin/sh\necho b\n")
    (tmp_path / "a" / "tool").chmod(0o644)
    assert Shell({"PATH": f"{tmp_path}/a:{tmp_path}/b"}).read(Shell()["tool"]) == "b"


def test_nothing_of_this_process_is_changed_or_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/somebody/elses")
    monkeypatch.setenv("STRANGER", "1")
    before, folder = dict(os.environ), Path.cwd()
    environment = {"PATH": os.environ["PATH"], "OURS": "1"}
    seen = Shell(environment).read(Shell()["env"].within(str(tmp_path))).splitlines()
    assert sorted(seen) == ["OURS=1", f"PATH={os.environ['PATH']}"]
    assert (dict(os.environ), Path.cwd()) == (before, folder)
    assert environment == {"PATH": os.environ["PATH"], "OURS": "1"}


def test_git_in_a_hook_does_not_see_the_hooks_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "hooks.git"))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    shell = Shell()
    shell.run(shell["git"]["init", "--quiet", str(tmp_path / "ours")])
    assert (tmp_path / "ours" / ".git").is_dir()
    assert not (tmp_path / "hooks.git").exists()


def test_stopping_ends_what_runs_and_starts_nothing_more() -> None:
    said: Queue[str] = Queue()
    shell = Shell(show=said.put)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shell.run, python("import time; print('up', flush=True); time.sleep(60)"))
        assert said.get(timeout=30) == "up"
        shell.stop()
        assert isinstance(running.exception(30), KeyboardInterrupt)
    for start in (shell.run, shell.read, shell.showing(said.put).read):
        with pytest.raises(KeyboardInterrupt):
            start(Shell()["true"])


def test_what_a_program_started_ends_with_it_even_when_it_ignores_interrupts() -> None:
    said: Queue[str] = Queue()
    shell = Shell(show=said.put)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shell.run, python(PARENT, STUBBORN))
        group = int(said.get(timeout=30))
        shell.stop()
        assert isinstance(running.exception(30), KeyboardInterrupt)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_program_that_changes_something_inherits_the_held_descriptor_and_no_other(tmp_path: Path) -> None:
    shown: list[str] = []
    with (tmp_path / "lock").open("w") as lock, (tmp_path / "other").open("w") as other:
        os.set_inheritable(other.fileno(), True)
        shell = Shell(held=lock.fileno(), show=shown.append)
        shell.run(Shell()["ls"]["-l", "/proc/self/fd"])
    assert str(tmp_path / "lock") in "".join(shown)
    assert str(tmp_path / "other") not in "".join(shown)


def test_a_program_that_only_reads_does_not_inherit_the_held_descriptor(tmp_path: Path) -> None:
    shown: list[str] = []
    with (tmp_path / "lock").open("w") as lock:
        shell = Shell(held=lock.fileno(), show=shown.append)
        listing = shell["ls"]["-l", "/proc/self/fd"]
        shell.wait(listing)
        shown += [shell.read(listing), shell.begin(listing)()]
    assert len(shown) > 2
    assert str(tmp_path / "lock") not in "".join(shown)


def test_what_a_program_prints_reaches_person_and_log_as_plain_text(tmp_path: Path) -> None:
    shown: list[str] = []
    log = tmp_path / "logs" / "commands.log"
    Shell(show=shown.append, log=log).run(python("print('a\\x1b[2J\\x9b1m\\u202e')", "\x1b[31m"))
    assert shown == ["a\\u001b[2J\\u009b1m\\u202e"]
    assert "\x1b" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
