"""What a registry's tags/list says, page by page; Google's registries say more than the specification asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from releasing.clients.registry.documents import texts
from releasing.clients.registry.location import split
from releasing.errors import UnmetError
from releasing.image import DIGEST, PART

MOST_PAGES, MOST_TAGS = 10_000, 1_000_000
MOST_IDLE = 10  # pages in a row without a name that was not there yet
LIST = "/tags/list"
PARAMETERS = r"""(?P<parameters>(?:\s*;\s*[^\s=;,"<>]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;<>]*))?)*)"""
LINK = re.compile(rf"\s*<(?P<address>[^<>]*)>{PARAMETERS}\s*(?:,|$)")
BARE = re.compile(rf"\s*(?P<address>[^\s<>;,\"]+){PARAMETERS}\s*(?:,|$)")
RELATION = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))""", re.IGNORECASE)


@dataclass(frozen=True)
class ListedBuild:
    """What a registry lists about one digest (Google's registries only)."""

    tags: tuple[str, ...]
    created: datetime | None


@dataclass(frozen=True)
class TagListing:
    """A repository's tags; Google's registries add `builds` by digest (None elsewhere) and `children`."""

    tags: tuple[str, ...] = ()
    builds: Mapping[str, ListedBuild] | None = None
    children: tuple[str, ...] = ()

    @property
    def all_tags(self) -> list[str]:
        """The tags in order, from either place in the answer."""
        return sorted({*self.tags, *(tag for build in (self.builds or {}).values() for tag in build.tags)})


class Pages:
    """A list of tags while its pages come; `what` names it in errors."""

    def __init__(self, what: str, first: str) -> None:
        self._what = what
        self._asked = {first}
        self._idle = 0
        self._tags: dict[str, None] = {}
        self._children: dict[str, None] = {}
        self._builds: dict[str, ListedBuild] | None = None

    def add(self, page: Mapping[str, Any]) -> None:
        """Take a page in; raises UnmetError for one of another form, or when there is no end of them."""
        known = len(self._tags)
        self._tags |= dict.fromkeys(texts(page, "tags", self._what))
        self._children |= dict.fromkeys(children(page, self._what))
        if (found := builds(page, self._what)) is not None:
            self._builds = (self._builds or {}) | found
        self._idle = 0 if len(self._tags) > known else self._idle + 1
        if len(self._tags) > MOST_TAGS or len(self._asked) > MOST_PAGES or self._idle > MOST_IDLE:
            pages = f"{len(self._asked)} pages" + (", the last without a new name" if self._idle else "")
            raise UnmetError(f"{self._what} has no end: {len(self._tags)} tags on {pages}")

    def following(self, url: str, links: str) -> str:
        """The address of the page after that at `url`; empty at the end. UnmetError when the list goes round."""
        found = next_address(links, self._what)
        split(found)
        address = urljoin(url, found) if found else ""
        if address in self._asked:
            raise UnmetError(f"{self._what} goes round: its next page is one that was read already")
        if address:
            self._asked.add(address)
        return address

    @property
    def begun(self) -> bool:
        """Whether a page came: of a list that has begun none may be missing."""
        return len(self._asked) > 1

    @property
    def listing(self) -> TagListing:
        """All that came."""
        return TagListing((*self._tags,), self._builds, (*self._children,))


def next_address(header: str, what: str) -> str:
    """The address of the next page in the value of Link headers; empty when there is none.

    Links to what came before, to help and the like are none. One that does not say what it is counts if it leads to
    a list of tags, in <> or not. Raises UnmetError for what is no link: tags may be missing then.
    """
    unnamed = ""
    for address, relations in _links(header, what):
        if "next" in relations:
            return address
        if not relations and split(address).path.endswith(LIST):
            unnamed = unnamed or address
    return unnamed


def _links(header: str, what: str) -> Iterator[tuple[str, list[str]]]:
    place = 0
    while header[place:].strip(" ,\t"):
        found = LINK.match(header, place) or BARE.match(header, place)
        if not found or found.end() == place:
            raise UnmetError(f'{what}: its Link header is not <ADDRESS>; rel="next": {header[:200]}')
        relation = RELATION.search(found["parameters"])
        yield found["address"], ((relation[1] or relation[2] or "").lower().split() if relation else [])
        place = found.end()


def children(page: Mapping[str, Any], what: str) -> tuple[str, ...]:
    """The repositories below; raises UnmetError for what is not the name of one."""
    found = texts(page, "child", what)
    if strange := [each for each in found if not PART.fullmatch(each)]:
        raise UnmetError(f"{what}: 'child' has {strange[0][:100]!r}, which is not the name of a repository")
    return found


def builds(page: Mapping[str, Any], what: str) -> dict[str, ListedBuild] | None:
    """Read the digests in one answer; None from a registry that does not list them."""
    listed = page.get("manifest")
    if listed is None:
        return None
    if not isinstance(listed, dict):
        raise UnmetError(f"{what}: 'manifest' is not an object")
    found = {}
    for digest, entry in listed.items():
        if not DIGEST.fullmatch(digest) or not isinstance(entry, dict):
            raise UnmetError(f"{what}: 'manifest' has {digest[:100]!r}, which is not a digest with its tags")
        found[digest] = ListedBuild(texts(entry, "tag", what), _time(entry.get("timeCreatedMs")))
    return found


def _time(milliseconds: object) -> datetime | None:
    """Read whole seconds, as gcloud prints them; None for a time that the registry does not know, or that is none."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, str | int | float):
        return None
    try:
        seconds = int(milliseconds or 0) // 1000
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
