"""A whole release read back from git, GitHub and the registries, without a journal and without changes.

It also works on releases that this tool did not make: read `claims` first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from releasing.errors import ReleaseError, UnmetError, UnreachableError
from releasing.shell.workers import workers
from releasing.verification import (
    age,
    claim_table,
    file_contents,
    image_listing,
    names,
    pins,
    postsubmit,
    prototype_parameters,
    published,
    recorded,
    registry_tags,
    tags,
    tree_references,
)
from releasing.verification.claim import Claim

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged

WHY = "the table shows what was found; docs/verify.md explains each claim"

Group = Callable[["Tagged"], Iterator[Claim]]

# What follows from the files of a commit, and so can be asked before it is tagged (gates/tree_claims.py).
TREE: tuple[Group, ...] = (
    file_contents.claims,
    prototype_parameters.claims,
    tree_references.claims,
    tags.commit_claims,
    age.claims,
    pins.claims,
)
OF_TREE: tuple[tuple[str, Group], ...] = (
    ("postsubmit", postsubmit.claims),
    *zip(("files", "parameters", "references", "own commit", "not put back", "pins"), TREE, strict=True),
    ("listing", image_listing.claims),
    ("document", recorded.claims),
    ("registry", registry_tags.claims),
    ("on GitHub", published.claims),
)


def claims(it: Tagged) -> list[Claim]:
    """All claims on a release, in the order of the table; without a tag only those on names and refs."""
    groups = (("names", names.claims), ("tag", tags.claims), *(OF_TREE if it.commit else ()))
    with workers(len(groups)) as pool:
        return [
            claim
            for found in pool.map(lambda group: _asked(group[0], group[1], it), groups)
            for claim in found
        ]


def lines(it: Tagged, claims: list[Claim]) -> Iterator[str]:
    """The claims as a table for people."""
    project = it.release.config.project
    yield f"{project} {it.release.tag}, read back from {it.release.slug}, GitHub and the registries"
    yield from claim_table.lines(claims)


def as_json(it: Tagged, claims: list[Claim]) -> str:
    """The claims for programs."""
    return claim_table.as_json(it.release.tag, it.commit, claims)


def require(it: Tagged, claims: list[Claim]) -> None:
    """Raise UnmetError for claims that do not hold; without any, UnreachableError for claims that were not read."""
    false = [claim.name for claim in claims if claim.holds is False]
    unread = [claim.name for claim in claims if claim.holds is None]
    if false:
        raise UnmetError(f"{it.release.tag}: claims that do not hold: {', '.join(false)}", WHY)
    if unread:
        raise UnreachableError(
            f"{it.release.tag}: claims that could not be checked: {', '.join(unread)}", WHY
        )


def _asked(name: str, group: Group, it: Tagged) -> list[Claim]:
    """The claims of a group; a single claim that could not be read when the world gave no answer."""
    try:
        return [*group(it)]
    except ReleaseError as error:
        return [Claim(name, None, f"could not be read: {getattr(error, 'cause', error.message)}")]
