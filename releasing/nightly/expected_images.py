"""The images that workflows have to leave under one tag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from releasing.clients.cluster.built_images import images_of
from releasing.errors import PreconditionError


def expected(workflows: Iterable[dict[str, Any]], tag: str) -> list[str]:
    """The names of the images that `workflows` build, each under `tag`.

    Raises PreconditionError when an image is pushed under another tag or cannot be found out, or when the workflow
    builds no image: then a night could not check afterwards that the workflow succeeded.
    """
    images = [image for each in workflows for image in images_of(each)]
    if not images:
        raise PreconditionError(
            "cannot tell which images this workflow builds: no command in it runs build_image.sh",
            "a workflow must build with build_image.sh DOCKERFILE IMAGE TAG: docs/nightly.md",
        )
    wrong = [f"{image}" for image in images if image.tag != tag or not image.literal]
    if wrong:
        raise PreconditionError(
            f"not pushed as {tag}: {', '.join(wrong)}",
            "the component must pass the parameter versionTag to its build_image.sh",
        )
    return list(dict.fromkeys(image.name for image in images))
