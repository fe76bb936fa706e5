"""The forms in which files refer to images: every reader of references uses this list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from releasing.references.forms import dockerfile, kustomize, plain
from releasing.references.forms.form import Form, Reference

# Of two forms that find the same place, the first one in the list wins.
FORMS: tuple[Form, ...] = (kustomize, dockerfile, plain)


def forms_and_references(
    path: str, content: bytes, near: Sequence[int] | None = None
) -> Iterator[tuple[Form, Reference]]:
    """Every reference in the file at `path`, each with its form; form by form, and in each in order.

    With `near`, positions in ascending order, those on other lines may be left out.
    """
    taken: set[int] = set()
    for form in FORMS:
        if form.applies(path):
            for reference in form.find(content, near):
                if reference.start not in taken:
                    taken |= reference.names
                    yield form, reference


def references(path: str, content: bytes, near: Sequence[int] | None = None) -> Iterator[Reference]:
    """Every reference in the file at `path`, of any form."""
    return (reference for _, reference in forms_and_references(path, content, near))
