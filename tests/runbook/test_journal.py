"""The record of a release, as it is after kills, edits and threads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from releasing.errors import ConfigError, MachineError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from tests.support.limits import limited
from tests.support.paths import ROOT

LINE = json.dumps({"time": "2018-07-23T10:00:00Z", "event": "done", "step": "auth", "by": "ada@host"}) + "\n"
WRITER = """
import sys
from pathlib import Path
from releasing.runbook.journal import Journal
journal = Journal(Path(sys.argv[1]))
print("up", flush=True)
for number in range(10**9):
    journal.record("done", f"step-{number}", found="x" * 300)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "v0.2.1-rc.0" / "journal.jsonl"


def test_what_was_recorded_is_read_again(path: Path) -> None:
    Journal(path).record("done", "auth", found="as ada", seconds="0.1")
    event = Journal(path).done("auth")
    assert event is not None
    assert (event["found"], event["seconds"], event["by"].count("@")) == ("as ada", "0.1", 1)
    assert Journal(path).done("cut-branch") is None


def test_looking_at_a_journal_that_is_not_there_makes_nothing(path: Path) -> None:
    assert Journal(path).choices() == {}
    assert not path.parent.exists()


def test_a_redo_takes_done_back_until_it_is_done_again(path: Path) -> None:
    journal = Journal(path)
    for event, done in [("adopted", True), ("redo", False), ("done", True)]:
        journal.record(event, "auth")
        assert (journal.done("auth") is not None) == done
        assert (Journal(path).done("auth") is not None) == done


def test_text_of_any_kind_comes_back_as_it_was(path: Path) -> None:
    text = 'line\nbreak "quoted" ä \u2028 \udcff \\udcff'
    Journal(path).choose("step", Choice("text"), lambda: text)
    assert Journal(path).choices() == {"text": text}
    assert len(path.read_bytes().split(b"\n")) == 2


def test_a_journal_is_plain_text_for_its_owner_alone(path: Path) -> None:
    wild = "a\x1b[2J\x9b1m\u202e\udcff"
    Journal(path).record("chosen", "vote", name="x", value=wild)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n").isprintable()
    assert Journal(path).choices() == {"x": wild}


