"""Contents of registries, with the settings of the current release.yaml: digests of tags, labels of images.

Each call has its own event loop and may be made from any thread.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from releasing.clients.registry.concurrency import together
from releasing.config.registry_settings import settings
from releasing.errors import PreconditionError

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.clients.registry.transport import Patience

T = TypeVar("T")


def digest(image: str, tag: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Give the digest that `image` (a full name) has at `tag`; None when absent.

    Raises UnreachableError when the registry does not answer.
    """
    return digests([image], tag, environment)[image]


def digests(
    images: Iterable[str], tag: str, environment: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """Give the digest of each image at `tag`, all read at once; raises as `digest` does."""
    names = list(dict.fromkeys(images))

    async def work(registry: Registry) -> list[str | None]:
        return await together(registry.digest(name, tag) for name in names)

    return dict(zip(names, ask(work, environment), strict=True))


def labels(image: str, digest: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the labels in the configuration of an image; raises as `digest` does."""

    async def work(registry: Registry) -> dict[str, Any]:
        return await registry.configuration(image, digest)

    config = ask(work, environment).get("config")
    found = config.get("Labels") if isinstance(config, dict) else None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def existing_digests(
    images: Iterable[str], tag: str, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the digest of each image at `tag`; PreconditionError that names every image without this tag."""
    found = digests(images, tag, environment)
    absent = [image for image, digest in found.items() if digest is None]
    if absent:
        raise PreconditionError(
            f"not in the registry at {tag}: {', '.join(absent)}", "apply the tags first: apply-image-tags"
        )
    return {image: digest for image, digest in found.items() if digest is not None}


def silent(line: str) -> None:
    """Show nothing."""


def ask(
    work: Callable[[Registry], Awaitable[T]],
    environment: Mapping[str, str] | None = None,
    *,
    patience: Patience | None = None,
    notice: Callable[[str], None] = silent,
) -> T:
    """Run `work` with a Registry in `environment` (by default the process's own); returns its result."""
    # Imported here: asyncio and aiohttp take longer to import than most commands take to run.
    import asyncio  # noqa: PLC0415

    from releasing.clients.registry.client import connected  # noqa: PLC0415
    from releasing.clients.registry.transport import Patience  # noqa: PLC0415

    given = os.environ if environment is None else environment

    async def run() -> T:
        wanted = settings(given)
        async with connected(given, wanted, patience or Patience(), notice) as registry:
            return await work(registry)

    return asyncio.run(run())
