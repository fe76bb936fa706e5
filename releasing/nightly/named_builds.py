"""Which nightly builds the branches and tags of a checkout name: by image and tag, by tag alone, by digest.

Whatever cannot be told apart counts as named: a tag whose image is put together elsewhere holds for every image.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from releasing import image_tags
from releasing.errors import CommandError, ConfigError, PreconditionError
from releasing.references.forms import references
from releasing.references.templates import is_templated

if TYPE_CHECKING:
    from releasing.shell.programs import Command, Shell

NIGHTLY = re.compile(r"v(\d{8})-[0-9a-f]{8}")
# Whatever stands around it: in ${TAG:-v20180701-0123abcd} or \nv20180701-0123abcd a tag is no word of its own.
BUILD = re.compile(rb"v\d{8}-[0-9a-f]{8}")
# Files may have sha256: somewhere else.
DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
SEARCHED = "v[0-9]{8}-[0-9a-f]{8}|[0-9a-f]{64}"
REFS = ("refs/remotes/origin/", "refs/tags/")
EVERY_IMAGE = ""
FOLDER, SUBMODULE = b"40000", b"160000"  # modes in git's trees
UTF_16_LE, UTF_16_BE = b"\xff\xfe", b"\xfe\xff"
AT_ONCE = 1000  # contents in one search: a command line has an end


@dataclass
class Named:
    """Where each build is named first: by last name of the image and tag, and by digest."""

    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, image: str, tag: str, place: str) -> None:
        """Note that `place` names the tag of an image; EVERY_IMAGE when the image is unknown."""
        self.tags.setdefault((image.rpartition("/")[2], tag), place)

    def place(self, image: str, tag: str, digest: str) -> str:
        """Where the build is named; empty when nowhere."""
        last = image.rpartition("/")[2]
        tags = (self.tags.get((name, tag), "") for name in (last, EVERY_IMAGE))
        return next(filter(None, (*tags, self.digests.get(digest, ""))), "")


def refs(git: Command, shell: Shell) -> dict[str, str]:
    """One branch or tag of origin for each commit of one, by the commit; PreconditionError unless all are here."""
    listed = shell.read(git["ls-remote", "origin", "refs/heads/*", "refs/tags/*"]).splitlines()
    there = {name: commit for commit, name in (line.split("\t") for line in listed) if "^{}" not in name}
    own = shell.read(git["for-each-ref", "--format=%(objectname) %(refname)", *REFS]).splitlines()
    here = {_on_origin(name): commit for commit, name in (line.split(" ", 1) for line in own)}
    missing = sorted(name for name, commit in there.items() if here.get(name) != commit)
    if missing:
        raise PreconditionError(
            f"the checkout does not have {_few(missing)} as origin has it now, which may name a build",
            "git fetch --prune --force --tags origin, then repeat the same command",
        )
    return {commit: name.split("/", 2)[2] for name, commit in sorted(there.items(), reverse=True)}


def read(git: Command, shell: Shell, revisions: Mapping[str, str], listing: str | None) -> Named:
    """What files at `revisions` (commit to name) name; `listing` is image_tags.yaml, where there is one.

    A file that several revisions share is read once. Raises CommandError when git cannot read one.
    """
    named = Named()
    files = _files(git, shell, revisions)
    lists = {blob: place for blob, place in files.items() if listing and place.endswith(f":{listing}")}
    others = [blob for blob in files if blob not in lists]
    for blob, number, content in (*_lines(git, shell, others), *_wide_lines(git, shell, others)):
        _note(named, f"{files[blob]}:{number}", content)
    for blob, place in lists.items():
        content = shell.read(git["cat-file", "blob", blob]).encode(errors="surrogateescape")
        _list(named, place, content)
    return named


def _note(named: Named, place: str, line: bytes) -> None:
    path = place.rpartition(":")[0].partition(":")[2]
    pairs, digests = _in_line(path, line)
    for image, tag in pairs:
        named.add(image, tag, place)
    for digest in digests:
        named.digests.setdefault(digest, place)


@lru_cache(maxsize=100_000)
def _in_line(path: str, line: bytes) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The builds that a line names, by image and tag, and the digests. Branches have most lines in common.

    By itself: a form that has the name on one line and the tag on another cannot tell here whose tag it is.
    """
    parts = [(part, each) for each in references(path, line) for part in each.parts]
    pairs = []
    for match in BUILD.finditer(line):
        around = [each for part, each in parts if part.start <= match.start() and match.end() <= part.end]
        known = [each.name for each in around if "/" in each.name and not is_templated(each.last_name)]
        pairs.append((known[0] if known else EVERY_IMAGE, match[0].decode()))
    return tuple(pairs), tuple(f"sha256:{found.decode()}" for found in DIGEST.findall(line))


