"""A release config with one more workflow: every line that it had stays as it is, comments and order included."""

from __future__ import annotations

import io
from typing import Any

from releasing.errors import ConfigError, PreconditionError
from releasing.nightly.release_config import Entry, parse
from releasing.shell.text.plain_scalars import reads_as_text

# How lists are indented: as Kubeflow's file has it, or level with their key.
INDENTS = ((4, 2), (2, 0))


def with_entry(text: str, where: str, entry: Entry) -> str:
    """`text` with `entry` as its last workflow, or as it is when it has just that one already.

    Raises ConfigError for a file that does not parse or cannot be kept as it is, PreconditionError for a name, or a
    component of an app, that another entry has.
    """
    known = parse(text, where).entries
    for each in known:
        if _essence(each) == _essence(entry):
            return text
        if each.name == entry.name:
            raise PreconditionError(
                f"{where}:{each.line}: an entry {entry.name} exists already", "choose another name"
            )
        if (each.app_dir, each.component) == (entry.app_dir, entry.component):
            raise PreconditionError(
                f"{where}:{each.line}: {each.name} is {entry.component} of {entry.app_dir} already",
                "an image is built only once a night",
            )
    for indent in INDENTS:
        if _dumped(text, indent, None) == _ended(text):
            return _dumped(text, indent, entry)
    raise ConfigError(
        f"{where}: an entry cannot be added without changing how other lines are written",
        "add it by hand in the form of the others: docs/nightly.md shows an entry",
    )


def _essence(entry: Entry) -> tuple[str, str, str, dict[str, str]]:
    return entry.name, entry.app_dir, entry.component, entry.params


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _dumped(text: str, indent: tuple[int, int], entry: Entry | None) -> str:
    """The file as ruamel.yaml writes it, with `entry` added if there is one."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only this edit needs it

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=indent[0], offset=indent[1])
    document = yaml.load(text)
    if entry:
        document["workflows"].append(_plain(entry))
    out = io.StringIO()
    yaml.dump(document, out)
    return _ended(out.getvalue())


def _plain(entry: Entry) -> dict[str, Any]:
    """The entry with its keys in the order that the runbook's example has."""
    own = {"app_dir": entry.app_dir, "component": entry.component, "name": entry.name}
    plain: dict[str, Any] = {key: _text(value) for key, value in own.items()}
    params = {key: _text(value) for key, value in entry.params.items()}
    return plain | ({"params": params} if params else {})


def _text(text: str) -> str:
    """A text that gets quotes where a reader of YAML 1.1 needs them, too: ruamel.yaml writes for those of 1.2."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415 - as above

    return text if reads_as_text(text) else DoubleQuotedScalarString(text)
