"""release-manifest.json: what a release consists of, as one document that GitHub keeps with it.

Every image with its tag and digest, the commit of every repository, the workflows that built the images. It
follows from the world alone, so that the same release always has the same manifest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from releasing.config import registries
from releasing.errors import UnmetError

NAME = "release-manifest.json"


@dataclass(frozen=True)
class Manifest:
    """A release: `images` maps NAME:TAG to digests, `repositories` OWNER/NAME to commits."""

    project: str
    tag: str
    repository: str
    commit: str
    images: Mapping[str, str]
    repositories: Mapping[str, str]
    workflows: tuple[str, ...]

    def text(self) -> str:
        """The document, the same for the same release."""
        images = [_image(reference, digest) for reference, digest in sorted(self.images.items())]
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


def parse(text: str) -> Manifest:
    """The manifest in `text`; UnmetError when it is none."""
    try:
        found: dict[str, Any] = json.loads(text)
        images = {f"{image['name']}:{image['tag']}": str(image["digest"]) for image in found["images"]}
        project, tag, repository, commit = (
            str(found[key]) for key in ("project", "tag", "repository", "commit")
        )
        repositories = {str(slug): str(commit) for slug, commit in found["repositories"].items()}
        return Manifest(project, tag, repository, commit, images, repositories, tuple(found["workflows"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnmetError(f"not a release manifest: {type(error).__name__} {error}") from None


def digests(references: Iterable[str], environment: Mapping[str, str]) -> dict[str, str | None]:
    """The digest that each NAME:TAG has in its registry; None where it has none."""
    names: dict[str, list[str]] = defaultdict(list)
    for reference in references:
        name, _, tag = reference.rpartition(":")
        names[tag].append(name)
    return {
        f"{name}:{tag}": digest
        for tag, group in names.items()
        for name, digest in registries.digests(group, tag, environment).items()
    }


def _image(reference: str, digest: str) -> dict[str, str]:
    name, _, tag = reference.rpartition(":")
    return {"name": name, "tag": tag, "digest": digest}
