"""What registries hold, for steps and reports: digests of tags, labels of images.

Each call has an event loop of its own and may be made from any thread.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from releasing.errors import PreconditionError, ReleaseError, UnreachableError

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.clients.registry.transport import Patience

T = TypeVar("T")
WORKERS = 32  # of one call: more gain nothing


def digest(image: str, tag: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Give the digest that `image` (a full name) has at `tag`; None when absent.

    Raises UnreachableError when the registry does not answer.
    """
    return digests([image], tag, environment)[image]


def digests(
    images: Iterable[str], tag: str, environment: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """Give the digest of each image at `tag`, all asked at once; raises as `digest` does."""
    names = list(dict.fromkeys(images))

    async def work(registry: Registry) -> list[str | None]:
        return await together(registry.digest(name, tag) for name in names)

    return dict(zip(names, ask(work, environment), strict=True))


def labels(image: str, digest: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the labels in the configuration of an image; raises as `digest` does."""

    async def work(registry: Registry) -> dict[str, Any]:
        return await registry.configuration(image, digest)

    found = (ask(work, environment).get("config") or {}).get("Labels") or {}
    return {str(name): str(value) for name, value in found.items()}


def silent(line: str) -> None:
    """Show nothing."""


def ask(
    work: Callable[[Registry], Awaitable[T]],
    environment: Mapping[str, str] | None = None,
    *,
    patience: Patience | None = None,
    notice: Callable[[str], None] = silent,
) -> T:
    """Run `work` with a Registry in `environment` (the process's own unless given); gives its result."""
    # Imported here: asyncio and aiohttp take longer to import than most commands take to run.
    import asyncio  # noqa: PLC0415

    from releasing.clients.registry.client import connected  # noqa: PLC0415
    from releasing.clients.registry.transport import Patience  # noqa: PLC0415

    async def run() -> T:
        settings = os.environ if environment is None else environment
        async with connected(settings, patience or Patience(), notice) as registry:
            return await work(registry)

    return asyncio.run(run())


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Wait for everything; when something failed, raise one error with all problems."""
    done: list[T] = []
    failed: list[ReleaseError] = []
    for outcome in await outcomes(work):
        if isinstance(outcome, ReleaseError):
            failed.append(outcome)
        else:
            done.append(outcome)
    if failed:
        first = next((error for error in failed if isinstance(error, UnreachableError)), failed[0])
        raise type(first)("\n".join(dict.fromkeys(error.message for error in failed)), first.hint)
    return done


async def outcomes(work: Iterable[Coroutine[Any, Any, T]]) -> list[T | ReleaseError]:
    """Wait for everything; give what each one returned or, of a ReleaseError, raised.

    Some workers take from `work` as they go, so that many thousand parts need no more memory than a few.
    """
    from asyncio import gather  # noqa: PLC0415

    ahead = enumerate(work)
    ended: dict[int, T | ReleaseError] = {}

    async def worker() -> None:
        for place, each in ahead:
            try:
                ended[place] = await each
            except ReleaseError as error:
                ended[place] = error

    await gather(*(worker() for _ in range(WORKERS)))
    return [ended[place] for place in range(len(ended))]


def existing_digests(
    images: Iterable[str], tag: str, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the digest of each image at `tag`; PreconditionError naming every image that has no such tag."""
    found = digests(images, tag, environment)
    absent = [image for image, digest in found.items() if digest is None]
    if absent:
        raise PreconditionError(
            f"not in the registry at {tag}: {', '.join(absent)}", "apply the tags first: apply-image-tags"
        )
    return {image: digest for image, digest in found.items() if digest is not None}
