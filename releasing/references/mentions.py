"""Where one file mentions images that a release names, and how each mention changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from releasing.references.edits import Finding, Kept
from releasing.references.forms import forms_and_references, references
from releasing.references.forms.form import Form, Reference
from releasing.references.line_spans import occurrences
from releasing.references.required_words import required_words
from releasing.references.rules import ImageRule, claimed
from releasing.references.templates import is_name

NAMESAKE = "the same image under a name that was not given"


def mention_search(images: Sequence[ImageRule]) -> frozenset[bytes]:
    """Words of which every name of `images` has one, so that few lines are read; empty: any line may match."""
    return required_words(image.name.pattern for image in images)


def image_findings(
    path: str, content: bytes, images: Sequence[ImageRule], search: Collection[bytes]
) -> list[Finding]:
    """Every mention of `images` in a file: an Edit (also without a difference) or Kept with the reason.

    `search` is their mention_search. Raises UsageError for a name that two rules want at different tags.
    """
    near = occurrences(search, content) if search else None
    if not images or near == []:
        return []
    found: list[Finding] = []
    for form, reference in forms_and_references(path, content, near):
        if rule := claimed(reference.name, images):
            found += _findings(form, reference, rule)
    return found


def namesake_search(last_names: Iterable[str]) -> re.Pattern[bytes]:
    """A fast pattern for places with a name that ends in one of `last_names`."""
    return re.compile(
        rb"/(?:%s)(?![\w./-])" % b"|".join(re.escape(name.encode()) for name in sorted(last_names))
    )


def namesakes(
    path: str,
    content: bytes,
    last_names: Mapping[str, str],
    images: Sequence[ImageRule],
    search: re.Pattern[bytes],
) -> list[Kept]:
    """References with a last name of `last_names` that no rule selects, at a tag that differs from the given one.

    `search` is their namesake_search.
    """
    near = [hit.start() for hit in search.finditer(content)]
    return [
        Kept(other.start, other.written, NAMESAKE, True, other.name)
        for other in (references(path, content, near) if near else ())
        if (other.tag or other.digest)
        and "/" in other.name
        and other.tag != last_names.get(other.last_name, other.tag)
        and not other.variable
        and is_name(other.name)
        and not claimed(other.name, images)
    ]


def _findings(form: Form, reference: Reference, rule: ImageRule) -> Sequence[Finding]:
    reason = form.reason(reference, rule)
    if not reason:
        return form.edits(reference, rule)
    literal = not reference.variable and bool(reference.parts)
    stale = (literal and reference.tag != rule.tag) or reference.default not in {"", rule.tag}
    return [Kept(reference.start, reference.written, reason, stale, reference.name, reference.base)]
