"""The rehearsal's registry: the OCI distribution protocol over HTTP, in front of image layouts on disk.

Rule: the OCI distribution specification 1.1. Blobs cannot be deleted, because a layout must stay complete.
Nothing is awaited between reading a layout and changing it, so that no change to a repository is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from releasing.rehearsal.registry import addresses, manifest_form, uploads
from releasing.rehearsal.registry.layout import OCI_INDEX, Descriptor, Layout, digest_of, repositories
from releasing.rehearsal.registry.refusal import Refusal

Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MANIFEST_LIMIT = 4 * 1024 * 1024


def application(root: Path, fault: Fault | None = None) -> web.Application:
    """Serve the layouts under `root`; `fault` is asked before each request and may answer in its place."""

    @web.middleware
    async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await fault(request) if fault else None
        return await handler(request) if answer is None else answer

    app = web.Application(middlewares=[faulty, _in_the_words_of_the_rule], client_max_size=MANIFEST_LIMIT)
    app[addresses.ROOT] = root
    app.add_routes([*_name_routes(), *uploads.routes(), *_content_routes()])
    return app


def _name_routes() -> list[web.RouteDef]:
    return [
        web.get("/v2/", _version),
        web.get("/v2/_catalog", _catalog),
        web.get("/v2/{repository:.+}/tags/list", _tags),
        web.get("/v2/{repository:.+}/referrers/{digest}", _referrers),
    ]


def _content_routes() -> list[web.RouteDef]:
    manifests = "/v2/{repository:.+}/manifests/{reference}"
    return [
        web.get("/v2/{repository:.+}/blobs/{digest}", _blob),
        web.get(manifests, _manifest),
        web.put(manifests, _put_manifest),
        web.delete(manifests, _delete_manifest),
    ]


@web.middleware
async def _in_the_words_of_the_rule(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every refusal as the specification's JSON, and the protocol's version with every answer."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except Refusal as refusal:
        response = refusal.response()
    except web.HTTPRequestEntityTooLarge as error:
        response = Refusal(413, "SIZE_INVALID", error.text or error.reason).response()
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        response = Refusal(error.status, "UNSUPPORTED", f"{request.method} {request.path}").response()
    except ConnectionError:
        raise  # the client's, not the disk's
    except OSError as error:
        response = Refusal(507, "UNKNOWN", f"{error.filename or request.path}: {error.strerror}").response()
    response.headers["Docker-Distribution-API-Version"] = "registry/2.0"
    return response


async def _version(_: web.Request) -> web.Response:
    return web.json_response({})


async def _catalog(request: web.Request) -> web.Response:
    names = repositories(request.app[addresses.ROOT])
    return _page(request, names, lambda page: {"repositories": page})


async def _tags(request: web.Request) -> web.Response:
    layout = addresses.known(request)
    return _page(request, layout.tags(), lambda page: {"name": layout.repository, "tags": page})


def _page(request: web.Request, names: list[str], body: Callable[[list[str]], Any]) -> web.Response:
    """Answer with the part of the sorted names that `n` and `last` ask for."""
    rest = [name for name in names if name > request.query.get("last", "")]
    asked = request.query.get("n", str(len(rest)))
    if not asked.isdecimal():
        raise Refusal(400, "PAGINATION_NUMBER_INVALID", f"n={asked} is not a number")
    page = rest[: int(asked)]
    response = web.json_response(body(page))
    if page and len(page) < len(rest):
        following = urlencode({"n": asked, "last": page[-1]})
        response.headers["Link"] = f'<{request.path}?{following}>; rel="next"'
    return response


async def _referrers(request: web.Request) -> web.Response:
    layout, subject = addresses.layout(request), addresses.digest(request.match_info["digest"])
    kind = request.query.get("artifactType", "")
    manifests = {each.digest: each for each in layout.manifests()}.values()
    entries = [entry for each in manifests if (entry := _referrer(layout, each, subject, kind))]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    applied = {"OCI-Filters-Applied": "artifactType"} if kind else {}
    return web.json_response(index, content_type=OCI_INDEX, headers=applied)


def _referrer(layout: Layout, each: Descriptor, subject: str, kind: str) -> dict[str, Any] | None:
    """Give the line of a manifest that is attached to the subject and of the wanted kind, if any."""
    parsed = manifest_form.parse(layout.blob(each.digest).read_bytes(), each.media_type)
    if parsed.subject is None or parsed.subject.digest != subject or kind not in ("", parsed.kind):
        return None
    return {**each.entry(), "artifactType": parsed.kind, "annotations": parsed.annotations}


async def _blob(request: web.Request) -> web.StreamResponse:
    layout, digest = addresses.layout(request), addresses.digest(request.match_info["digest"])
    if not layout.blob(digest).exists():
        raise Refusal(404, "BLOB_UNKNOWN", f"{layout.repository} has no blob {digest}")
    headers = {"Content-Type": "application/octet-stream", "Docker-Content-Digest": digest}
    return web.FileResponse(layout.blob(digest), headers=headers)


async def _manifest(request: web.Request) -> web.Response:
    layout, found = _found(request)
    headers = {"Content-Type": found.media_type, "Docker-Content-Digest": found.digest}
    return web.Response(body=layout.blob(found.digest).read_bytes(), headers=headers)


async def _put_manifest(request: web.Request) -> web.Response:
    layout, reference = addresses.layout(request), addresses.reference(request)
    content = await request.read()
    media_type = request.headers.get("Content-Type", "").partition(";")[0]
    try:
        parsed = manifest_form.parse(content, media_type)
    except ValueError as error:
        raise Refusal(400, "MANIFEST_INVALID", str(error)) from error
    _refuse_incomplete(layout, parsed)
    digest, by_digest = digest_of(content), ":" in reference
    if by_digest and reference != digest:
        raise Refusal(400, "DIGEST_INVALID", f"{reference} was claimed, but the bytes are {digest}")
    layout.add_manifest(content, media_type, "" if by_digest else reference)
    attached = {"OCI-Subject": parsed.subject.digest} if parsed.subject else {}
    location = f"/v2/{layout.repository}/manifests/{digest}"
    return web.Response(
        status=201, headers={"Location": location, "Docker-Content-Digest": digest, **attached}
    )


def _refuse_incomplete(layout: Layout, parsed: manifest_form.Manifest) -> None:
    missing = [digest for digest in parsed.blobs if not layout.blob(digest).exists()]
    missing += [digest for digest in parsed.children if layout.find(digest) is None]
    if missing:
        raise Refusal(400, "MANIFEST_BLOB_UNKNOWN", f"{layout.repository} has no {', '.join(missing)}")


async def _delete_manifest(request: web.Request) -> web.Response:
    layout, _ = _found(request)
    layout.remove(addresses.reference(request))
    return web.Response(status=202)


def _found(request: web.Request) -> tuple[Layout, Descriptor]:
    layout, reference = addresses.layout(request), addresses.reference(request)
    found = layout.find(reference)
    if found is None:
        raise Refusal(404, "MANIFEST_UNKNOWN", f"{layout.repository} has no manifest {reference}")
    return layout, found
