"""Paths whose image references are not about this release; by default they are left alone."""

from __future__ import annotations

import re

_IN = r"(?:^|.*/)"
# Copies of other projects' files, which are most of the bytes of a checkout: not read at all.
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


# Most paths are none of these, and each is asked about several times.
_ANY = re.compile(
    "|".join(f"(?:{pattern.pattern})" for pattern in (_COPY, *_RECORDS.values())), re.IGNORECASE
)


def protection(path: str) -> str:
    """Why `path` is left alone; empty when it is not."""
    if not _ANY.fullmatch(path):
        return ""
    if is_copy(path):
        return "vendored or generated copy"
    return next((reason for reason, pattern in _RECORDS.items() if pattern.fullmatch(path)), "")
