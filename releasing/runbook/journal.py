"""The append-only record of one release: what was chosen, done and found, by whom and when (JSON Lines).

Whether a step is done is read from the world; the journal tells who did it, and keeps the choices for a resumed run.
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from releasing.errors import ConfigError
from releasing.runbook.choice import Choice
from releasing.shell.clock import now, operator
from releasing.shell.files import append_private, read_bounded
from releasing.shell.text.plain_text import plain

Event = dict[str, Any]
# The texts that events of some kinds must have, beside who, when and where.
NEEDED = {"chosen": {"name", "value"}, "waived": {"number", "because"}}
ANEW = "begun anew"  # events recorded before this one no longer count
ENDS = ("done", "adopted", "redo")  # of which the newest says whether a step is done


class Journal:
    """One file per release; each event is one line, written whole and flushed to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._forget()
        for event in _events(path):
            self._count(event)
        self._held: list[Event] | None = None

    def record(self, event: str, step: str, facts: Mapping[str, str] | None = None, **texts: str) -> None:
        """Append an event; `facts` and `texts` are plain text and never secrets."""
        line: Event = {"time": now(), "event": event, "step": step, "by": operator(), **texts}
        if facts:
            line["facts"] = dict(facts)
        with self._lock:
            if self._held is None:
                _append(self.path, [line])
            else:
                self._held.append(line)
            self._count(line)

    def _forget(self) -> None:
        self._events: list[Event] = []
        # Each question is asked for every step: none may read all events again.
        self._by_step: defaultdict[str, list[Event]] = defaultdict(list)
        self._by_kind: defaultdict[str, list[Event]] = defaultdict(list)
        self._ends: dict[str, Event] = {}
        self._choices: dict[str, str] = {}

    def _count(self, event: Event) -> None:
        if event["event"] == ANEW:
            self._forget()
        self._events.append(event)
        self._by_step[event["step"]].append(event)
        self._by_kind[event["event"]].append(event)
        if event["event"] in ENDS:
            self._ends[event["step"]] = event
        if event["event"] == "chosen":
            self._choices[event["name"]] = event["value"]

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write the events of the block when it ends; drop them when it raises."""
        before = [*self._events]
        self._held = []
        try:
            yield
        except BaseException:
            with self._lock:
                self._forget()
                for event in before:
                    self._count(event)
                self._held = None
            raise
        with self._lock:
            held, self._held = self._held, None
            if held:
                _append(self.path, held)

    def done(self, step: str) -> Event | None:
        """The newest event that says `step` was done or adopted, unless a redo came after it."""
        newest = self._ends.get(step)
        return None if newest is None or newest["event"] == "redo" else newest

    def facts(self, step: str) -> dict[str, str]:
        """The facts found when `step` was done or adopted; empty while it is not done."""
        found: dict[str, str] = (self.done(step) or {}).get("facts", {})
        return found

    def of_step(self, step: str) -> list[Event]:
        """Every event of a step, the oldest first."""
        return [*self._by_step.get(step, ())]

    def events(self, kind: str) -> list[Event]:
        """Every event of that kind, the oldest first."""
        return [*self._by_kind.get(kind, ())]

    def choices(self) -> dict[str, str]:
        """Every choice of this release by name."""
        return dict(self._choices)

    def chosen(self, choice: Choice) -> str | None:
        """The chosen value; None before it is chosen."""
        return self._choices.get(choice.name)

    def choose(self, step: str, choice: Choice, make: Callable[[], str]) -> str:
        """The value of `choice` for this release: the one made before, or the one that `make` makes now.

        It is recorded before anything acts on it, so that a killed run and its resumption agree.
        """
        with self._lock:
            known = self.chosen(choice)
            if known is None:
                known = make()
                self.record("chosen", step, name=choice.name, value=known)
            return known


def _append(path: Path, lines: list[Event]) -> None:
    # Bytes of a program's output that are not UTF-8 stay what they are: JSON reads the escape back.
    # Controls that JSON would leave as they are become escapes that it reads back, too.
    text = "".join(plain(json.dumps(line, ensure_ascii=False), undecoded=True) + "\n" for line in lines)
    append_private(path, text.encode(errors="backslashreplace"), lasting=True)


def _events(path: Path) -> Iterator[Event]:
    if not path.exists():
        return
    content = read_bounded(path)
    lines = content.split(b"\n")
    if lines[-1]:
        # A kill during a write leaves half a line: that event does not count.
        os.truncate(path, len(content) - len(lines[-1]))
    for number, line in enumerate(lines[:-1], 1):
        try:
            yield _event(line)
        except (ValueError, RecursionError) as error:
            raise ConfigError(
                f"{path}:{number}: not a journal line: {error}",
                f"remove that line; {path.name} only records what was done, and every check reads the world",
            ) from None


def _event(line: bytes) -> Event:
    """The event in `line`; ValueError for any other text."""
    event = json.loads(line)
    needed = ("event", "step", "time", "by")
    if not isinstance(event, dict) or not all(isinstance(event.get(name), str) for name in needed):
        raise ValueError(f"expected an object with {', '.join(needed)}")
    for kind, names in NEEDED.items():
        if event["event"] == kind and not all(isinstance(event.get(name), str) for name in names):
            raise ValueError(f"{kind} without {' and '.join(sorted(names))}")
    facts = event.get("facts", {})
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise ValueError("facts are not texts by name")
    return event
