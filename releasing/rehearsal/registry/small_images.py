"""Small real images: built in memory, always the same bytes, pushed to a registry over plain HTTP."""

from __future__ import annotations

import io
import json
import re
import struct
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from releasing.errors import MachineError, UnreachableError, UsageError
from releasing.rehearsal.registry.layout import OCI_MANIFEST, digest_of

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Image:
    """The bytes of one image."""

    manifest: bytes
    config: bytes
    layer: bytes


def build(repository: str, tag: str, labels: dict[str, str], created: str) -> Image:
    """Build an image of one layer with one file, which names the image, its tag and its labels."""
    text = _json({"image": repository, "tag": tag, "labels": labels})
    files = _tar("etc/image.json", text)
    layer = _gzip(files)
    config = _json(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": created,
            "config": {"Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(files)]},
            "history": [{"created": created, "created_by": "a rehearsed build"}],
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": _descriptor(CONFIG, config),
            "layers": [_descriptor(LAYER, layer)],
        }
    )
    return Image(manifest, config, layer)


def push(
    base_url: str,
    repository: str,
    tag: str,
    labels: dict[str, str],
    created: str,
    more_tags: Sequence[str] = (),
) -> str:
    """Build an image and push what the registry at an http:// address lacks; gives the image's digest.

    The same image is put on `more_tags`, too. Raises UsageError for another kind of address, UnreachableError
    when the registry does not take the image.
    """
    image = build(repository, tag, labels, created)
    registry = _Registry(base_url, repository)
    try:
        for each in (tag, *more_tags):
            registry.push(image, each)
    except (OSError, HTTPException) as error:
        failure = f"{base_url}: pushing {repository}:{tag} failed: {error}"
        if ": 507 " in str(error):
            raise MachineError(failure, "make room on the disk") from None
        raise UnreachableError(failure, hint="is the rehearsal's registry running?") from error
    finally:
        registry.connection.close()
    return digest_of(image.manifest)


class _Registry:
    """One connection to one repository of a registry."""

    def __init__(self, base_url: str, repository: str) -> None:
        address = re.fullmatch(r"http://([^/:]+(?::\d+)?)/?", base_url)
        if not address:
            raise UsageError(f"{base_url!r} is not an address like http://127.0.0.1:5000")
        self.connection = HTTPConnection(address[1], timeout=60)
        self.prefix = f"/v2/{repository}"

    def push(self, image: Image, tag: str) -> None:
        digest = digest_of(image.manifest)
        place = f"{self.prefix}/manifests/{tag}"
        present = self._ask("HEAD", place, 200, 404, headers={"Accept": OCI_MANIFEST})
        if present.headers["Docker-Content-Digest"] != digest:
            for blob in (image.layer, image.config):
                self._push_blob(blob)
            self._ask("PUT", place, 201, body=image.manifest, headers={"Content-Type": OCI_MANIFEST})

    def _push_blob(self, blob: bytes) -> None:
        digest = digest_of(blob)
        if self._ask("HEAD", f"{self.prefix}/blobs/{digest}", 200, 404).status == 404:
            place = urlsplit(self._ask("POST", f"{self.prefix}/blobs/uploads/", 202).headers["Location"])
            query = f"{place.query}&digest={digest}".lstrip("&")
            headers = {"Content-Type": "application/octet-stream"}
            self._ask("PUT", f"{place.path}?{query}", 201, body=blob, headers=headers)

    def _ask(
        self,
        method: str,
        path: str,
        *expected: int,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> HTTPResponse:
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        answer = response.read().decode(errors="replace")
        if response.status not in expected:
            found = f"{response.status} {answer}".rstrip()
            raise HTTPException(f"{method} {path}: {found}, expected {' or '.join(map(str, expected))}")
        return response


def _tar(name: str, content: bytes) -> bytes:
    """Give a tar archive of one file; TarInfo's own time stamp and owner are zero."""
    archive = io.BytesIO()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def _gzip(content: bytes) -> bytes:
    """Give a gzip file of one stored block, which holds at most 65,535 bytes.

    What zlib compresses differs between its versions, and the digest with it; a stored block never does.
    """
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    size = len(content)
    block = struct.pack("<BHH", 1, size, size ^ 0xFFFF) + content
    return head + block + struct.pack("<II", zlib.crc32(content), size)


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1).encode()
