"""What is wrong with an image_tags.yaml beside a checkout or a registry: images and digests that are missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from releasing.clients.registry.concurrency import together
from releasing.clients.registry.progress import Progress
from releasing.config import registries
from releasing.image import DIGEST
from releasing.image_tags.referred import Ours, referred, unlisted
from releasing.references.tracked_files import contents, tracked_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from releasing.clients.registry.client import Registry
    from releasing.config.release_yaml import Config
    from releasing.image_tags import ImageTags


def dangling(
    config: Config, checkout: Path, tags: ImageTags, where: Path, tag: str, names: Sequence[str]
) -> list[str]:
    """The references of `checkout` at `tag` to images of the project that the file `where` does not list at it.

    With `names`, regular expressions, only images whose whole name after the registry matches.
    """
    ours = Ours.of(config.reference_prefixes or (f"{config.registry}/",), config.leave_alone, names)
    files = contents(checkout, filter(ours.reads, tracked_files(checkout)))
    found = unlisted(referred(files, ours, tag), tags.images, ours, tag)
    return [f"{each}:{tag} is not listed in {where}" for each in found]


def absent(tags: ImageTags, where: Path) -> list[str]:
    """The digests that the registry does not have, each with the line of the file `where`."""
    rows = [(i.name, v) for i in tags.images for v in i.versions if DIGEST.fullmatch(v.digest)]

    async def work(client: Registry) -> list[str | None]:
        return await together(client.digest(name, version.digest) for name, version in rows)

    found = registries.ask(work, notice=Progress().line)
    return [
        f"{where}:{version.line}: {name}@{version.digest} is not in the registry"
        for (name, version), digest in zip(rows, found, strict=True)
        if digest != version.digest
    ]
