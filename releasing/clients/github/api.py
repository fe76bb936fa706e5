"""The one door to GitHub: command lines of `gh api`, for questions and for changes."""

from __future__ import annotations

from collections.abc import Iterable

from releasing.shell.command import Command

GH_API = Command(("gh", "api"))
Pairs = Iterable[tuple[str, str]]


def question(path: str, jq: str, query: Pairs = (), *, pages: bool = False) -> Command:
    """The command that prints what the filter `jq` selects from the answer, or from all its `pages`.

    With a `query`, gh would send a POST without -X GET.
    """
    asked = GH_API["--paginate"] if pages else GH_API
    words = text_fields(query)
    return asked[("-X", "GET", path, *words, "--jq", jq) if words else (path, "--jq", jq)]


def change(method: str, path: str, *fields: str) -> Command:
    """The command that changes something, and prints nothing; the functions below give the words of `fields`."""
    return GH_API["-X", method, path, "--silent", *fields]


def text_fields(pairs: Pairs) -> tuple[str, ...]:
    """The words for fields that are text, whatever they look like."""
    return tuple(word for name, text in pairs for word in ("-f", f"{name}={text}"))


def typed_fields(pairs: Pairs) -> tuple[str, ...]:
    """The words for fields that are true, false or a number, or @FILE for the content of a file."""
    return tuple(word for name, text in pairs for word in ("-F", f"{name}={text}"))
