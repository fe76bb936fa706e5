"""Releases on GitHub: drafted, then given their files, then published; found again and read back.

Runbook: "use the 'draft a release' feature to add release notes".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import CommandError, PreconditionError, UnmetError

if TYPE_CHECKING:
    from releasing.shell.programs import Shell
    from releasing.shell.protocol import Reads

FIELDS = (
    '{id, draft, prerelease, body: (.body // ""), url: .html_url, assets: [.assets[] | {id, name, digest}]}'
)


@dataclass(frozen=True)
class Asset:
    """A file of a release; `digest` is empty where GitHub does not report it."""

    id: int
    name: str
    digest: str


@dataclass(frozen=True)
class Published:
    """A release on GitHub, `draft` until it is published."""

    id: int
    draft: bool
    prerelease: bool
    body: str
    url: str
    assets: tuple[Asset, ...]

    def asset(self, name: str) -> Asset | None:
        """The file called `name`."""
        return next((asset for asset in self.assets if asset.name == name), None)


@dataclass(frozen=True)
class Publication:
    """The release to publish: its tag, title, notes and files."""

    slug: str
    tag: str
    title: str
    notes: Path
    files: tuple[Path, ...]
    prerelease: bool


def find(sh: Reads, slug: str, tag: str) -> Published | None:
    """The release of `tag`, the published release before any draft; None when GitHub has neither."""
    query = f".[] | select(.tag_name == {json.dumps(tag)}) | {FIELDS} | @json"
    rows = sh.read(api.question(f"repos/{slug}/releases?per_page=100", query, pages=True))
    found = [_published(json.loads(row)) for row in rows.splitlines()]
    return min(found, key=lambda each: each.draft, default=None)


def content(sh: Reads, slug: str, asset: Asset) -> str:
    """The text of a file of a release."""
    accept = ("-H", "Accept: application/octet-stream")
    return sh.read(api.GH_API[*accept, f"repos/{slug}/releases/assets/{asset.id}"])


def publish(sh: Shell, wanted: Publication) -> str:
    """Publish, or finish what an earlier run began; returns the address.

    Raises PreconditionError when origin has no such tag (GitHub would create it), or the release is published with
    another file of the same name.
    """
    _require_tag(sh, wanted)
    found = find(sh, wanted.slug, wanted.tag) or _draft(sh, wanted)
    for file in wanted.files:
        _upload(sh, wanted, found, file)
    if found.draft:
        # GitHub compares versions for `legacy`: a patch of an older minor version does not become the latest release.
        flags = api.typed_fields([("draft", "false"), ("prerelease", _flag(wanted.prerelease))])
        latest = api.text_fields([("make_latest", "legacy")])
        sh.run(api.change("PATCH", f"repos/{wanted.slug}/releases/{found.id}", *flags, *latest))
    return found.url if not found.draft else f"https://github.com/{wanted.slug}/releases/tag/{wanted.tag}"


def problems(found: Published | None, *, prerelease: bool) -> Iterator[str]:
    """What is missing or wrong in a published release on GitHub."""
    if found is None:
        yield "GitHub has no release for this tag"
    elif found.draft:
        yield "its release on GitHub is still a draft"
    else:
        if found.prerelease != prerelease:
            yield f"its release on GitHub is {'a' if found.prerelease else 'no'} pre-release"
        if not found.body.strip():
            yield "its release on GitHub has no notes"


def _published(row: dict[str, object]) -> Published:
    assets = row["assets"]
    listed = assets if isinstance(assets, list) else []
    return Published(
        int(str(row["id"])),
        bool(row["draft"]),
        bool(row["prerelease"]),
        str(row["body"]),
        str(row["url"]),
        tuple(Asset(int(each["id"]), str(each["name"]), str(each.get("digest") or "")) for each in listed),
    )


def _require_tag(sh: Reads, wanted: Publication) -> None:
    try:
        sh.read(api.question(f"repos/{wanted.slug}/git/ref/tags/{wanted.tag}", ".object.sha"))
    except CommandError as error:
        if "HTTP 404" not in error.message:
            raise
        raise PreconditionError(
            f"{wanted.slug} has no tag {wanted.tag}; GitHub would create it at an untested commit",
            "tag it first: tag-candidate, or tag-final",
        ) from None


def _draft(sh: Shell, wanted: Publication) -> Published:
    fields = api.text_fields([("tag_name", wanted.tag), ("name", wanted.title)])
    typed = [("body", f"@{wanted.notes}"), ("draft", "true"), ("prerelease", _flag(wanted.prerelease))]
    sh.run(api.change("POST", f"repos/{wanted.slug}/releases", *fields, *api.typed_fields(typed)))
    made = find(sh, wanted.slug, wanted.tag)
    if made is None:
        raise UnmetError(f"GitHub does not list the draft of {wanted.tag}", "repeat the same command")
    return made


def _upload(sh: Shell, wanted: Publication, found: Published, file: Path) -> None:
    there = found.asset(file.name)
    digest = _hashed(file.read_bytes())
    if there and digest == (there.digest or _digest(sh, wanted.slug, there)):
        return
    if there and not found.draft:
        raise PreconditionError(
            f"{wanted.tag} is published on GitHub with another {file.name}: {found.url}",
            "a published file is never replaced; compare both files, and release the next candidate or version",
        )
    # --clobber replaces what a killed upload left of the file in the draft.
    sh.run(sh["gh"]["release", "upload", wanted.tag, str(file), "--repo", wanted.slug, "--clobber"])


def _digest(sh: Reads, slug: str, asset: Asset) -> str:
    # The shell takes the last line's end off; our files have one.
    return _hashed(content(sh, slug, asset).encode() + b"\n")


def _hashed(text: bytes) -> str:
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _flag(value: bool) -> str:
    return "true" if value else "false"
