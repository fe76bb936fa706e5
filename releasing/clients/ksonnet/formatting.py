"""The runbook's form of jsonnet: by jsonnetfmt, and without it for the text that ks itself writes."""

from __future__ import annotations

import re
from pathlib import Path

from releasing.shell.files import replace_text
from releasing.shell.programs import Shell

OPTIONS = ("--string-style", "d", "--comment-style", "s", "--indent", "2")
COPIES = ("lib", "vendor")
# Of all that ks writes only objects that are added to something else are not in this form.
ADDED = re.compile(r"^(\w+) \+ \{$", re.MULTILINE)
EXTENDED = re.compile(r"^( *[\w\"-]+) \+: ", re.MULTILINE)


def jsonnet_files(app: Path) -> list[Path]:
    """The app's own jsonnet files, without its copies of libraries and packages."""
    found = [path for pattern in ("*.jsonnet", "*.libsonnet") for path in app.rglob(pattern)]
    return sorted(path for path in found if path.relative_to(app).parts[0] not in COPIES)


def put_into_form(app: Path, shell: Shell) -> tuple[int, bool]:
    """Rewrite files that have another form; how many they were, and whether jsonnetfmt was there to check them."""
    changed = 0
    formatter = shell["jsonnetfmt"][OPTIONS]
    present = shell.succeeds(shell["sh"]["-c", "command -v jsonnetfmt"])
    for path in jsonnet_files(app):
        before = path.read_text(encoding="utf-8")
        after = as_formatted(before)
        if present:
            after = shell.read(formatter["-"], stdin=after) + "\n"
        if after != before:
            replace_text(path, after)
            changed += 1
    return changed, present


def as_formatted(text: str) -> str:
    """`text`, which ks has written, as jsonnetfmt would write it."""
    return EXTENDED.sub(r"\1+: ", ADDED.sub(r"\1 {", text))
