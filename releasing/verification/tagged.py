"""The data of one verification: a release, its tag on origin, and the tree at that tag, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from releasing.changes.image_mentions import Mention, mentions
from releasing.clients.git import release_names
from releasing.clients.git.release_names import Name
from releasing.errors import PreconditionError
from releasing.references.protected_paths import is_copy
from releasing.references.rules import globs
from releasing.verification.image_listing import ImageListing

if TYPE_CHECKING:
    from releasing.references.rules import Rules
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


@dataclass(frozen=True)
class Tagged:
    """A release, the refs of origin, and the release's tag with its commit and tree.

    `tag` may be another spelling when origin has only that, such as v1.0 for v1.0.0.
    """

    release: Release
    sh: StepShell
    refs: Mapping[str, str]
    names: tuple[Name, ...]
    tag: str
    commit: str
    files: tuple[tuple[str, bytes], ...]
    mentions: tuple[Mention, ...]
    listing: ImageListing | None

    @property
    def git(self) -> Command:
        """Git in this tool's own clone."""
        return self.release.origin(self.sh).git

    @property
    def short(self) -> str:
        """The first digits of the commit, for people."""
        return self.commit[:12]

    def is_left_alone(self, path: str) -> bool:
        """Whether `leave-alone` of release.yaml names `path`."""
        return self._left_alone is not None and self._left_alone.match(path) is not None

    @property
    def judged_files(self) -> Iterator[tuple[str, bytes]]:
        """The files, but for those that release.yaml leaves alone."""
        return ((path, content) for path, content in self.files if not self.is_left_alone(path))

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag of origin."""
        return tuple(_tags(self.refs))

    @property
    def other_image_tags(self) -> set[str]:
        """The image tags of other releases and of candidates, as far as origin has their git tags."""
        found = {name.tag for tag in self.tags if (name := release_names.read(tag)) and name.kind != "other"}
        return found - {self.release.image_tag}

    @property
    def operators(self) -> dict[str, str]:
        """The images of operators, and the release of each operator that this release uses."""
        config = self.release.config
        return {f"{config.registry}/{each.image}": each.release for each in config.operators.values()}

    @property
    def superseded(self) -> bool:
        """Whether the images' tag may have moved to a newer candidate."""
        newest = release_names.newest(self.names, "candidate")
        return not self.release.final and newest is not None and newest.number > self.release.candidate.number

    def read(self, *words: str) -> str:
        """The output of a git command that changes nothing."""
        return self.sh.read(self.git[words])

    def commit_of(self, tag: str) -> str:
        """The commit that a tag of origin names."""
        return commit_of(self.refs, tag)

    def content(self, path: str) -> bytes | None:
        """The content of `path` at the tag."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[str, bytes]:
        return dict(self.files)

    @cached_property
    def _left_alone(self) -> re.Pattern[str] | None:
        patterns = self.release.config.left_alone
        return globs(patterns) if patterns else None


def tagged(release: Release, sh: StepShell) -> Tagged:
    """Read once: origin's refs, the tree at the tag, image_tags.yaml of the default branch."""
    refs = _refs(release, sh)
    known = release_names.of_version(_tags(refs), release.version)
    name = release_names.standing_for(known, release.tag)
    commit = commit_of(refs, name.tag) if name else ""
    return _read(release, sh, refs, name.tag if name else release.tag, commit)


def at_commit(release: Release, sh: StepShell, commit: str) -> Tagged:
    """The same for a commit that is to be tagged."""
    return _read(release, sh, _refs(release, sh), release.tag, commit)


def _read(release: Release, sh: StepShell, refs: Mapping[str, str], tag: str, commit: str) -> Tagged:
    known = release_names.of_version(_tags(refs), release.version)
    files = tuple(files_at(release, sh, commit)) if commit else ()
    return Tagged(
        release,
        sh,
        refs,
        known,
        tag,
        commit,
        files,
        tuple(mentions(release, files)),
        ImageListing.read(release, sh) if release.config.image_tags else None,
    )


def with_edit(it: Tagged, rules: Rules, images: Iterable[str]) -> Tagged:
    """The same tree after an edit of its references, with `images` listed at the release's tag.

    Without the edit when it cannot be made.
    """
    from releasing.references import examine  # noqa: PLC0415 - only before a release

    try:
        rewrites = {each.path: each.after for each in examine(it.files, rules).rewrites}
    except PreconditionError:
        return it  # a pin that reads no value: the claim on pins says which
    files = tuple((path, rewrites.get(path, content)) for path, content in it.files)
    listing = it.listing and it.listing.with_images(images, it.release.image_tag)
    return replace(it, files=files, mentions=tuple(mentions(it.release, files)), listing=listing)


def commit_of(refs: Mapping[str, str], tag: str) -> str:
    """The commit that `tag` names in `refs`, annotated or not; empty without that tag."""
    return refs.get(f"refs/tags/{tag}^{{}}", refs.get(f"refs/tags/{tag}", ""))


def _refs(release: Release, sh: StepShell) -> dict[str, str]:
    listed = sh.read(release.origin(sh).git["ls-remote", "--heads", "--tags", "origin"]).splitlines()
    return {name: commit for commit, name in (line.split("\t") for line in listed)}


def _tags(refs: Mapping[str, str]) -> Iterator[str]:
    for ref in refs:
        if ref.startswith("refs/tags/") and not ref.endswith("^{}"):
            yield ref.removeprefix("refs/tags/")


def files_at(release: Release, sh: StepShell, commit: str) -> Iterator[tuple[str, bytes]]:
    """Every regular file of the tree, except vendored copies, which are most of its bytes."""
    listed = sh.read(release.origin(sh).git["ls-tree", "-r", "-z", "--full-tree", commit])
    rows = (row.partition("\t") for row in listed.split("\0") if row)
    found = {
        path: head.split(" ")[2] for head, _, path in rows if head.startswith("100") and not is_copy(path)
    }
    # All of a tree is not to be remembered besides: it may be large, and nobody asks for it again.
    return release.origin(sh.forgetful()).blobs(found)
