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


def is_copy(path: str) -> bool:
    """Whether `path` is a vendored, generated or locked copy."""
    return _COPY.fullmatch(path) is not None


def protection(path: str) -> str:
    """Why `path` is left alone, or nothing."""
    if is_copy(path):
        return "vendored or generated copy"
    return next((reason for reason, pattern in _RECORDS.items() if pattern.fullmatch(path)), "")
