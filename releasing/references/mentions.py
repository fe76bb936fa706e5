"""Where one file mentions images that a release names, and what each mention becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from releasing.references.edits import Edit, Finding, Kept
from releasing.references.forms import Reference, is_name, references
from releasing.references.rules import ImageRule, claimed

_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
# Anchors and lookarounds mean something else inside a file than around a name alone.
_HARMLESS = re.compile(rb"\\[^AZbB]|\[\^|\(\?:")
_ANCHORED = re.compile(rb"[$^]|\\[AZbB]|\(\?")
_WILD_START = re.compile(rb"(?:\.[*+])+")
_ANY = re.compile(rb"[^\n]")


def mention_search(images: Sequence[ImageRule]) -> re.Pattern[bytes]:
    """A fast pattern that matches somewhere on every line that has a name of `images`, and on few others."""
    texts = dict.fromkeys(image.name.pattern for image in images)
    if any(_ANCHORED.search(_HARMLESS.sub(b"", text)) for text in texts):
        return _ANY
    search = re.compile(b"|".join(b"(?:%s)" % _WILD_START.sub(b"", text, count=1) for text in texts))
    return _ANY if search.match(b"") else search


def image_findings(
    path: str, content: bytes, images: Sequence[ImageRule], search: re.Pattern[bytes]
) -> list[Finding]:
    """Every mention of `images` in a file: an Edit (also where nothing differs) or Kept with the reason.

    `search` is their mention_search. Raises UsageError for a name that two rules want at different tags.
    """
    if not images or not search.search(content):
        return []
    found, starts = _kustomized(path, content, images)
    for reference in _on_lines_with(search, content):
        rule = claimed(reference.name, images)
        if rule and reference.start not in starts and (finding := _finding(reference, rule)):
            found.append(finding)
    return found


def namesake_search(last_names: Iterable[str]) -> re.Pattern[bytes]:
    """A fast pattern for lines with a reference whose name ends in one of `last_names`."""
    return re.compile(b"/(?:%s)[:@]" % b"|".join(re.escape(name.encode()) for name in sorted(last_names)))


def namesakes(
    content: bytes, last_names: Mapping[str, str], images: Sequence[ImageRule], search: re.Pattern[bytes]
) -> list[Kept]:
    """References with a last name of `last_names` that no rule claims, at another tag than is given there.

    `search` is their namesake_search.
    """
    return [
        Kept(other.start, str(other), "the same image under a name that was not given", True, other.name)
        for other in _on_lines_with(search, content)
        if (other.tag or other.digest)
        and other.tag != last_names.get(other.last_name, other.tag)
        and not other.variable
        and is_name(other.name)
        and not claimed(other.name, images)
    ]


def _kustomized(
    path: str, content: bytes, images: Sequence[ImageRule]
) -> tuple[list[Finding], frozenset[int]]:
    if path.rpartition("/")[2] not in _KUSTOMIZATIONS:
        return [], frozenset()
    from releasing.references.kustomize import entry_findings, kustomize_entries  # noqa: PLC0415  (loads YAML)

    entries = kustomize_entries(content)
    found = [finding for entry in entries for finding in entry_findings(entry, images)]
    return found, frozenset(start for entry in entries for start in entry.names)


def _on_lines_with(search: re.Pattern[bytes], content: bytes) -> Iterator[Reference]:
    end = -1
    for hit in search.finditer(content):
        if hit.end() > end:
            start = max(end + 1, content.rfind(b"\n", 0, hit.start()) + 1)
            end = content.find(b"\n", hit.end())
            end = len(content) if end < 0 else end
            yield from references(content, start, end)


def _finding(reference: Reference, rule: ImageRule) -> Finding | None:
    stale = reference.tag != rule.tag
    if reference.variable:
        return _kept(reference, "its tag is a variable", False)
    if not reference.tag and not reference.digest:
        return _kept(reference, "no tag is written with it", False) if reference.has_registry else None
    if not is_name(reference.name):
        return _kept(reference, "not a valid image name", stale)
    if reference.digest and not rule.digest:
        return _kept(reference, rule.digest_missing, stale)
    parts = ((reference.tag, rule.tag), (reference.digest, rule.digest))
    wanted = "@".join(part for old, part in parts if old)
    before = str(reference)
    after = before[: len(reference.name) + 1] + wanted
    return Edit(*reference.span, wanted.encode(), before, after, reference.name)


def _kept(reference: Reference, reason: str, stale: bool) -> Kept:
    return Kept(reference.start, str(reference), reason, stale, reference.name)
