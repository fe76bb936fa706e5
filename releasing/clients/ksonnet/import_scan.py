"""What an app's jsonnet imports, read from its text: a real ks would open any file that the operator may read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from releasing.clients.ksonnet.app import App
from releasing.clients.ksonnet.source import SourceToken, tokens_of
from releasing.errors import ConfigError
from releasing.jsonnet.imports import checkout_of, refusal

WORDS = ("import", "importstr", "importbin")
SUFFIXES = ("*.jsonnet", "*.libsonnet")


def require_inside(app: App) -> None:
    """Raise ConfigError when the app, or what it imports, lies or leads out of its checkout.

    Imports of jsonnet are literal text, so that all of them can be seen before anything is evaluated.
    """
    root = str(checkout_of(app.folder))
    ahead = [path for suffix in SUFFIXES for path in sorted(app.folder.rglob(suffix)) if path.is_file()]
    seen: set[str] = set()
    problems: list[str] = []
    while ahead:
        path = ahead.pop()
        if os.path.realpath(path) in seen:
            continue
        seen.add(os.path.realpath(path))
        if why := refusal(str(path), root):
            problems.append(f"{path} may not be evaluated: {why}")
            continue
        for line, name in _imports(path):
            for found in _places(app, path.parent, name):
                if why := refusal(str(found), root):
                    problems.append(f"{path}:{line}: {name} may not be imported: {why}")
                else:
                    ahead.append(found)
    if problems:
        raise ConfigError(
            "\n".join(dict.fromkeys(problems)), "jsonnet imports files of its own checkout only"
        )


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file: its line, and the name as jsonnet reads it."""
    text = path.read_bytes().decode(errors="replace")
    tokens = tokens_of(text)
    for word, name in pairwise(tokens):
        if word.kind == "name" and word.text in WORDS and name.kind == "text":
            yield text.count("\n", 0, name.start) + 1, _literal(name)


def _literal(token: SourceToken) -> str:
    text = token.text
    if text[0] == "@":
        return text[2:-1].replace(text[1] * 2, text[1])
    inner = text[1:-1].replace("\\'", "'")
    quoted = inner if text[0] == '"' else inner.replace('\\"', '"').replace('"', '\\"')
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return inner


def _places(app: App, beside: Path, name: str) -> Iterator[Path]:
    """The files that `name` may stand for, wherever a ks looks for it."""
    folders = [beside, app.folder / "vendor", app.folder / "lib", app.folder / "environments"]
    for each in app.environments:
        own = app.folder / "environments" / each.path
        folders += [own, own / ".metadata", app.folder / "lib" / each.version]
    for folder in dict.fromkeys(folders):
        try:
            if (folder / name).exists() and not (folder / name).is_dir():
                yield folder / name
        except (OSError, ValueError):
            continue
