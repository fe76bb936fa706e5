"""Where one file mentions images that a release names, and what each mention becomes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from releasing.references.edits import Edit, Finding, Kept
from releasing.references.forms import Reference, is_name, references
from releasing.references.required_words import required_words
from releasing.references.rules import ImageRule, claimed

NAMESAKE = "the same image under a name that was not given"
_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
# Of a line that is longer than this only what is near a word is read: a whole document may be one line.
LONG = 10_000
REACH = 1_000
_TEMPLATE_STARTS = (b"${", b"$(", b"{{")  # anything may stand in these, and in no other part of a reference
_ENDS = (b'"', b" ", b",")


def mention_search(images: Sequence[ImageRule]) -> frozenset[bytes]:
    """Words of which every name of `images` has one, so that few lines are read; none: any line may have one."""
    return required_words(image.name.pattern for image in images)


def image_findings(
    path: str, content: bytes, images: Sequence[ImageRule], search: Collection[bytes]
) -> list[Finding]:
    """Every mention of `images` in a file: an Edit (also where nothing differs) or Kept with the reason.

    `search` is their mention_search. Raises UsageError for a name that two rules want at different tags.
    """
    places = _places(search, content)
    if not images or (search and not places):
        return []
    found, starts = _kustomized(path, content, images)
    for reference in _on_lines_of(places, content) if search else references(content):
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
        Kept(other.start, str(other), NAMESAKE, True, other.name)
        for other in _on_lines_of((hit.start() for hit in search.finditer(content)), content)
        if (other.tag or other.digest)
        and other.tag != last_names.get(other.last_name, other.tag)
        and not other.variable
        and is_name(other.name)
        and not claimed(other.name, images)
    ]


def entry_namesakes(
    path: str, content: bytes, last_names: Mapping[str, str], images: Sequence[ImageRule]
) -> list[Kept]:
    """Like namesakes, for the entries of a kustomization."""
    if path.rpartition("/")[2] not in _KUSTOMIZATIONS or not _pulls(content, last_names):
        return []
    from releasing.references.kustomize import is_namesake, kustomize_entries  # noqa: PLC0415  (loads YAML)

    entries = [entry for entry in kustomize_entries(content) if is_namesake(entry, last_names, images)]
    return [Kept(entry.name.start, str(entry), NAMESAKE, True, entry.name.text) for entry in entries]


def _pulls(content: bytes, last_names: Iterable[str]) -> bool:
    return b"images:" in content and any(b"/" + name.encode() in content for name in last_names)


def _kustomized(
    path: str, content: bytes, images: Sequence[ImageRule]
) -> tuple[list[Finding], frozenset[int]]:
    if path.rpartition("/")[2] not in _KUSTOMIZATIONS:
        return [], frozenset()
    from releasing.references.kustomize import entry_findings, kustomize_entries  # noqa: PLC0415  (loads YAML)

    entries = kustomize_entries(content)
    found = [finding for entry in entries for finding in entry_findings(entry, images)]
    return found, frozenset(start for entry in entries for start in entry.names)


def _places(words: Iterable[bytes], content: bytes) -> list[int]:
    """Where a word stands, in order."""
    places = []
    for word in words:
        place = content.find(word)
        while place >= 0:
            places.append(place)
            place = content.find(word, place + len(word))
    return sorted(places)


def _on_lines_of(places: Iterable[int], content: bytes) -> Iterator[Reference]:
    """Every reference on the lines of `places`, which ascend; of a long line only those near a place."""
    line_end = done = -1
    for place in places:
        if place > line_end:
            done = max(line_end, content.rfind(b"\n", line_end + 1, place)) + 1
            line_end = content.find(b"\n", place)
            line_end = len(content) if line_end < 0 else line_end
            long = line_end - done > LONG
            whole = not long or any(content.find(start, done, line_end) >= 0 for start in _TEMPLATE_STARTS)
        if place >= done:
            start, done = (done, line_end) if whole else _near(place, content, done, line_end)
            yield from references(content, start, done)


def _near(place: int, content: bytes, first: int, behind: int) -> tuple[int, int]:
    """The part of `first` to `behind` around `place` that no reference can begin before or go on behind."""
    low, high = max(first, place - REACH), min(behind, place + REACH)
    start = max(content.rfind(end, low, place) for end in _ENDS)
    ends = [found for end in _ENDS if (found := content.find(end, place, high)) >= 0]
    return first if start < 0 else start + 1, min(ends) + 1 if ends else behind


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