def _list(named: Named, place: str, content: bytes) -> None:
    """Note the rows of an image_tags.yaml; of one that is not valid every line counts by itself."""
    try:
        images = image_tags.parse(content, place).images
    except ConfigError:
        for number, line in enumerate(content.splitlines(), 1):
            _note(named, f"{place}:{number}", line)
        return
    for image in images:
        for version in image.versions:
            where = f"{place}:{version.line}"
            named.digests.setdefault(version.digest, where)
            for tag in version.tags:
                named.add(image.name, tag, where)


def _files(git: Command, shell: Shell, revisions: Mapping[str, str]) -> dict[str, str]:
    """A place REVISION:PATH of each content that a file has at one of `revisions`.

    Branches have most folders in common: each is read once.
    """
    files: dict[str, str] = {}
    seen: set[str] = set()
    wanted = {f"{revision}^{{tree}}": f"{name}:" for revision, name in revisions.items()}
    while wanted:
        folders: dict[str, str] = {}
        for place, content in zip(wanted.values(), _trees(git, shell, wanted), strict=True):
            for mode, name, identity in content:
                path = place + name.decode(errors="surrogateescape")
                if mode == FOLDER and identity.hex() not in seen:
                    seen.add(identity.hex())
                    folders[identity.hex()] = f"{path}/"
                elif mode not in (FOLDER, SUBMODULE):
                    files.setdefault(identity.hex(), path)
        wanted = folders
    return files


def _trees(
    git: Command, shell: Shell, wanted: Mapping[str, str]
) -> Iterator[list[tuple[bytes, bytes, bytes]]]:
    """Mode, name and id of everything in each folder that is `wanted`, in one reading; its values are places."""
    asked = "".join(f"{name}\n" for name in wanted)
    answer = shell.read(git["cat-file", "--batch"], stdin=asked).encode(errors="surrogateescape") + b"\n"
    at = 0
    for place in wanted.values():
        end = answer.index(b"\n", at)
        identity, *kind = answer[at:end].split(b" ")
        if kind[:1] != [b"tree"]:
            raise PreconditionError(
                f"{place.rstrip(':/')} is not a folder of the checkout, and may name a build",
                "git fsck lists what is missing; a fresh clone has it",
            )
        size = int(kind[1])
        # The shell takes newlines off the end, which may be an id's last bytes.
        content = answer[end + 1 : end + 1 + size].ljust(size, b"\n")
        yield re.findall(rb"(?s)(\d+) ([^\0]+)\0(.{%d})" % (len(identity) // 2), content)
        at = end + size + 2


def _lines(git: Command, shell: Shell, blobs: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """Blob, number and content of each line that may name a build."""
    for answer in _found(git["grep", "--text", "--line-number", "-z", "-E", "-e", SEARCHED], shell, blobs):
        for line in answer.encode(errors="surrogateescape").split(b"\n"):
            blob, number, content = line.split(b"\0", 2)
            yield blob.decode(), number.decode(), content


def _wide_lines(git: Command, shell: Shell, blobs: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """The same of texts in UTF-16, as PowerShell writes them: git finds no words there, but their mark."""
    marks = [word for mark in (UTF_16_LE, UTF_16_BE) for word in ("-e", os.fsdecode(b"^" + mark))]
    for answer in _found(git[("grep", "--text", "-l", "-z", "-E", *marks)], shell, blobs):
        for blob in filter(None, answer.split("\0")):
            content = shell.read(git["cat-file", "blob", blob]).encode(errors="surrogateescape")
            if content.startswith((UTF_16_LE, UTF_16_BE)):
                text = content.decode("utf-16", errors="replace")
                for number, line in enumerate(text.encode(errors="replace").split(b"\n"), 1):
                    yield blob, str(number), line


def _found(search: Command, shell: Shell, blobs: list[str]) -> Iterator[str]:
    """What git's search finds in the blobs, in several answers."""
    for start in range(0, len(blobs), AT_ONCE):
        try:
            yield shell.read(search[(*blobs[start : start + AT_ONCE], "--")])
        except CommandError as error:
            # git fails in silence when no line fits.
            if error.said:
                raise


def _on_origin(name: str) -> str:
    return name.replace("refs/remotes/origin/", "refs/heads/", 1)


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
