"""What a request to the registry names: a repository, a digest, a tag; refused when the form is wrong."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from releasing.rehearsal.registry.layout import DIGEST, RESERVED, Layout
from releasing.rehearsal.registry.refusal import Refusal

ROOT = web.AppKey("root", Path)
COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY = re.compile(rf"{COMPONENT}(?:/{COMPONENT})*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


def layout(request: web.Request) -> Layout:
    """Give the layout of the repository in the path, whether or not it exists; refuses with NAME_INVALID."""
    return named(request, request.match_info["repository"])


def named(request: web.Request, repository: str) -> Layout:
    """Give the layout of a repository; refuses with NAME_INVALID."""
    if not REPOSITORY.fullmatch(repository) or RESERVED.intersection(repository.split("/")):
        raise Refusal(400, "NAME_INVALID", f"{repository!r} is not a repository name")
    return Layout(request.app[ROOT], repository)


def known(request: web.Request) -> Layout:
    """Give the layout of the repository in the path; refuses with NAME_UNKNOWN one that holds nothing."""
    found = layout(request)
    if not found.exists():
        raise Refusal(404, "NAME_UNKNOWN", f"there is no repository {found.repository}")
    return found


def digest(text: str) -> str:
    """Give a digest back; refuses with DIGEST_INVALID any that is not SHA-256."""
    if not re.fullmatch(DIGEST, text):
        raise Refusal(400, "DIGEST_INVALID", f"{text!r} is not sha256: and 64 hexadecimal digits")
    return text


def reference(request: web.Request) -> str:
    """Give the tag or digest in the path; refuses with TAG_INVALID or DIGEST_INVALID."""
    text = request.match_info["reference"]
    if ":" in text:
        return digest(text)
    if not TAG.fullmatch(text):
        raise Refusal(400, "TAG_INVALID", f"{text!r} is not a tag name")
    return text