def test_half_a_last_line_did_not_happen_and_the_next_event_has_its_own_line(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(LINE + LINE.replace("auth", "cut-branch")[:-20])
    journal = Journal(path)
    assert journal.done("auth") is not None
    assert journal.done("cut-branch") is None
    journal.record("done", "update-tfjob")
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == ["auth", "update-tfjob"]


def test_dropping_half_a_line_keeps_the_file_itself(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(LINE + "half")
    with path.open("rb") as watched:
        os.pread(watched.fileno(), 1, 0)
        Journal(path)
        assert os.pread(watched.fileno(), 1000, 0).decode() == LINE
        assert os.fstat(watched.fileno()).st_ino == path.stat().st_ino


BROKEN = [
    "not json",
    '{"time": "t"',
    "5",
    "[]",
    "{}",
    '{"event": "done"}',
    "\udcff",
    '{"event": 1, "step": 2}',
]
NAMELESS = '{"time": "t", "event": "chosen", "step": "auth", "by": "ada"}'


@pytest.mark.parametrize("broken", ["", *BROKEN, NAMELESS])
def test_a_broken_line_in_the_middle_is_named_with_its_number(path: Path, broken: str) -> None:
    path.parent.mkdir()
    path.write_bytes(f"{LINE}{broken}\n{LINE}".encode(errors="surrogateescape"))
    with pytest.raises(ConfigError, match=r"journal.jsonl:2: not a journal line: ") as caught:
        Journal(path)
    assert "remove that line" in caught.value.hint


def test_a_choice_is_made_once_whoever_asks(path: Path) -> None:
    journal, together = Journal(path), Barrier(8)
    made: list[int] = []

    def make(number: int) -> str:
        made.append(number)
        return str(number)

    def ask(number: int) -> str:
        together.wait(30)
        return journal.choose("step", Choice("commit"), lambda: make(number))

    with ThreadPoolExecutor(8) as pool:
        answers = {*pool.map(ask, range(8))}
    assert answers == {str(number) for number in made}
    assert len(made) == 1
    assert len(path.read_text().splitlines()) == 1


def test_a_resumed_run_repeats_the_choice(path: Path) -> None:
    Journal(path).choose("build-jupyter", Choice("build tag"), lambda: "v20180723-01234567")
    assert (
        Journal(path).choose("build-tfserving", Choice("build tag"), lambda: "another")
        == "v20180723-01234567"
    )


def test_a_choice_may_depend_on_another(path: Path) -> None:
    journal = Journal(path)
    assert (
        journal.choose("s", Choice("tag"), lambda: "v-" + journal.choose("s", Choice("commit"), lambda: "c"))
        == "v-c"
    )
    assert [*Journal(path).choices()] == ["commit", "tag"]


def test_a_choice_that_fails_is_not_recorded(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(ZeroDivisionError):
        journal.choose("step", Choice("commit"), lambda: str(1 // 0))
    assert journal.choose("step", Choice("commit"), lambda: "c") == "c"


def test_what_is_recorded_together_is_known_at_once_and_written_at_the_end(path: Path) -> None:
    journal = Journal(path)
    with journal.together():
        journal.choose("s", Choice("tag"), lambda: journal.choose("s", Choice("commit"), lambda: "c"))
        assert journal.choices() == {"commit": "c", "tag": "c"}
        assert not path.exists()
    journal.record("done", "s")
    assert Journal(path).choices() == {"commit": "c", "tag": "c"}
    assert Journal(path).done("s") is not None


def test_nothing_of_what_is_recorded_together_stays_when_that_is_refused(path: Path) -> None:
    journal = Journal(path)

    def choose_both() -> None:
        with journal.together():
            journal.choose("s", Choice("commit"), lambda: "c")
            journal.choose("s", Choice("tag"), lambda: str(1 // 0))

    with pytest.raises(ZeroDivisionError):
        choose_both()
    assert journal.choices() == {}
    assert not path.exists()
    assert journal.choose("s", Choice("commit"), lambda: "another") == "another"
    assert Journal(path).choices() == {"commit": "another"}


def test_threads_write_whole_lines(path: Path) -> None:
    journal = Journal(path)
    with ThreadPoolExecutor(8) as pool:
        for number in range(80):
            pool.submit(journal.record, "done", f"step-{number}", found="x" * 5000)
    assert len([*map(json.loads, path.read_text().splitlines())]) == 80


def test_a_killed_writer_leaves_a_journal_that_can_be_read(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"up\n"
        while not path.exists() or path.stat().st_size < 20_000:
            os.sched_yield()
        writer.send_signal(signal.SIGKILL)
    journal = Journal(path)
    whole = len(path.read_text().splitlines())
    assert journal.done(f"step-{whole - 1}") is not None
    assert journal.done(f"step-{whole}") is None


@pytest.mark.parametrize(
    "line",
    [
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        LINE.rstrip()[:-1] + ', "found": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
        LINE.rstrip()[:-1] + ', "facts": [1]}',
        LINE.rstrip()[:-1] + ', "facts": {"digest": 7}}',
        LINE.rstrip().replace('"done"', '"chosen"')[:-1] + ', "name": ["x"], "value": "y"}',
        LINE.rstrip().replace('"done"', '"waived"')[:-1] + ', "number": 1' + "0" * 5000 + ', "because": "x"}',
        "\ud800",
        "null",
    ],
    ids=range(8),
)
def test_a_line_that_no_run_wrote_is_named_with_its_number(path: Path, line: str) -> None:
    path.parent.mkdir()
    path.write_bytes((LINE + line + "\n").encode(errors="surrogatepass"))
    with pytest.raises(ConfigError, match=r"journal\.jsonl:2: not a journal line") as caught:
        Journal(path)
    assert len(str(caught.value)) < 1000


def test_a_journal_larger_than_any_release_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(ConfigError, match="longer than"):
        Journal(path)


def test_an_event_that_does_not_fit_on_the_disk_did_not_happen(path: Path) -> None:
    journal = Journal(path)
    journal.record("done", "auth")
    with limited(200), pytest.raises(MachineError, match=r"journal\.jsonl: cannot be written"):
        journal.record("done", "cut-branch", found="x" * 300)
    assert journal.done("cut-branch") is None
    journal.record("done", "update-tfjob")
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == ["auth", "update-tfjob"]


def test_a_question_to_a_long_journal_does_not_read_it_again(tmp_path: Path) -> None:
    """Each is asked for every step: what was recorded is found by its step, its kind or its name."""
    path = tmp_path / "journal.jsonl"
    long = Journal(path)
    with long.together():
        for number in range(1000):
            long.record("chosen", f"step-{number}", name=f"choice {number}", value=f"{number}")
            long.record("done", f"step-{number}", facts={"number": f"{number}"})
        long.record("redo", "step-7")
    for journal in (long, Journal(path)):
        journal._events = None  # type: ignore[assignment]
        assert journal.facts("step-500") == {"number": "500"}
        assert (journal.done("step-7"), journal.done("never")) == (None, None)
        assert [event["event"] for event in journal.of_step("step-7")] == ["chosen", "done", "redo"]
        assert journal.chosen(Choice("choice 999")) == "999"
        assert [event["step"] for event in journal.events("redo")] == ["step-7"]


def test_what_is_dropped_with_its_block_is_found_nowhere(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.record("done", "a")

    def broken() -> None:
        with journal.together():
            journal.record("redo", "a")
            journal.record("chosen", "b", name="x", value="y")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert journal.done("a")
    assert (journal.chosen(Choice("x")), journal.of_step("b"), journal.events("redo")) == (None, [], [])
