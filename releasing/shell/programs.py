"""The only place that starts programs: `read` for questions, `run` for changes, `wait` for long reads.

The only importer of plumbum and subprocess. A Shell owns its environment: this process's working directory and
environment do not change, and GIT_* variables from outside do not reach git.
"""

from __future__ import annotations

import copy
import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from releasing.errors import CommandError, MachineError
from releasing.shell.command import Command
from releasing.shell.environment import clean_environment, located
from releasing.shell.files import append_private
from releasing.shell.leash import Leash
from releasing.shell.memory import BETWEEN_CHANGES, Memory
from releasing.shell.process_group import AtWork, end
from releasing.shell.text.plain_text import plain
from releasing.shell.text.program_failure import LAST_LINES, failure

__all__ = ["Command", "Shell"]

Popen = Callable[..., Any]  # how a program is started


def silent(line: str) -> None:
    """Show nothing."""


class Shell:
    """Runs programs with one environment.

    `environment` replaces the process's own (default: that, without GIT_*); `show` gets each line that a
    running command prints; `log` gets every command line and all output; `held` is the file descriptor of a lock.
    Programs end with this process, also when it is killed (leash.py). Until they have, the lock is held: by the
    guard that ends them, and by each program that changes something; one that only reads never holds it.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        show: Callable[[str], None] = silent,
        log: Path | None = None,
        held: int | None = None,
    ) -> None:
        self.environment = dict(clean_environment() if environment is None else environment)
        self.show = show
        self.log = log
        self.held = held
        self._leash = Leash(partial(_guard, held))
        self._at_work = AtWork()
        self._memory: Memory[tuple[Command, str | None]] | None = None

    def __getitem__(self, program: str) -> Command:
        return Command((program,))

    def showing(self, show: Callable[[str], None]) -> Shell:
        """The same shell, which stops together with this one, with another function for its lines."""
        other = copy.copy(self)
        other.show = show
        return other

    def remembering(self) -> Shell:
        """The same shell, which reads each command once and remembers the output: for reads while nothing changes."""
        other = copy.copy(self)
        other._memory = Memory()
        return other

    def remembering_between_changes(self) -> Shell:
        """The same shell, which remembers what it read until it, or a copy of it, changes something or waits."""
        other = copy.copy(self)
        other._memory = Memory(BETWEEN_CHANGES)
        return other

    def forgetful(self) -> Shell:
        """The same shell, which remembers nothing: for what is large, and read once."""
        other = copy.copy(self)
        other._memory = None
        return other

    def forget(self) -> None:
        """Read the world anew: something changed."""
        if self._memory:
            self._memory.forget()

    def read(self, command: Command, pending: str = "", *, stdin: str | None = None) -> str:  # noqa: ARG002
        """The standard output of `command`, which changes nothing, without its trailing newlines.

        `pending` names the value in plans that are made before it is known (plan.py). Bytes that are not UTF-8
        survive as surrogate escapes. Raises CommandError when the program is missing or fails.
        """
        return _decoded(self.output(command, stdin=stdin))

    def output(self, command: Command, *, stdin: str | None = None) -> bytes:
        """All the standard output of `command`, which changes nothing. Raises CommandError as read() does."""
        if self._memory is None:
            return self._output(command, stdin)
        return self._memory.answer((command, stdin), lambda: self._output(command, stdin))

    def look(self, command: Command, *, stdin: str | None = None) -> str:
        """The output of `command`: here the same as read."""
        return self.read(command, stdin=stdin)

    def begin(self, command: Command) -> Callable[[], str]:
        """Start `command`, which changes nothing; the result waits for its end and returns as read() does."""
        process = self._start(command, subprocess.Popen, subprocess.PIPE)
        return lambda: _decoded(self._answer(command, process, None))

    def _output(self, command: Command, stdin: str | None) -> bytes:
        process = self._start(command, subprocess.Popen, subprocess.PIPE, stdin is not None)
        return self._answer(command, process, stdin)

    def _answer(self, command: Command, process: Any, stdin: str | None) -> bytes:
        out, err = self._guarded(process, lambda: process.communicate(_encoded(stdin)))
        if process.returncode:
            self._fail(command, process.returncode, (err or out).decode(errors="replace").splitlines())
        return bytes(out)

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""
        process = self._start(command, subprocess.Popen, subprocess.PIPE)
        self._guarded(process, process.communicate)
        return bool(process.returncode == 0)

    def run(self, command: Command) -> None:
        """Run `command`, which changes something; its output is shown line by line. Raises CommandError."""
        self._shown(command, self.held)

    def wait(self, command: Command) -> None:
        """Run `command`, which changes nothing but may take long; its output is shown."""
        self._shown(command, None)

    def _shown(self, command: Command, held: int | None) -> None:
        self._note(f"$ {command}")
        process = self._start(command, _plumbed, subprocess.STDOUT, held=held)
        last: deque[str] = deque(maxlen=LAST_LINES)
        try:
            self._guarded(process, lambda: self._follow(process.stdout, last))
        finally:
            self.forget()
        if process.returncode:
            self._note(f"exit code {process.returncode}")
            self._fail(command, process.returncode, list(last))

    def stop(self) -> None:
        """End every running program (interrupt, terminate, kill), and start no others."""
        self._at_work.stop()

    def _start(
        self,
        command: Command,
        popen: Popen,
        errors: int,
        with_input: bool = False,
        held: int | None = None,
    ) -> Any:
        if self._at_work.stopped.is_set():
            raise KeyboardInterrupt
        try:
            self._leash.ready()
            process = popen(
                [located(command, self.environment), *command.words[1:]],
                cwd=command.folder or None,
                env=self.environment,
                stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                pass_fds=_inherited(held),
            )
        except (OSError, AttributeError) as error:
            raise CommandError(f"{command}: cannot be started: {error}") from None
        self._leash.take(process.pid)
        self._at_work.living.add(process)
        if self._at_work.stopped.is_set():
            # stop() was called after the first check, and may have missed this program.
            self._guarded(process, lambda: end(process))
            raise KeyboardInterrupt
        return process

    def _guarded(self, process: Any, work: Callable[[], Any]) -> Any:
        try:
            result = work()
            process.wait()
            return result
        except BaseException:
            end(process)
            raise
        finally:
            self._at_work.living.discard(process)
            self._leash.drop(process.pid)

    def _follow(self, stream: IO[bytes], last: deque[str]) -> None:
        failure: MachineError | None = None
        for raw in stream:
            line = plain(raw.decode(errors="replace").rstrip())
            last.append(line)
            self.show(line)
            try:
                self._note(line)
            except MachineError as error:
                # What changes something is not ended in its middle because the log is full.
                failure = failure or error
        if failure:
            raise failure

    def _note(self, line: str) -> None:
        if self.log:
            append_private(self.log, f"{plain(line)}\n".encode())

    def _fail(self, command: Command, code: int, lines: list[str]) -> None:
        if self._at_work.stopped.is_set():
            raise KeyboardInterrupt
        raise failure(command, code, lines)


def _guard(held: int | None, words: list[str]) -> Any:
    """The guard of a leash, in a session of its own, with the lock."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, bufsize=0, cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath)}, start_new_session=True, pass_fds=_inherited(held),
    )  # fmt: skip


def _inherited(held: int | None) -> tuple[int, ...]:
    return () if held is None else (held,)


def _plumbed(words: list[str], **options: Any) -> Any:
    """A program that plumbum starts."""
    from plumbum import local  # noqa: PLC0415  (slow to load, and many a program only reads)

    # plumbum adds its copy of the process's environment to every given environment.
    local.env.clear()
    return local[words[0]].popen(words[1:], **options)


def _decoded(output: bytes) -> str:
    return output.decode(errors="surrogateescape").rstrip("\n")


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")
