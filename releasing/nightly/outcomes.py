"""How a night ended, entry by entry, read from the world again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING

from releasing.config import registries
from releasing.errors import CommandError
from releasing.nightly import entry_build
from releasing.runbook import waivers

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.errors import ReleaseError
    from releasing.nightly.nights import Night
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell

PROGRAM = re.compile(r"\w+\.py: ")  # the begin of the last message of one of this tool's programs
BUILT, FAILED, SKIPPED, OPEN = "built", "failed", "skipped", "not built"


@dataclass(frozen=True)
class Outcome:
    """An entry, what became of it, and why or what it left; `before` is what tags of its images were at before."""

    name: str
    state: str
    seconds: str = ""
    workflow: str = ""
    link: str = ""
    images: tuple[tuple[str, str], ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    cause: str = ""


def outcomes(night: Night, sh: StepShell, failed: Mapping[str, ReleaseError]) -> list[Outcome]:
    """The outcome of every entry of the night; `failed` are the errors of this run by entry."""
    named = {entry.name: entry_build.images(night, sh, entry) for entry in night.entries}
    digests = registries.digests(chain(*named.values()), night.image_tag, sh.environment)
    found = [
        _outcome(
            night, sh, entry, {name: digests[name] for name in named[entry.name]}, failed.get(entry.name)
        )
        for entry in night.entries
    ]
    return found + [Outcome(each.entry.name, SKIPPED, cause=each.reason) for each in night.skipped]


def lines(night: Night, sh: StepShell, found: list[Outcome]) -> Iterator[str]:
    """The table for a person, and how many entries ended how."""
    tag = night.image_tag
    yield f"{night.title}: {tag or 'no commit is chosen yet'}"
    if red := sh.chosen(waivers.RED):
        yield f"  built although its checks did not pass: {red}"
    for each in found:
        took = f"{float(each.seconds):.0f} s" if each.seconds else ""
        yield f"  {each.name:<34}{each.state:<11}{took:>8}  {each.link}".rstrip()
        for image, digest in each.images:
            was = dict(each.before).get(image)
            yield f"      {image}:{tag} {digest}" + (f" (was {was})" if was else "")
        for line in each.cause.splitlines():
            yield f"      {line}"
    counts = {state: sum(each.state == state for each in found) for state in (BUILT, FAILED, OPEN, SKIPPED)}
    yield ", ".join(f"{number} {state}" for state, number in counts.items() if number)


def as_json(night: Night, sh: StepShell, found: Iterable[Outcome]) -> str:
    """The same for programs."""
    night_itself = {"date": night.date, "commit": night.commit or None, "tag": night.image_tag or None}
    entries = [asdict(each) | {"images": dict(each.images), "before": dict(each.before)} for each in found]
    return json.dumps(night_itself | {"red": sh.chosen(waivers.RED), "entries": entries}, indent=2)


def unfinished(night: Night) -> str:
    """What is missing of the newest night that was begun here before this one, and how to go on with it.

    Empty when nothing is. After midnight the same command begins another night.
    """
    begun = sorted(path.parent for path in night.folder.parent.glob("*/journal.jsonl"))
    earlier = [folder for folder in begun if folder.name < night.date][-1:]
    return next((text for folder in earlier if (text := _missing(folder))), "")


def _missing(folder: Path) -> str:
    hint = f"to continue: scripts/invoke nightly.run --date {folder.name}"
    kept = folder / "outcomes.json"
    if not kept.is_file():
        return f"the night of {folder.name} was started but not finished; {hint}"
    entries = json.loads(kept.read_text(encoding="utf-8"))["entries"]
    states = [entry["state"] for entry in entries if entry["state"] != SKIPPED]
    missing = len(states) - states.count(BUILT)
    return (
        f"the night of {folder.name} has {missing} of {len(states)} entries not built; {hint}"
        if missing
        else ""
    )


def _outcome(
    night: Night,
    sh: StepShell,
    entry: Entry,
    digests: Mapping[str, str | None],
    error: ReleaseError | None,
) -> Outcome:
    name = entry_build.submitted(night, sh, entry)
    link = entry_build.link(night, entry, name) if name else ""
    done = sh.journal.done(entry.name) or {}
    images = {name: digest for name, digest in digests.items() if digest}
    there = bool(images) and len(images) == len(digests)
    return Outcome(
        entry.name,
        FAILED if error else BUILT if there else OPEN,
        done.get("seconds", ""),
        name,
        link,
        tuple(images.items()) if there else (),
        tuple(_before(sh, entry, images).items()) if there else (),
        _cause(error) if error else "",
    )


def _before(sh: StepShell, entry: Entry, images: Mapping[str, str]) -> dict[str, str]:
    """The digest that was built here before, of each image whose tag is at another one now."""
    recorded = [event.get("facts", {}) for event in sh.journal.of_step(entry.name)]
    return {
        name: facts[name]
        for facts in recorded
        for name, digest in images.items()
        if facts.get(name, digest) != digest
    }


def _cause(error: ReleaseError) -> str:
    """What the program itself said, without what it told on its way there; or the whole message."""
    said = error.said if isinstance(error, CommandError) else ()
    first = next((at for at, line in enumerate(said) if PROGRAM.match(line)), None)
    if first is None:
        return str(error)
    return "\n".join([PROGRAM.sub("", said[first]), *said[first + 1 :]])
