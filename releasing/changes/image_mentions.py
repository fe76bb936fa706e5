"""Where a tree names images of ours with a tag or a digest, protected and left-alone paths apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.changes import reference_edit
from releasing.image_tags.referred import Ours
from releasing.references.edits import Edit, Finding, line_of
from releasing.references.mentions import image_findings, mention_search
from releasing.references.protected_paths import is_base
from releasing.references.rules import ImageRule

if TYPE_CHECKING:
    from releasing.release import Release

# NAME:TAG@DIGEST in most files, NAME TAG DIGEST of a kustomization's entry.
_REST = re.compile(r"(?:[: ](?P<tag>\w[\w.-]*))?(?:[@ ](?P<digest>sha256:[0-9a-f]+))?")


@dataclass(frozen=True)
class Mention:
    """One place: the image by its full name, its name as written there, and its tag or digest."""

    path: str
    line: int
    image: str
    name: str
    tag: str
    digest: str

    @property
    def where(self) -> str:
        """PATH:LINE."""
        return f"{self.path}:{self.line}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.where}: {self.name}{tag}" + (f"@{self.digest}" if self.digest else "")


def mentions(release: Release, files: Iterable[tuple[str, bytes]]) -> Iterator[Mention]:
    """Every mention in `files` (path and content) of an image of ours; a template of ours stands for the registry.

    The release document is left out: it says what earlier candidates were.
    """
    ours = Ours.of(reference_edit.prefixes(release), release.config.left_alone)
    any_name = (ImageRule.parse(reference_edit.rule(release, ".+", "any")),)
    search = mention_search(any_name)
    for path, content in files:
        if b"\0" in content or not ours.reads(path) or path == release.config.document:
            continue
        for finding in image_findings(path, content, any_name, search):
            name = ours.name_in(finding.subject)
            if name and not is_base(path, content, finding.start):
                line = line_of(content, finding.start)
                yield from _mention(path, line, f"{release.config.registry}/{name}", finding)


def _mention(path: str, line: int, image: str, finding: Finding) -> Iterator[Mention]:
    written = finding.before if isinstance(finding, Edit) else finding.written
    rest = _REST.fullmatch(written[len(finding.subject) :])
    if rest and (rest["tag"] or rest["digest"]):
        yield Mention(path, line, image, finding.subject, rest["tag"] or "", rest["digest"] or "")
