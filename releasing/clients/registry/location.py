"""Where a registry is reached over HTTP: its own host, or the mirror of RELEASE_REGISTRY_MIRRORS."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from releasing.errors import PreconditionError, UsageError
from releasing.image import HOST, PART, ImageName

VARIABLE = "RELEASE_REGISTRY_MIRRORS"
DOCKER_HUB = "registry-1.docker.io"  # where docker.io of image names is
HINT = "write HOST=URL, separated by commas, for example: gcr.io=http://127.0.0.1:5123/gcr.io"


@dataclass(frozen=True)
class Location:
    """A repository at an HTTP origin."""

    origin: str
    repository: str

    def url(self, *parts: str) -> str:
        """Give the address of a part of the repository: manifests/TAG, blobs/DIGEST, tags/list."""
        return "/".join((self.origin, "v2", self.repository, *parts))


@dataclass(frozen=True)
class Mirrors:
    """Base addresses that replace registry hosts; the hosts in `plain` are reached over plain HTTP."""

    bases: Mapping[str, Location]
    plain: Collection[str] = ()

    @classmethod
    def parse(cls, text: str, plain: Collection[str] = ()) -> Mirrors:
        """Read HOST=URL[,HOST=URL…]; raises UsageError."""
        bases = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            host, _, url = part.partition("=")
            if not HOST.fullmatch(host):
                raise UsageError(f"{VARIABLE}: {host!r} is not a registry host", HINT)
            bases[host] = _base(host, url, plain)
        return cls(bases, plain)

    def locate(self, image: ImageName) -> Location:
        """Find where `image` is: plain HTTP on this machine and where it is allowed, https everywhere else."""
        if base := self.bases.get(image.host):
            return Location(base.origin, f"{base.repository}/{image.repository}".lstrip("/"))
        host = address(image.host)
        scheme = "http" if on_this_machine(host) or host.lower() in self.plain else "https"
        return Location(f"{scheme}://{host}", image.repository)


def address(host: str) -> str:
    """Give the HOST[:PORT] that answers for a registry host of image names."""
    return DOCKER_HUB if host == "docker.io" else host


def is_google(host: str) -> bool:
    """Whether HOST[:PORT] is a registry of Google."""
    return host.lower() == "gcr.io" or host.lower().endswith((".gcr.io", ".pkg.dev"))


def split(url: str) -> SplitResult:
    """Split an address that a server named; raises PreconditionError for an invalid one."""
    try:
        return urlsplit(url)
    except ValueError:
        raise PreconditionError("an address that a registry named is not a URL") from None


@lru_cache
def on_this_machine(authority: str) -> bool:
    """Whether HOST[:PORT] is a loopback address."""
    name = urlsplit(f"//{authority}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def trusted(url: str, plain: Collection[str] = ()) -> str:
    """Return `url` when secrets may be sent to it: over https, on this machine, or to a host in `plain`.

    Raises PreconditionError for any other address.
    """
    parts = split(url)
    allowed = on_this_machine(parts.netloc) or parts.netloc.lower() in plain
    if parts.scheme == "https" or (parts.scheme == "http" and allowed):
        return url
    where = parts.netloc.rpartition("@")[2]
    raise PreconditionError(
        f"{parts.scheme}://{parts.hostname}: expected https, or an address on this machine",
        f"to allow plain HTTP, write in release.yaml: registries: {{'{where}': {{plain-http: true}}}}"
        if parts.scheme == "http"
        else "",
    )


def _base(host: str, url: str, plain: Collection[str]) -> Location:
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
        trusted(url, plain)
    except PreconditionError as error:
        hint = "; ".join(filter(None, (HINT, error.hint)))
        raise UsageError(f"{VARIABLE}: {host}: {error.message}", hint) from None
    return Location(f"{parts.scheme}://{parts.netloc}", path)
