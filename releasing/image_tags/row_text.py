"""image_tags.yaml with other rows: what does not change stays as it is written, comments and line ends included.

Comments right above a row go with it. What cannot be kept is a refusal, before anything is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import yaml

from releasing.errors import ConfigError, PreconditionError
from releasing.image_tags import (
    ImageRow,
    ImageTags,
    TaggedDigest,
    as_lines,
    dump,
    is_blank,
    parse,
    plain_image,
    plain_version,
)
from releasing.image_tags.text_list import OddFormError, TextList, pairs
from releasing.shell.files import replace_bytes
from releasing.shell.text.yaml_bounds import compose

Item = TypeVar("Item", ImageRow, TaggedDigest, str)
_COMMENT = re.compile(r"(?:^|[ \t])(#.*)", re.MULTILINE)
_HINT = (
    "change it by hand, or give it the form that update_image_tags.py writes: each name, digest and tag on a line of "
    "its own, comments above rows"
)


def save(path: Path, before: ImageTags, after: ImageTags) -> bool:
    """Write `after` to `path` when it is another than `before` or the file is not there; tells whether it wrote.

    The file is replaced in one step: a reader, or a kill, finds either the old or the new one.
    """
    if before == after and path.exists():
        return False
    content = path.read_bytes() if path.exists() else b""
    replace_bytes(path.resolve(), rewritten(content, after, str(path)))
    return True


def rewritten(content: bytes, after: ImageTags, where: str) -> bytes:
    """`content` with the rows of `after`; in the usual form where it has that, or nothing.

    Raises PreconditionError when something of it would be lost.
    """
    before = None if is_blank(content) else parse(content, where)
    if not content.strip() or (before and dump(before) == content):
        return dump(after)
    try:
        text, encoded = _decoded(content)
        new = encoded(_text(text, before, after) if before else text.rstrip() + "\n" + dump(after).decode())
        _require_kept(text, new, after, where)
    except OddFormError as reason:
        raise PreconditionError(
            f"{where}: {reason}, so a change would lose how it is written", _HINT
        ) from None
    return new


def _decoded(content: bytes) -> tuple[str, Callable[[str], bytes]]:
    """The text with plain line ends, and how one like it becomes bytes."""
    try:
        whole = content.decode()
    except UnicodeDecodeError:
        raise OddFormError("it is not UTF-8") from None
    text = whole.removeprefix("\ufeff")
    plain = text.replace("\r\n", "\n")
    end = "\n" if plain == text else "\r\n"
    if "\r" in plain or plain.replace("\n", end) != text:
        raise OddFormError("its lines end in more than one way")
    mark = whole[: len(whole) - len(text)]
    return plain, lambda new: (mark + new.replace("\n", end)).encode()


def _text(text: str, before: ImageTags, after: ImageTags) -> str:
    images = pairs(compose(text))["images"]
    if isinstance(images, yaml.SequenceNode) and not images.value:
        rows = dump(after).decode().removeprefix("images:").removesuffix("\n")
        return text[: images.start_mark.index].rstrip(" ") + rows + text[images.end_mark.index :]
    whole = TextList.of([*text.splitlines(keepends=True)], images)
    return "".join(
        _replaced(whole, before.images, after.images, _row, lambda row: as_lines([plain_image(row)]))
    )


def _replaced(
    known: TextList,
    before: Sequence[Item],
    after: Iterable[Item],
    changed: Callable[[TextList, int, Item, Item], list[str]],
    new: Callable[[Item], list[str]],
) -> list[str]:
    """The lines of a list that has the items `after`: those that it had as they were, or `changed`, others `new`."""
    left = dict(enumerate(before))

    def lines(item: Item) -> list[str]:
        same = [place for place, one in left.items() if one == item]
        alike = [place for place, one in left.items() if _key(one) == _key(item)]
        for place in (same or alike)[:1]:
            old = left.pop(place)
            return known.chunk(place) if old == item else changed(known, place, old, item)
        return [known.indent + line for line in new(item)]

    return known.joined(lines(item) for item in after)


def _key(item: Item) -> str:
    return item if isinstance(item, str) else item.name if isinstance(item, ImageRow) else item.digest


def _row(rows: TextList, place: int, old: ImageRow, new: ImageRow) -> list[str]:
    versions = pairs(rows.node.value[place]).get("versions")
    if not rows.is_list(versions):
        return rows.instead(place, as_lines([plain_image(new)]))
    inner = rows.within(place, versions)
    return _replaced(
        inner, old.versions, new.versions, _version, lambda version: as_lines([plain_version(version)])
    )


def _version(versions: TextList, place: int, old: TaggedDigest, new: TaggedDigest) -> list[str]:
    tags = pairs(versions.node.value[place]).get("tags")
    if not versions.is_list(tags) or not new.tags or replace(old, tags=()) != replace(new, tags=()):
        return versions.instead(place, as_lines([plain_version(new)]))
    inner = versions.within(place, tags)
    return _replaced(inner, old.tags, new.tags, lambda *_: [], lambda tag: as_lines([tag]))


def _require_kept(text: str, new: bytes, after: ImageTags, where: str) -> None:
    """What was written says what was meant, and has every comment that there was."""
    try:
        right = parse(new, where) == after
    except ConfigError:
        right = False
    if not right:
        raise OddFormError("its form is not the usual one")
    lost = Counter(_COMMENT.findall(text)) - Counter(_COMMENT.findall(_decoded(new)[0]))
    if lost:
        raise OddFormError(f"the comment {next(iter(lost))!r} stands in what changes")
