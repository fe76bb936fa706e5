"""Blob uploads to the registry: in one request, in chunks, or mounted from another repository.

Rule: the OCI distribution specification 1.1, "Pushing blobs". An upload is a file beside the layouts; its size
is its progress, so that it can be continued after a dropped connection or a restart.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

from aiohttp import web

from releasing.rehearsal.registry import addresses
from releasing.rehearsal.registry.layout import Layout, aside
from releasing.rehearsal.registry.refusal import Refusal

CONTENT_RANGE = re.compile(r"(?:bytes[ =])?(\d+)-(\d+)(?:/.*)?")


def routes() -> list[web.RouteDef]:
    """Give the routes of blob uploads."""
    uploads = "/v2/{repository:.+}/blobs/uploads/"
    return [
        web.post(uploads, _start),
        web.get(uploads + "{upload}", _status),
        web.patch(uploads + "{upload}", _append),
        web.put(uploads + "{upload}", _finish),
        web.delete(uploads + "{upload}", _cancel),
    ]


async def _start(request: web.Request) -> web.Response:
    layout, query = addresses.layout(request), request.query
    if "mount" in query and "from" in query:
        mounted, other = addresses.digest(query["mount"]), addresses.named(request, query["from"])
        if other.blob(mounted).exists():
            layout.link_blob(other, mounted)
            return _stored(layout, mounted)
    claimed = addresses.digest(query["digest"]) if "digest" in query else ""
    upload = aside(layout.root)
    upload.touch()
    if claimed:
        return await _store(request, upload, claimed)
    return _progress(request, upload, 202)


async def _status(request: web.Request) -> web.Response:
    return _progress(request, _upload(request), 204)


async def _append(request: web.Request) -> web.Response:
    upload = _upload(request)
    await _receive(request, upload)
    return _progress(request, upload, 202)


async def _finish(request: web.Request) -> web.Response:
    return await _store(request, _upload(request), addresses.digest(request.query.get("digest", "")))


async def _cancel(request: web.Request) -> web.Response:
    _upload(request).unlink()
    return web.Response(status=204)


def _upload(request: web.Request) -> Path:
    layout, name = addresses.layout(request), request.match_info["upload"]
    upload = aside(layout.root).with_name(name)
    if not re.fullmatch(r"[0-9a-f-]{36}", name) or not upload.exists():
        raise Refusal(404, "BLOB_UPLOAD_UNKNOWN", f"there is no upload {name}")
    return upload


async def _receive(request: web.Request, upload: Path) -> None:
    """Append the body to the upload; refuses a chunk that does not follow what is there."""
    if "Content-Range" in request.headers:
        _refuse_gap(request, upload)
    with upload.open("ab") as out:
        async for chunk in request.content.iter_any():
            out.write(chunk)


def _refuse_gap(request: web.Request, upload: Path) -> None:
    text = request.headers["Content-Range"]
    found = CONTENT_RANGE.fullmatch(text)
    if not found:
        raise Refusal(400, "BLOB_UPLOAD_INVALID", f"Content-Range: {text!r} is not START-END")
    start, end = int(found[1]), int(found[2])
    if start != upload.stat().st_size:
        headers = _place(request, upload)
        raise Refusal(416, "BLOB_UPLOAD_INVALID", f"{text} does not follow {headers['Range']}", headers)
    if request.content_length not in (None, end - start + 1):
        raise Refusal(400, "SIZE_INVALID", f"{text} is not {request.content_length} bytes")


async def _store(request: web.Request, upload: Path, claimed: str) -> web.Response:
    """Complete an upload with the body of the request; the bytes must have the claimed digest."""
    layout = addresses.layout(request)
    await _receive(request, upload)
    digest = await asyncio.to_thread(_digest, upload)
    if digest != claimed:
        upload.unlink()
        raise Refusal(400, "DIGEST_INVALID", f"{claimed} was claimed, but the bytes are {digest}")
    layout.add_blob(upload, digest)
    return _stored(layout, digest)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def _stored(layout: Layout, digest: str) -> web.Response:
    location = f"/v2/{layout.repository}/blobs/{digest}"
    return web.Response(status=201, headers={"Location": location, "Docker-Content-Digest": digest})


def _progress(request: web.Request, upload: Path, status: int) -> web.Response:
    return web.Response(status=status, headers=_place(request, upload))


def _place(request: web.Request, upload: Path) -> dict[str, str]:
    """Say where an upload continues, and how far it is."""
    return {
        "Location": f"/v2/{addresses.layout(request).repository}/blobs/uploads/{upload.name}",
        "Range": f"0-{max(upload.stat().st_size - 1, 0)}",
        "Docker-Upload-UUID": upload.name,
    }
