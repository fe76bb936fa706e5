"""Whether a file parses in its own language: YAML, JSON, Python, jsonnet."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from releasing.references.report import SyntaxFault


def fault(path: str, content: bytes) -> SyntaxFault | None:
    """Where `content` does not parse as the language that the suffix of `path` names; None for others."""
    parse = _PARSERS.get(PurePosixPath(path).suffix)
    try:
        found = parse(content) if parse else None
    except (RecursionError, MemoryError):
        found = (1, "nested too deeply to be parsed")
    return SyntaxFault(path, *found) if found else None


def _yaml(content: bytes) -> tuple[int, str] | None:
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for _ in yaml.compose_all(content, Loader=loader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
    except yaml.reader.ReaderError as error:
        return (content.count(b"\n", 0, error.position) + 1, f"not YAML: {error.reason}")
    return None


def _json(content: bytes) -> tuple[int, str] | None:
    import json  # noqa: PLC0415

    try:
        json.loads(content, parse_int=str)  # however many digits
    except json.JSONDecodeError as error:
        return (error.lineno, f"not JSON: {error.msg}")
    except UnicodeDecodeError as error:
        return (content.count(b"\n", 0, error.start) + 1, f"not JSON: {error.reason}")
    return None


def _python(content: bytes) -> tuple[int, str] | None:
    import warnings  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(content, "file", "exec", dont_inherit=True)
    except SyntaxError as error:
        return (error.lineno or 1, f"not Python 3: {error.msg}")
    except ValueError as error:
        return (1, f"not Python 3: {error}")
    return None


def _jsonnet(content: bytes) -> tuple[int, str] | None:
    from _gojsonnet import evaluate_snippet  # noqa: PLC0415  (starts a Go runtime)

    # A value that is not read is never evaluated, so no import is opened. ksonnet sets env and params.
    snippet = "local env = {}, params = {}, file = (" + content.decode(errors="replace") + "\n); null"
    try:
        evaluate_snippet("file", snippet)
    except RuntimeError as error:
        line = re.match(r"file:\(?(\d+)", str(error))
        text = str(error).partition("\n")[0].partition(" ")[2]
        return (int(line[1]) if line else 1, f"not jsonnet: {text}")
    return None


_PARSERS: dict[str, Callable[[bytes], tuple[int, str] | None]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".py": _python,
    ".jsonnet": _jsonnet,
    ".libsonnet": _jsonnet,
}
