"""Images of the rehearsal in the sandbox registry: pushed as built from a commit, listed, tagged again."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from releasing.errors import UnreachableError
from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal

if TYPE_CHECKING:
    from http.client import HTTPResponse

OCI = "org.opencontainers.image"
REVISION = f"{OCI}.revision"
ACCEPT = ", ".join(
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
DATED = re.compile(r"v(\d{4})(\d{2})(\d{2})(?!\d)")


@dataclass(frozen=True)
class PushedReference:
    """An image by name, and the tag or digest that says which."""

    repository: str
    version: str

    def __str__(self) -> str:
        return f"{self.repository}{'@' if ':' in self.version else ':'}{self.version}"


def parse(text: str) -> PushedReference:
    """`NAME:TAG`, `NAME@DIGEST` or `NAME`, which is NAME:latest."""
    if "@" in text:
        repository, _, digest = text.partition("@")
        return PushedReference(repository, digest)
    before, colon, tag = text.rpartition(":")
    # A colon before a slash is a registry's port.
    return PushedReference(before, tag) if colon and "/" not in tag else PushedReference(text, "latest")


def registry() -> str:
    """The base URL of the sandbox registry; raises Refusal outside of a rehearsal."""
    url = os.environ.get("RELEASE_SANDBOX_REGISTRY", "")
    if not url.startswith("http://"):
        raise ProgramRefusal("RELEASE_SANDBOX_REGISTRY is not set: this is a stand-in of the rehearsal")
    return url


def labels_of(reference: PushedReference, commit: str) -> dict[str, str]:
    """What an image says about itself: its commit and its name."""
    name = reference.repository.rpartition("/")[2]
    return {REVISION: commit, f"{OCI}.title": name, f"{OCI}.version": reference.version}


def push(reference: PushedReference, labels: dict[str, str]) -> str:
    """Push the image that `labels` describe; gives its digest, always the same for the same input."""
    from releasing.rehearsal.registry import small_images  # noqa: PLC0415 - most commands push nothing, and start sooner

    created = _created(reference.version)
    return small_images.push(registry(), reference.repository, reference.version, labels, created)


def tags(repository: str) -> list[dict[str, Any]]:
    """Every digest of a repository that has tags: digest, tags and creation time, newest first."""
    found: dict[str, dict[str, Any]] = {}
    for tag in json.loads(_ask("GET", f"/v2/{repository}/tags/list"))["tags"] or []:
        content, digest, _ = _manifest(PushedReference(repository, tag))
        row = found.setdefault(digest, {"digest": digest, "tags": [], "created": ""})
        row["tags"].append(tag)
        config = json.loads(content).get("config", {}).get("digest")
        if config and not row["created"]:
            row["created"] = json.loads(_ask("GET", f"/v2/{repository}/blobs/{config}")).get("created", "")
    return sorted(found.values(), key=lambda row: str(row["created"]), reverse=True)


def add_tag(source: PushedReference, target: PushedReference) -> None:
    """Give the image `source` another tag in the same repository; raises Refusal when it is not there."""
    if source.repository != target.repository:
        raise ProgramRefusal(
            f"ERROR: (gcloud.container.images.add-tag) the rehearsal tags within one repository: {target}"
        )
    content, _, media_type = _manifest(source)
    _ask("PUT", f"/v2/{target.repository}/manifests/{target.version}", content, {"Content-Type": media_type})


def _manifest(reference: PushedReference) -> tuple[bytes, str, str]:
    """The bytes, the digest and the media type of a manifest."""
    path = f"/v2/{reference.repository}/manifests/{reference.version}"
    answer, content = _answer("GET", path, None, {"Accept": ACCEPT})
    return content, answer.headers["Docker-Content-Digest"], answer.headers["Content-Type"]


def _ask(method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    return _answer(method, path, body, headers or {})[1]


def _answer(
    method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[HTTPResponse, bytes]:
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415 - most commands ask no registry

    url = registry()
    connection = HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as error:
        raise UnreachableError(f"{url}: {error}", "is the rehearsal's registry running?") from None
    finally:
        connection.close()
    if answer.status >= 400:
        raise ProgramRefusal(
            f"ERROR: {method} {path}: {answer.status} {content.decode(errors='replace').strip()}"
        )
    return answer, content


def _created(tag: str) -> str:
    """The day that the tag names, so that the same build has the same digest on every run."""
    day = "-".join(found.groups()) if (found := DATED.match(tag)) else "1970-01-01"
    return f"{day}T00:00:00Z"
