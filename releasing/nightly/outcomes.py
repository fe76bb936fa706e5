"""How a night ended, entry by entry: read from the world once more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from releasing import registry
from releasing.errors import CommandError
from releasing.nightly import entry_build

if TYPE_CHECKING:
    from releasing.errors import ReleaseError
    from releasing.nightly.night import Night
    from releasing.nightly.release_config import Entry
    from releasing.step_shell import StepShell

PROGRAM = re.compile(r"\w+\.py: ")  # how what a program of ours has to say at its end begins
BUILT, FAILED, SKIPPED, OPEN = "built", "failed", "skipped", "not built"


@dataclass(frozen=True)
class Outcome:
    """An entry, what became of it, and why or what it left."""

    name: str
    state: str
    seconds: str = ""
    workflow: str = ""
    link: str = ""
    images: tuple[tuple[str, str], ...] = ()
    cause: str = ""


def outcomes(night: Night, sh: StepShell, failed: Mapping[str, ReleaseError]) -> list[Outcome]:
    """The outcome of every entry of the night; `failed` are the errors of this run by entry."""
    tag = sh.chosen("build tag") or ""
    names = [image for entry in night.entries for image in entry_build.images(sh, entry)]
    digests = registry.digests(names, tag, sh.environment) if tag else {}
    found = [_outcome(night, sh, entry, digests, failed) for entry in night.entries]
    return found + [Outcome(each.entry.name, SKIPPED, cause=each.reason) for each in night.skipped]


def lines(night: Night, sh: StepShell, found: list[Outcome]) -> Iterator[str]:
    """The table for a person, and how many entries ended how."""
    tag = sh.chosen("build tag")
    yield f"{night.title}: {tag or 'no commit is chosen'}"
    for each in found:
        took = f"{float(each.seconds):.0f} s" if each.seconds else ""
        yield f"  {each.name:<34}{each.state:<11}{took:>8}  {each.link}".rstrip()
        for image, digest in each.images:
            yield f"      {image}:{tag} {digest or 'absent'}"
        for line in each.cause.splitlines():
            yield f"      {line}"
    counts = {state: sum(each.state == state for each in found) for state in (BUILT, FAILED, OPEN, SKIPPED)}
    yield ", ".join(f"{number} {state}" for state, number in counts.items() if number)


def as_json(night: Night, sh: StepShell, found: Iterable[Outcome]) -> str:
    """The same for programs."""
    commit, tag = sh.chosen("commit"), sh.chosen("build tag")
    entries = [asdict(each) | {"images": dict(each.images)} for each in found]
    return json.dumps({"date": night.date, "commit": commit, "tag": tag, "entries": entries}, indent=2)


def _outcome(
    night: Night,
    sh: StepShell,
    entry: Entry,
    digests: Mapping[str, str | None],
    failed: Mapping[str, ReleaseError],
) -> Outcome:
    images = tuple((name, digests.get(name) or "") for name in entry_build.images(sh, entry))
    name = entry_build.submitted(sh, entry)
    link = entry_build.link(night, entry, name) if name else ""
    done = sh.journal.done(entry.name) or {}
    error = failed.get(entry.name)
    there = bool(images) and all(digest for _, digest in images)
    state = FAILED if error else BUILT if there else OPEN
    cause = _cause(error) if error else ""
    return Outcome(entry.name, state, done.get("seconds", ""), name, link, images if there else (), cause)


def _cause(error: ReleaseError) -> str:
    """What the program itself said, without what it told on its way there; or the whole message."""
    said = error.said if isinstance(error, CommandError) else ()
    first = next((at for at, line in enumerate(said) if PROGRAM.match(line)), None)
    if first is None:
        return str(error)
    return "\n".join([PROGRAM.sub("", said[first]), *said[first + 1 :]])
