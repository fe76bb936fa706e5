"""Names, tags and digests of images, and the patterns that select them.

The grammar is that of the OCI distribution specification; a pattern is `NAME_RE:TAG_RE`, as the runbook's
scripts take it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from releasing.errors import UsageError

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
RELEASE_TAG = re.compile(r"v\d+\.\d+\.\d+(-rc\.\d+)?")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::\d+)?", re.ASCII)
LONGEST = 255  # characters of a repository
PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")


@dataclass(frozen=True)
class ImageName:
    """Where an image lives: a registry host and a repository on it."""

    host: str
    repository: str

    @classmethod
    def parse(cls, text: str) -> ImageName:
        """Read a full name without tag, such as gcr.io/kubeflow-images-public/katib/x; raises UsageError."""
        host, repository = _divided(text)
        if problem := _problem(host, repository):
            raise UsageError(
                f"{text!r} is not an image name: {problem}", "write REGISTRY/REPOSITORY, without a tag"
            )
        if not host:
            host, repository = "docker.io", text if "/" in text else f"library/{text}"
        return cls(host, repository)


@dataclass(frozen=True, order=True)
class ImageRef:
    """An image by its full name, with a tag, a digest, or both."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> ImageRef:
        """Split NAME, NAME:TAG, NAME@DIGEST or NAME:TAG@DIGEST; the colon of a registry's port is the name's."""
        before, _, digest = text.partition("@")
        name, colon, tag = before.rpartition(":")
        return cls(name, tag, digest) if colon and "/" not in tag else cls(before, "", digest)

    @property
    def literal(self) -> bool:
        """Whether name and tag are known, and hold no variable that only a run fills in."""
        return not re.search(r"[${}]", self.tagged)

    @property
    def tagged(self) -> str:
        """NAME:TAG, without the digest."""
        return f"{self.name}:{self.tag}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.name + tag + (f"@{self.digest}" if self.digest else "")


@dataclass(frozen=True)
class ImagePattern:
    """Selects image names and tags by two regular expressions, matched whole unless `prefix`."""

    name: re.Pattern[str]
    tag: re.Pattern[str]
    prefix: bool = False

    @classmethod
    def parse(cls, text: str, *, prefix: bool = False) -> ImagePattern:
        """Split `NAME_RE:TAG_RE` at the last colon with an expression on each side; raises UsageError."""
        for colon in reversed([found.start() for found in re.finditer(":", text)]):
            name, tag = text[:colon], text[colon + 1 :]
            if name and tag and _compiles(name) and _compiles(tag):
                return cls(re.compile(name), re.compile(tag), prefix)
        raise UsageError(
            f"pattern {text!r} is not NAME_RE:TAG_RE, two regular expressions with a colon between",
            "for example: '.*/tensorflow-.*:v20180707-5a11c84d'",
        )

    def takes_name(self, name: str) -> bool:
        """Whether the image name is selected."""
        return bool(self.name.match(name) if self.prefix else self.name.fullmatch(name))

    def takes_tag(self, tag: str) -> bool:
        """Whether the image tag is selected."""
        return bool(self.tag.match(tag) if self.prefix else self.tag.fullmatch(tag))

    def __str__(self) -> str:
        return f"{self.name.pattern}:{self.tag.pattern}"


def is_repository(text: str) -> bool:
    """Whether `text` is a full image name, its registry written or not."""
    return not _problem(*_divided(text))


def movable(expression: str | None) -> re.Pattern[str] | None:
    """Compile the value of --allow-move, which has to match the whole of NAME:TAG; raises UsageError."""
    if expression is None:
        return None
    if not _compiles(expression):
        raise UsageError(f"--allow-move {expression!r} is not a regular expression")
    return re.compile(expression)


def _divided(text: str) -> tuple[str, str]:
    """The registry's host, if it is written, and the repository: a host has a dot or a colon, or is localhost."""
    host, _, repository = text.partition("/")
    return (host, repository) if repository and ({".", ":"} & {*host} or host == "localhost") else ("", text)


def _problem(host: str, repository: str) -> str:
    if host and not HOST.fullmatch(host):
        return f"{host!r} is no host"
    wrong = [part for part in repository.split("/") if not PART.fullmatch(part)]
    if wrong:
        return f"{wrong[0]!r} is not of lowercase letters and digits, with . or _ or __ or - between them"
    if len(repository) > LONGEST:
        return f"its repository has {len(repository)} characters, more than {LONGEST}"
    return ""


def _compiles(expression: str) -> bool:
    try:
        re.compile(expression)
    except re.error:
        return False
    return True
