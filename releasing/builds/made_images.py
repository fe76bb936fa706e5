"""Images under a tag that their build chose by itself: found after the build, and given the release's build tag.

What a workflow pushed is read from its output parameters and from its commands. Where neither says it, the registry's
tags that name the commit are what is left.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from releasing.clients.cluster.built_images import images_of
from releasing.config import registries
from releasing.errors import UnmetError
from releasing.image import TAG, ImageRef

if TYPE_CHECKING:
    from releasing.clients.cluster.workflow import Workflow
    from releasing.clients.registry.client import Registry
    from releasing.clients.registry.promotion import PromotionReport

SHORTEST = 7  # digits of a commit that name it in a tag
MOST = 10  # tags that a message names
PARTS = re.compile(r"[\s,;\"'\[\]{}]+")  # between the images of an output


def said(workflow: Workflow, names: Iterable[str]) -> Iterator[ImageRef]:
    """Which of the images `names` the workflow says that it pushed, each with its tag."""
    wanted = {*names}
    words = (word for text in workflow.outputs for word in PARTS.split(text))
    told = [ImageRef.parse(word) for word in words]
    for image in dict.fromkeys([*told, *images_of({"spec": workflow.spec})]):
        if image.name in wanted and image.literal and TAG.fullmatch(image.tag):
            yield image


def lacking(workflow: Workflow, names: Iterable[str], environment: Mapping[str, str]) -> list[ImageRef]:
    """What the workflow says that it pushed, and the registry does not have."""
    return [each for each in said(workflow, names) if not _digest(each, environment)]


def found(workflow: Workflow, names: list[str], commit: str) -> list[ImageRef]:
    """The image that the workflow made of each of `names`, at its digest.

    Raises UnmetError, with everything that is wrong, for a name of which no image or more than one can be meant.
    """
    told = [*said(workflow, names)]
    images, problems = [], []
    for name in names:
        own = [each for each in told if each.name == name]
        built = _at_digests(own or _of_commit(name, commit))
        if len({*built.values()}) == 1:
            images.append(ImageRef(name, *next(iter(built.items()))))
        else:
            problems.append(_problem(name, own, built, commit))
    if problems:
        raise UnmetError(
            f"cannot tell which images {workflow.title} built:" + "".join(f"\n  {each}" for each in problems),
            "check the workflow and release.yaml (images.names, tag: app); or name each image by hand: "
            "tag_built_images.py --image NAME:TAG --tag BUILD_TAG",
        )
    return images


def named(images: Iterable[str]) -> list[ImageRef]:
    """The images that a person names as NAME:TAG, at their digests; UnmetError for those that do not exist."""
    asked = [ImageRef.parse(text) for text in images]
    absent = [str(each) for each in asked if not each.tag or not _digest(each, os.environ)]
    if absent:
        raise UnmetError(
            f"the registry does not have {', '.join(absent)}", "write NAME:TAG of a pushed image"
        )
    return [ImageRef(each.name, each.tag, _digest(each, os.environ)) for each in asked]


def tag_too(images: Iterable[ImageRef], tag: str, allow_move: re.Pattern[str] | None = None) -> None:
    """Give the digests of `images` another tag.

    Raises PreconditionError when it is on another digest, and `allow_move` does not match it as NAME:TAG.
    """
    from releasing.clients.registry import promotion  # noqa: PLC0415 - only where the build chose the tag
    from releasing.clients.registry.progress import Progress  # noqa: PLC0415

    progress = Progress()
    wanted = [ImageRef(each.name, tag, each.digest) for each in images]

    async def work(client: Registry) -> PromotionReport:
        plan = await promotion.plan(client, wanted, allow_move, progress.phase)
        return await promotion.apply(client, plan, progress.phase)

    registries.ask(work, os.environ, notice=progress.line).raise_failures()


def _digest(image: ImageRef, environment: Mapping[str, str]) -> str:
    return registries.digest(image.name, image.tag, environment) or ""


def _at_digests(images: Iterable[ImageRef]) -> dict[str, str]:
    """The digests of those that are in the registry, by tag."""
    there = {each.tag: _digest(each, os.environ) for each in images}
    return {tag: digest for tag, digest in there.items() if digest}


def _of_commit(name: str, commit: str) -> list[ImageRef]:
    """The images of that name whose tag has the commit in it."""

    async def work(registry: Registry) -> list[str]:
        return (await registry.listing(name)).all_tags

    mentions = re.compile(rf"(?<![0-9a-f])g?{re.escape(commit[:SHORTEST])}")
    tags = registries.ask(work, os.environ)
    return [ImageRef(name, tag) for tag in tags if mentions.search(tag) and TAG.fullmatch(tag)]


def _problem(name: str, own: list[ImageRef], built: dict[str, str], commit: str) -> str:
    if built:
        tags = sorted(built)
        more = f" and {len(tags) - MOST} more" if len(tags) > MOST else ""
        return f"{name}: {len(tags)} tags fit, on different images: {', '.join(tags[:MOST])}{more}"
    if own:
        return f"{name}: the registry does not have {', '.join(each.tag for each in own[:MOST])}"
    return f"{name}: no command or output of the workflow names it, and no tag of it has {commit[:SHORTEST]} in it"
