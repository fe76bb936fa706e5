"""Where a registry is reached over HTTP: its own host, or the mirror of RELEASE_REGISTRY_MIRRORS."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from releasing.errors import PreconditionError, UsageError
from releasing.image_name import HOST, PART, ImageName

VARIABLE = "RELEASE_REGISTRY_MIRRORS"
HINT = "write HOST=URL, with commas between, for example: gcr.io=http://127.0.0.1:5123/gcr.io"


@dataclass(frozen=True)
class Location:
    """A repository at an HTTP origin."""

    origin: str
    repository: str

    def url(self, *parts: str) -> str:
        """Give the address of something in the repository: manifests/TAG, blobs/DIGEST, tags/list."""
        return "/".join((self.origin, "v2", self.repository, *parts))


@dataclass(frozen=True)
class Mirrors:
    """Base addresses that stand in for registry hosts."""

    bases: Mapping[str, Location]

    @classmethod
    def parse(cls, text: str) -> Mirrors:
        """Read HOST=URL[,HOST=URL…]; raises UsageError."""
        bases = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            host, _, url = part.partition("=")
            if not HOST.fullmatch(host):
                raise UsageError(f"{VARIABLE}: {host!r} is not a registry host", HINT)
            bases[host] = _base(host, url)
        return cls(bases)

    def locate(self, image: ImageName) -> Location:
        """Find where `image` is: plain HTTP only on this machine, https everywhere else."""
        if base := self.bases.get(image.host):
            return Location(base.origin, f"{base.repository}/{image.repository}".lstrip("/"))
        host = "registry-1.docker.io" if image.host == "docker.io" else image.host
        return Location(f"{'http' if on_this_machine(host) else 'https'}://{host}", image.repository)


def on_this_machine(authority: str) -> bool:
    """Whether HOST[:PORT] is a loopback address."""
    name = urlsplit(f"//{authority}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def trusted(url: str) -> str:
    """Give back `url` when secrets may travel to it; raises PreconditionError for plain HTTP elsewhere."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(parts.netloc)):
        return url
    raise PreconditionError(
        f"{parts.scheme}://{parts.hostname}: only https, or http on this machine, is used"
    )


def _base(host: str, url: str) -> Location:
    try:
        parts = urlsplit(url)
        wrong = parts.port == 0
    except ValueError:
        raise UsageError(f"{VARIABLE}: the address for {host} is not a URL", HINT) from None
    path = parts.path.strip("/")
    wrong |= not HOST.fullmatch(parts.netloc) or bool(parts.query or parts.fragment)
    wrong |= not all(PART.fullmatch(part) for part in path.split("/") if path)
    if wrong:
        # The address itself may hold a password, so it is not repeated.
        raise UsageError(f"{VARIABLE}: the address for {host} is not SCHEME://HOST[:PORT][/PATH]", HINT)
    try:
        trusted(url)
    except PreconditionError as error:
        raise UsageError(f"{VARIABLE}: {host}: {error.message}", HINT) from None
    return Location(f"{parts.scheme}://{parts.netloc}", path)
