"""What the command line takes besides the tasks' own options, which Invoke would take without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tasks
from releasing.rehearsal.server_process import ServerProcess
from tests.support.paths import ROOT

STATUS = ("release.status", "--version", "0.2.1")


def typed(sandbox: Path, *words: str, program: str = "tasks.py", **variables: str) -> tuple[int, str]:
    """The exit code and the errors of a command line; it would begin a sandbox if it did anything."""
    start = [sys.executable, str(ROOT / "tasks.py")]
    if program == "invoke":
        start = [str(Path(sys.executable).parent / "invoke"), "--search-root", str(ROOT)]
    environment = {**os.environ, **variables}
    ended = subprocess.run(
        [*start, *words, "--sandbox", str(sandbox)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    "words", [("--dry", *STATUS), ("-R", "release.rc", "--version", "0.2.1"), (*STATUS, "--dry")]
)
@pytest.mark.parametrize("program", ["tasks.py", "invoke"])
def test_dry_does_nothing_and_names_the_command_that_shows_a_run(
    tmp_path: Path, words: tuple[str, ...], program: str
) -> None:
    code, said = typed(tmp_path / "sandbox", *words, program=program)
    assert (code, "release.plan" in said, (tmp_path / "sandbox").exists()) == (2, True, False)


def test_dry_from_the_environment_counts_as_well(tmp_path: Path) -> None:
    code, said = typed(tmp_path / "sandbox", *STATUS, INVOKE_RUN_DRY="1")
    assert (code, "--dry is not for these tasks" in said, (tmp_path / "sandbox").exists()) == (2, True, False)


@pytest.mark.parametrize(
    "words",
    [("-e",), ("--echo",), ("-w",), ("-p",), ("-T", "5"), ("--hide", "both"), ("-f", "release.yaml")],
    ids=lambda words: words[0],
)
def test_an_option_that_would_have_no_effect_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = typed(tmp_path / "sandbox", *words, *STATUS)
    assert (code, "has no effect on these tasks" in said) == (2, True)
    assert "hint: " in said
    assert not (tmp_path / "sandbox").exists()


@pytest.mark.parametrize(
    "words", [("-c", "other"), ("-r", "/"), ("--no-dedupe",), ("--dryy",)], ids=lambda words: words[0]
)
def test_options_that_choose_other_tasks_are_not_known(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = typed(tmp_path / "sandbox", *words, *STATUS)
    assert (code, "hint: " in said, (tmp_path / "sandbox").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("words", "suggested"),
    [
        (("--help", "relase.rc"), "did you mean release.rc?"),
        (("-h", "aply-image-tags"), "did you mean apply-image-tags?"),
        (("--help=nightly.rum",), "did you mean nightly.run?"),
        (("--list", "relase"), "did you mean release?"),
        (("relase.rc", "--version", "0.2.1"), "did you mean release.rc?"),
        (("--help", "xyzzy"), "all tasks: scripts/invoke --list"),
    ],
    ids=" ".join,
)
def test_a_name_that_nothing_has_is_answered_with_the_nearest(words: tuple[str, ...], suggested: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tasks.py"), *words], check=False, capture_output=True, text=True
    )
    assert (done.returncode, suggested in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--version", "0.2.1", "--commit", ""), "--commit has an empty value"),
        (("--version=",), "--version has an empty value"),
        (("--waive", "", "--version", "0.2.1"), "--waive has an empty value"),
        (("--waive", "12", "--waive", "13"), "--waive is given twice: it takes one value"),
        (("--version", "0.2.1", "--version=0.2.2"), "--version is given twice"),
        (("--version", "0.2.1", "--allow-move", "["), "--allow-move '[' is not a regular expression"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_an_option_that_is_empty_twice_or_no_pattern_is_refused(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    code, said = typed(tmp_path / "sandbox", "release.rc", *words)
    assert (code, told in said, "Traceback" in said) == (2, True, False)


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&-", ">/dev/full", "2>/dev/full"])
@pytest.mark.parametrize("words", ["--list", "--help release.rc", "runbook", "release.rc --version x"])
def test_a_stream_that_takes_nothing_is_no_reason_for_a_traceback(words: str, redirection: str) -> None:
    line = f"{sys.executable} {ROOT / 'tasks.py'} {words} {redirection}"
    done = subprocess.run(["sh", "-c", line], check=False, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    expected = (
        {2} if words.endswith("x") else {0} if "full" not in redirection or "2>" in redirection else {1}
    )
    assert done.returncode in expected | ({1} if redirection == "2>/dev/full" else set())


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({}, False),
        ({"sandbox": "", "profile": ""}, True),
        ({"sandbox": ""}, True),
        ({"sandbox": "", "profile": "ci"}, False),
        ({"write": True}, False),
    ],
    ids=str,
)
def test_servers_are_begun_for_tasks_of_a_rehearsal_only(
    options: dict[str, object], needed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[bool]()
    monkeypatch.setattr(ServerProcess, "begin", lambda: begun.append(True))
    monkeypatch.delenv("RELEASE_PROFILE", raising=False)
    tasks.begin_servers(options)
    assert begun == [True] * needed
    monkeypatch.setenv("RELEASE_PROFILE", "ci")
    tasks.begin_servers({"sandbox": "", "profile": ""})
    assert begun == [True] * needed
