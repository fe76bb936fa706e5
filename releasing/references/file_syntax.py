"""Whether a file parses in its own language: YAML, JSON, Python, jsonnet."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from releasing.references.report import SyntaxFault

TOO_DEEP = "nested too deeply to be looked at"
DEEPEST = 1000  # levels of YAML; its parsers in C have no bound of their own
JSONNET = (".jsonnet", ".libsonnet")
SECONDS = 10.0  # to parse a file of jsonnet
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ALIAS = re.compile(rb"\*(?<![^\s\[{,:\xbf]\*)[\w-]+(?=[\s?:,\]}%@`]|\Z)")
_DEEP = (b" " * 200, b"- " * 50, b"? " * 50)  # blocks that are nested far more deeply than people do
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def fault(path: str, content: bytes) -> SyntaxFault | None:
    """Where `content` does not parse as the language that the suffix of `path` names; None for others."""
    return faults([(path, content)]).get(path)


def faults(files: Iterable[tuple[str, bytes]]) -> dict[str, SyntaxFault]:
    """Where files do not parse, by path; all jsonnet among them is looked at by one program."""
    found: dict[str, SyntaxFault | None] = {}
    jsonnet: dict[str, bytes] = {}
    for path, content in files:
        suffix = _suffix(path)
        if suffix in JSONNET:
            jsonnet[path] = content
        elif suffix in _PARSERS:
            found[path] = _fault(path, content, _PARSERS[suffix])
    found |= _of_jsonnet(jsonnet)
    return {path: each for path, each in found.items() if each}


def _suffix(path: str) -> str:
    """As pathlib has it, which takes as long as parsing a small file."""
    stem, dot, end = path.rpartition("/")[2].rpartition(".")
    return f"{dot}{end}" if stem else ""


def _fault(path: str, content: bytes, parse: Callable[[bytes], tuple[int, str] | None]) -> SyntaxFault | None:
    try:
        found = parse(content)
    except (RecursionError, MemoryError):
        found = (1, TOO_DEEP)
    return SyntaxFault(path, *found) if found else None


def _yaml(content: bytes) -> tuple[int, str] | None:
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    anchors: set[str] = set()
    try:
        if hasattr(loader, "raw_parse") and not _needs_events(content):
            cast("Any", loader(content)).raw_parse()
            return None
        # Its composer in C would overrun the stack of a file that is nested deeply enough.
        for event in yaml.parse(content, Loader=loader):
            if isinstance(event, yaml.DocumentStartEvent):
                anchors = set()
            _require_anchor(event, anchors)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return (event.start_mark.line + 1 if event.start_mark else 1, TOO_DEEP)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
    except yaml.reader.ReaderError as error:
        return (content.count(b"\n", 0, error.position) + 1, f"not YAML: {error.reason}")
    return None


def _needs_events(content: bytes) -> bool:
    """Whether the parser alone, which takes a tenth of the time, would miss an alias without anchor or a depth."""
    if content.startswith(_UTF_16) or (b"*" in content and _ALIAS.search(content)):
        return True
    if any(deep in content for deep in _DEEP):
        return True
    return content.count(b"[") + content.count(b"{") > DEEPEST and _brackets(content) > DEEPEST


def _brackets(content: bytes) -> int:
    """How many brackets may be open at once, at most; those in texts count, too."""
    left, depth = content.translate(None, _NO_BRACKETS), 0
    while depth <= DEEPEST and (less := left.replace(b"[]", b"").replace(b"{}", b"")) != left:
        left, depth = less, depth + 2
    return depth + left.count(b"[") + left.count(b"{")


def _require_anchor(event: Any, anchors: set[str]) -> None:
    """Count the anchor of `event`; raise what PyYAML's composer does for an alias without one."""
    import yaml  # noqa: PLC0415

    name = getattr(event, "anchor", None)
    if isinstance(event, yaml.AliasEvent) and name not in anchors:
        mark: Any = event.start_mark
        raise yaml.composer.ComposerError(None, None, f"found undefined alias {name!r}", mark)
    if name is not None:
        anchors.add(name)


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


def _of_jsonnet(files: Mapping[str, bytes]) -> dict[str, SyntaxFault | None]:
    from releasing.jsonnet.evaluation import Snippet, evaluated  # noqa: PLC0415

    # A value that nothing reads is never evaluated: no import is opened. ksonnet sets env and params.
    head, tail = "local env = {}, params = {}, file = (", "\n); null"
    texts = [content.decode(errors="replace") for content in files.values()]
    ended = evaluated([Snippet("file", f"{head}{text}{tail}") for text in texts], SECONDS)
    return {
        path: _jsonnet_fault(path, each.failure) if each.failure else None
        for path, each in zip(files, ended, strict=True)
    }


def _jsonnet_fault(path: str, failure: str) -> SyntaxFault:
    found = re.match(r"file:\(?(\d+)\S* (.*)", failure)
    if not found:
        return SyntaxFault(path, 1, f"not jsonnet: {failure.splitlines()[0]}")
    return SyntaxFault(path, int(found[1]), f"not jsonnet: {found[2]}")


_PARSERS: dict[str, Callable[[bytes], tuple[int, str] | None]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".py": _python,
}
