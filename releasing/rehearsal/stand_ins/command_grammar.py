"""The command line of a stand-in taken apart, and refusals in the words of the real tool."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ProgramRefusal(Exception):
    """What the real tool would print to stderr before it exits with `code`."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass(frozen=True)
class Words:
    """A command line taken apart; an option that was given more than once has its values in order."""

    positional: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]

    def __contains__(self, option: str) -> bool:
        return option in self.options

    def last(self, option: str, default: str = "") -> str:
        """The value that counts."""
        return self.options[option][-1] if option in self.options else default


@dataclass(frozen=True)
class Grammar:
    """The options of a command, `-n` and `--namespace` as one: those with a value, and switches.

    `unknown` and `lacking` make the tool's refusal of an unknown option, and of one that lacks its value.
    """

    valued: Mapping[str, str]
    switches: Iterable[str]
    unknown: Callable[[str], ProgramRefusal]
    lacking: Callable[[str], ProgramRefusal]

    def parse(self, words: list[str]) -> Words:
        """Take `words` apart; raises Refusal."""
        positional: list[str] = []
        options: dict[str, tuple[str, ...]] = {}
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if not word.startswith("-") or word == "-":
                positional.append(word)
                continue
            option, equals, value = self._split(word)
            if option in self.valued:
                if not equals and not rest:
                    raise self.lacking(option)
                name = self.valued[option]
                options[name] = (*options.get(name, ()), value if equals else rest.pop(0))
            elif option in self.switches and value in ("", "true"):
                options[option] = ("true",)
            else:
                raise self.unknown(option)
        return Words(tuple(positional), options)

    def _split(self, word: str) -> tuple[str, bool, str]:
        """`--flag=value`, `-n=value` and `-nvalue` are one word each."""
        if not word.startswith("--") and len(word) > 2 and word[:2] in self.valued:
            return word[:2], True, word[2:].removeprefix("=")
        option, equals, value = word.partition("=")
        return option, bool(equals), value


def folder_of(variable: str) -> Path:
    """The folder or file that an environment variable names; without it a stand-in touches nothing."""
    value = os.environ.get(variable)
    if not value:
        raise ProgramRefusal(
            f"{variable} is not set: this is a stand-in of the rehearsal; "
            "scripts/invoke rehearsal.serve prints its environment"
        )
    return Path(value)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def as_json(value: Any) -> str:
    """JSON as kubectl prints it."""
    return json.dumps(value, indent=4)


def stand_in(main: Callable[[list[str]], int]) -> int:
    """Run a stand-in on the process's words; a refusal becomes its text and its exit code."""
    try:
        return main(sys.argv[1:])
    except ProgramRefusal as refusal:
        print(refusal.text, file=sys.stderr)
        return refusal.code
