"""Many small real images in Debian's docker-registry, and lists of tags for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from releasing.clients.registry.promotion import asked
from releasing.image import ImagePattern, ImageRef
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest
from releasing.rehearsal.registry.layout import OCI_MANIFEST
from releasing.rehearsal.registry.small_images import push
from tests.support.faulty_registry import fetched, stored
from tests.support.registries import docker_registry

GOOGLE = "gcr.io/project"  # whose lists are expected to name digests, which docker-registry's do not
ELSEWHERE = "registry.example/project"
MEMORY = Path("/dev/shm")  # many times as fast as a disk that others use, too; not on every machine
CREATED = "2018-07-07T16:34:49Z"
Digests = dict[str, list[str]]  # of each image


@contextmanager
def filled_registry(
    repositories: int, images: int, project: str = ELSEWHERE, place: Path | None = None, note: str = ""
) -> Iterator[tuple[str, Digests]]:
    """Run docker-registry with some images in each repository; yields its base URL and their digests.

    Its storage is a temporary folder in `place`, or where such folders usually are; each manifest has the `note`.
    """
    with TemporaryDirectory(dir=place) as folder, docker_registry(Path(folder)) as url:
        names = [f"{project}/image-{number:02}" for number in range(repositories)]
        with ThreadPoolExecutor(8) as threads:
            pushed = threads.map(lambda name: _pushed(url, name, images, note), names)
            yield url, dict(zip(names, pushed, strict=True))


def _pushed(url: str, name: str, images: int, note: str) -> list[str]:
    """Push one image, and manifests that differ from it by annotations only: blobs take long to push."""
    first = push(url, name, "first", {}, CREATED)
    media_type, content = fetched(url, f"{name}/manifests/{first}")
    manifest = json.loads(content)
    return [
        stored(
            url,
            f"{name}/manifests/build-{number}",
            media_type,
            json.dumps(manifest | {"annotations": {"number": str(number), "note": note}}).encode(),
        )
        for number in range(images)
    ]


def tagged(digests: Digests, *tags: str) -> ImageTags:
    """Give the rows that have each of `tags`, with a number for each digest of an image, on the digests."""
    return ImageTags(
        tuple(
            ImageRow(
                name,
                tuple(
                    TaggedDigest(digest, tuple(f"{tag}-{number}" for tag in tags))
                    for number, digest in enumerate(of_image)
                ),
            )
            for name, of_image in digests.items()
        )
    )


def wanted(tags: ImageTags) -> list[ImageRef]:
    """Give every tag of the rows as it is asked of a registry."""
    return asked(tags, ImagePattern.parse(".*:.*"), "image_tags.yaml")


def mirrored(url: str) -> dict[str, str]:
    """Give the environment in which both hosts are the registry at `url`, without anyone's credentials."""
    hosts = [project.partition("/")[0] for project in (GOOGLE, ELSEWHERE)]
    return {
        "PATH": "/usr/bin:/bin",
        "RELEASE_REGISTRY_MIRRORS": ",".join(f"{host}={url}/{host}" for host in hosts),
        "DOCKER_CONFIG": "/nonexistent",
    }


def standing(url: str, names: Iterable[str]) -> dict[tuple[str, str], str]:
    """Give the digest of every tag of some images, read without our own client."""
    connection = HTTPConnection(urlsplit(url).netloc)
    found = {}
    for name in names:
        connection.request("GET", f"/v2/{name}/tags/list")
        for tag in json.loads(connection.getresponse().read())["tags"]:
            connection.request("HEAD", f"/v2/{name}/manifests/{tag}", headers={"Accept": OCI_MANIFEST})
            answer = connection.getresponse()
            answer.read()
            found[name, tag] = answer.headers["Docker-Content-Digest"]
    connection.close()
    return found
