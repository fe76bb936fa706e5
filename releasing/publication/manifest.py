"""release-manifest.json: the contents of a release, as one document that GitHub keeps with the release.

Every image with its tag and digest, the commit of every repository, the workflows that built the images. It
is made only from git, GitHub and the registries, so that the same release always has the same manifest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from releasing.config import registries
from releasing.errors import UnmetError
from releasing.image import ImageRef

NAME = "release-manifest.json"


@dataclass(frozen=True)
class ReleaseManifest:
    """A release: `images` has the digest of each image at its tag, `repositories` the commit of each OWNER/NAME."""

    project: str
    tag: str
    repository: str
    commit: str
    images: Mapping[ImageRef, str]
    repositories: Mapping[str, str]
    workflows: tuple[str, ...]

    def text(self) -> str:
        """The document, the same for the same release."""
        images = [
            {"name": image.name, "tag": image.tag, "digest": digest}
            for image, digest in sorted(self.images.items(), key=lambda row: row[0].tagged)
        ]
        content = {
            "project": self.project,
            "tag": self.tag,
            "repository": self.repository,
            "commit": self.commit,
            "images": images,
            "repositories": dict(sorted(self.repositories.items())),
            "workflows": sorted(self.workflows),
        }
        return json.dumps(content, indent=2) + "\n"


def parse(text: str) -> ReleaseManifest:
    """The manifest in `text`; UnmetError for any other text."""
    try:
        found: dict[str, Any] = json.loads(text)
        images = {
            ImageRef(str(image["name"]), str(image["tag"])): str(image["digest"]) for image in found["images"]
        }
        project, tag, repository, commit = (
            str(found[key]) for key in ("project", "tag", "repository", "commit")
        )
        repositories = {str(slug): str(commit) for slug, commit in found["repositories"].items()}
        return ReleaseManifest(
            project, tag, repository, commit, images, repositories, tuple(found["workflows"])
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnmetError(f"not a release manifest: {type(error).__name__} {error}") from None


def digests(images: Iterable[ImageRef], environment: Mapping[str, str]) -> dict[ImageRef, str | None]:
    """The digest that each image has at its tag in its registry; None for a missing tag."""
    names: dict[str, list[str]] = defaultdict(list)
    for image in images:
        names[image.tag].append(image.name)
    return {
        ImageRef(name, tag): digest
        for tag, group in names.items()
        for name, digest in registries.digests(group, tag, environment).items()
    }
