"""Paths whose image references record something else than what we release, and are left alone by default."""

from __future__ import annotations

import re

_IN = r"(?:^|.*/)"
# Copies of other people's work, most of the bytes of a checkout: not even read.
_COPY = re.compile(
    _IN + r"(?:(?:vendor|lib|node_modules|\.metadata)/.*"
    r"|[^/]*(?:\.lock|-lock\.json|-lock\.yaml|\.sum)|[^/]*swagger[^/]*)"
)
_RECORDS = {
    "changelog": re.compile(_IN + r"CHANGELOG[^/]*", re.IGNORECASE),
    "test fixture": re.compile(
        _IN + r"(?:(?:tests?|testdata|test_data|fixtures|__(?:tests|mocks|snapshots|fixtures)__)/.*"
        r"|[^/]*(?:_test\.[^/]*|[._-]mock\.[^/]*|\.(?:test|spec)\.[cm]?[jt]sx?))"
    ),
    "retag script of an older release": re.compile(_IN + r"hack/retag_[^/]*"),
    "inventory of tags": re.compile(_IN + r"image_tags\.yaml"),
}
_DOCKERFILE = re.compile(
    _IN + r"(?:(?:Dockerfile|Containerfile)[^/]*|[^/]*\.(?:Docker|Container)file)", re.IGNORECASE
)
_FROM = re.compile(rb"^[ \t]*FROM[ \t].*", re.IGNORECASE | re.MULTILINE)
_ARG = re.compile(rb"[ \t]*ARG[ \t]+(\w+)=", re.IGNORECASE)


def is_copy(path: str) -> bool:
    """Whether `path` is a vendored, generated or locked copy."""
    return _COPY.fullmatch(path) is not None


def protection(path: str) -> str:
    """Why `path` is left alone, or nothing."""
    if is_copy(path):
        return "vendored or generated copy"
    return next((reason for reason, pattern in _RECORDS.items() if pattern.fullmatch(path)), "")


def is_base(path: str, content: bytes, position: int) -> bool:
    """Whether `position` is on a Dockerfile's FROM, in its COPY --from, or on an ARG that a FROM names."""
    if not _DOCKERFILE.fullmatch(path):
        return False
    start = content.rfind(b"\n", 0, position) + 1
    if _FROM.match(content, start) or content[start:position].endswith(b"--from="):
        return True
    argument = _ARG.match(content, start)
    return argument is not None and any(_names(line[0], argument[1]) for line in _FROM.finditer(content))


def _names(line: bytes, argument: bytes) -> bool:
    return re.search(rb"\$\{?" + argument + rb"\b", line) is not None
