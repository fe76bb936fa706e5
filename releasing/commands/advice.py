"""What to type instead of a command line that is not understood; nothing here knows Invoke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def empty_option(words: Sequence[str]) -> str:
    """The first option with an empty value, as an unset variable of a shell gives it; empty when there is none."""
    for option, value in zip(words, [*words[1:], "-"], strict=False):
        if option.startswith("--") and (option.endswith("=") or (not value and "=" not in option)):
            return option.removesuffix("=")
    return ""


def advice(words: Sequence[str], names: Iterable[str]) -> str:
    """What to type instead of `words`, where `names` are the tasks and their collections."""
    import difflib  # noqa: PLC0415 - only who mistyped needs it

    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    if twice := next((option for option in options if options.count(option) > 1), ""):
        return f"{twice} is given twice: it takes one value"
    known, asked = list(names), next((word for word in words if not word.startswith("-")), "")
    if asked in known:
        return f"the options of {asked}: scripts/invoke --help {asked}"
    close = difflib.get_close_matches(asked, known, n=1)
    return (f"did you mean {close[0]}? " if close else "") + "all tasks: scripts/invoke --list"
