"""The images of a release as shell variables, so that the runbook page lists them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from releasing.changes.reference_edit import escaped


@dataclass(frozen=True)
class Variable:
    """A shell variable: its name, the line that sets it, and the text that it stands for in commands."""

    name: str
    setting: str
    value: str


def variables(images: Sequence[str], tag: str) -> tuple[Variable, ...]:
    """The list of `images`, and the three other forms in which commands have it; nothing when it is empty."""
    if not images:
        return ()
    listed = " \\\n".join(images)
    return (
        Variable("IMAGES", f'IMAGES="{listed}"', " ".join(images)),
        _made_of_images(
            "IMAGE_OPTIONS",
            "--image ",
            "s/ / --image /g",
            "",
            " ".join(f"--image {image}" for image in images),
        ),
        _made_of_images(
            "TAGGED_IMAGES", "", f"s/ /:{tag} /g", f":{tag}", " ".join(f"{image}:{tag}" for image in images)
        ),
        _made_of_images(
            "IMAGE_PATTERN", "(", r"s/\./\\./g; s/ /|/g", ")", f"({'|'.join(map(escaped, images))})"
        ),
    )


def _made_of_images(name: str, before: str, edit: str, after: str, value: str) -> Variable:
    return Variable(name, f"""{name}="{before}$(printf %s "$IMAGES" | sed '{edit}'){after}\"""", value)


def shortened(command: str, known: Sequence[Variable]) -> str:
    """`command` with the `known` variables in the place of what they stand for."""
    for each in known:
        while each.value in command:
            before, _, after = command.partition(each.value)
            command = (
                before + (f"'\"${{{each.name}}}\"'" if _in_quotes(before) else f"${{{each.name}}}") + after
            )
    return command.replace(" ''\"", ' "')


def _in_quotes(text: str) -> bool:
    """Whether single quotes are open after `text`, as a shell reads it."""
    opened = ""
    for character in text:
        if character == opened:
            opened = ""
        elif not opened and character in "'\"":
            opened = character
    return opened == "'"
