"""Whether every image of the project is built every night, and how old its newest nightly tag is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import ReleaseError
from releasing.image_tags.referred import OWN_NAMES
from releasing.nightly.build_contexts import BuildContext, Look, broken, repository_of
from releasing.nightly.extra_repositories import NEWEST, VARIABLE
from releasing.nightly.named_builds import NIGHTLY
from releasing.nightly.resolution import TAG, resolve
from releasing.references.forms import references
from releasing.references.tracked_files import contents, tracked_files
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.config.release_yaml import Config
    from releasing.nightly.release_config import Entry
    from releasing.nightly.resolution import Resolved

READ = (".libsonnet", ".jsonnet")
COPIES = ("vendor", "lib", "testing", "releasing", "node_modules")


@dataclass(frozen=True)
class Covered:
    """The results of the entries: the images of each that resolves, and the problems of the others.

    `elsewhere` are build contexts in other repositories, which are checked later.
    """

    images: dict[str, str]
    problems: tuple[str, ...]
    elsewhere: tuple[BuildContext, ...] = ()


def covered(entries: Iterable[Entry], job_type: str, checkout: Path, repository: str) -> Covered:
    """Resolve each entry in `checkout`; images are full names, each with the entry that builds it.

    Images of an entry that does not run in nights of `job_type` are not covered.
    """
    images: dict[str, str] = {}
    problems: list[str] = []
    elsewhere: list[BuildContext] = []
    for entry in entries:
        where = f"line {entry.line}: {entry.name}"
        try:
            found = resolve(entry, checkout, repository, TAG)
        except ReleaseError as error:
            problems.append(f"{where}: {error.message}".replace(f"{checkout}/", ""))
            continue
        refs = found.repositories
        others = [each for each in found.contexts if repository_of(each) != repository]
        wrong = [
            *broken(found.contexts, checkout, repository),
            *_not_checked_out(others, refs),
            *_unknown(found),
        ]
        problems += [f"{where}: {each}" for each in wrong]
        reached = [each for each in others if not refs or repository_of(each) in refs]
        elsewhere += [BuildContext(each, refs.get(repository_of(each), NEWEST), where) for each in reached]
        for image in found.images if entry.is_for(job_type) else ():
            if image.literal:
                images.setdefault(image.name, entry.name)
    return Covered(images, tuple(problems), tuple(elsewhere))


def _not_checked_out(contexts: Iterable[str], refs: Mapping[str, str]) -> Iterator[str]:
    there = f"{VARIABLE} has {', '.join(refs)}"
    for context in contexts:
        if refs and repository_of(context) not in refs:
            yield f"{context}: {there}, but not {repository_of(context)}"


def _unknown(found: Resolved) -> Iterator[str]:
    return (
        f"the name of an image that it pushes is known only at run time: {each}"
        for each in found.images
        if not each.literal
    )


def used_images(checkout: Path, prefix: str) -> dict[str, str]:
    """The images below `prefix` that prototypes and their libraries use, each with its first place."""
    used: dict[str, str] = {}
    paths = [path for path in tracked_files(checkout) if _is_read(path)]
    for path, content in contents(checkout, paths):
        for reference in references(path, content):
            name = reference.name
            # A folder named like a host has mirrors of other projects' images.
            own = name.startswith(f"{prefix}/") and re.fullmatch(OWN_NAMES, name[len(prefix) + 1 :])
            if own and (reference.tag or reference.digest):
                line = content.count(b"\n", 0, reference.start) + 1
                used.setdefault(name, f"{path}:{line}")
    return used


def entry_claims(found: Covered, looks: Iterable[Look], where: str) -> list[Claim]:
    """The claim that every entry resolves; `looks` are the checks of build contexts in other repositories."""
    seen = [(f"{each.context.where}: {each.problem}", each.known) for each in looks if each.problem]
    wrong = [*found.problems, *(text for text, known in seen if known)]
    unread = tuple(text for text, known in seen if not known)
    if unread and not wrong:
        return [Claim("entries", None, f"{counted(len(unread), 'build context')} could not be read", unread)]
    workflows = len({text.partition(": ")[0] for text in wrong})
    return [
        judged(
            "entries",
            [*wrong, *unread],
            f"every workflow of {where} resolves, to {counted(len(found.images), 'image')}",
            f"of {where}, {counted(workflows, 'workflow')} would not build",
        )
    ]


def coverage_claims(config: Config, found: Covered, used: dict[str, str]) -> list[Claim]:
    """The claim that every image that prototypes use is built every night, or listed as not covered."""
    listed = {f"{config.registry}/{name}" for name in (config.nightly.not_covered if config.nightly else ())}
    missing = [
        f"{name}: {place}" for name, place in sorted(used.items()) if name not in {*found.images, *listed}
    ]
    useless = [
        f"{name}: is listed in nightly.not-covered, but an entry builds it"
        for name in sorted(listed & {*found.images})
    ]
    return [
        judged(
            "coverage",
            [*missing, *useless],
            f"{counted(len(used), 'image')} in use, all covered or in nightly.not-covered",
            f"of {counted(len(used), 'image')} in use, {len(missing)} are neither covered nor in nightly.not-covered",
        )
    ]


async def newest_nights(registry: Registry, images: Iterable[str]) -> dict[str, str]:
    """The newest nightly tag of each image; empty for an image without one."""
    from releasing.clients.registry.concurrency import together  # noqa: PLC0415 - asyncio

    names = list(images)
    listings = await together(registry.listing(name) for name in names)
    nightly = ([tag for tag in each.all_tags if NIGHTLY.fullmatch(tag)] for each in listings)
    return {name: max(tags, default="") for name, tags in zip(names, nightly, strict=True)}


def age_claims(newest: dict[str, str], oldest_hours: float, now: datetime) -> list[Claim]:
    """The claim that each image's newest nightly is young enough, counted from the begin of the day in its tag."""
    overdue = [
        f"{name}: {f'newest {tag}, {_hours(tag, now):.0f} hours old' if tag else 'no nightly image'}"
        for name, tag in sorted(newest.items())
        if not tag or _hours(tag, now) > oldest_hours
    ]
    return [
        judged(
            "age",
            overdue,
            f"the newest nightly of each of {counted(len(newest), 'image')} is younger than {oldest_hours:g} hours",
            f"{counted(len(overdue), 'image')} overdue: no nightly image in the last {oldest_hours:g} hours",
        )
    ]


def _hours(tag: str, now: datetime) -> float:
    found = NIGHTLY.fullmatch(tag)
    try:
        begun = datetime.strptime(found[1] if found else "", "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return float("inf")
    return max(0.0, (now - begun).total_seconds() / 3600)


def _is_read(path: str) -> bool:
    folders = path.split("/")[:-1]
    return path.endswith(READ) and not any(each in COPIES for each in folders)
