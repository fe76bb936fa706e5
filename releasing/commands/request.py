"""The request of a command line, and the candidate that it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from releasing.clients.git.release_names import missing_numbers, of_version
from releasing.errors import PreconditionError, UsageError
from releasing.image import movable
from releasing.naming import DEFAULT, Naming
from releasing.version import Candidate, Version, candidates, parse_name

NEXT = "next"


@dataclass(frozen=True)
class ReleaseRequest:
    """The options of the command line; options that were not given are empty texts; `looking` for reads only.

    `named` are releases of operators.
    """

    version: Version
    candidate: str = ""
    account: str = ""
    allow_move: str = ""
    looking: bool = False
    named: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        version: str,
        candidate: str,
        account: str,
        allow_move: str,
        *,
        looking: bool = False,
        naming: Naming = DEFAULT,
    ) -> ReleaseRequest:
        """A request from texts as typed: the version may name the candidate as well. Raises UsageError."""
        if not version:
            raise UsageError("--version is missing", "for example: --version 0.2.1")
        movable(allow_move or None)  # a pattern that is none is told now, and not where it would be needed
        parsed, named = parse_name(version, naming)
        if named and candidate not in ("", str(named.number)):
            raise UsageError(f"--version {version} and --candidate {candidate} differ", f"--version {parsed}")
        return cls(parsed, str(named.number) if named else candidate, account, allow_move, looking)


def misleading(version: Version, tags: Iterable[str]) -> str:
    """The tags on origin that people take for a release or a candidate of `version` and tools do not; or nothing."""
    found = [name.tag for name in of_version(tags, version) if name.misleading]
    proper = f"candidates are named {version.tag}-rc.N, and a release {version.tag}"
    return f"origin has {', '.join(found)}, but {proper}" if found else ""


def incomplete(version: Version, tags: Iterable[str]) -> str:
    """The newest candidate on origin and one that is missing before it; nothing when none is."""
    known = candidates(tags, version)
    gap = next(missing_numbers([candidate.number for candidate in known]), None)
    return "" if gap is None else f"origin has {known[-1].tag}, but no {Candidate(version, gap).tag}"


def require_plain(request: ReleaseRequest, tags: Sequence[str], text: str) -> None:
    """Raise PreconditionError with `text`, what leaves open which candidate is meant, unless a number says it."""
    if text and not request.looking and not request.candidate.isdecimal():
        gap = next(missing_numbers([each.number for each in candidates(tags, request.version)]), None)
        number = _following(request, tags, []) if gap is None else gap
        raise PreconditionError(
            text, f"correct the tags, or name the candidate by its number, such as --candidate {number}"
        )


def open_candidate(
    request: ReleaseRequest,
    tags: Sequence[str],
    begun: Sequence[str],
    stays: Callable[[Candidate], bool] = lambda _known: False,
    passed: Callable[[Candidate], str] = lambda _known: "",
) -> Candidate:
    """The candidate that a run works on: the open one, the next one, or a number.

    The newest of those tagged and those `begun` here is the open one until the next is asked for, and then as well
    if it `stays` the next one; a number may not leave a gap. `passed` says how the vote on a candidate passed. Raises
    PreconditionError when the final exists, or the next one is asked for after a vote that passed; UsageError for a
    number out of place.
    """
    version = request.version
    if version.tag in tags and not request.looking:
        raise PreconditionError(
            f"{version.tag} is already released and gets no further candidates",
            f"the next version is {version.following}",
        )
    known = candidates([*tags, *begun], version)
    newest = Candidate(version, known[-1].number if known else 0)
    following = Candidate(version, _following(request, tags, begun))
    if not request.candidate:
        return newest
    if request.candidate == NEXT:
        return newest if stays(newest) else _next(request, newest, following, passed)
    return _numbered(request, tags, newest, following)


def _next(
    request: ReleaseRequest, newest: Candidate, following: Candidate, passed: Callable[[Candidate], str]
) -> Candidate:
    if following != newest and (vote := passed(newest)) and not request.looking:
        raise PreconditionError(
            f"{vote}; {NEXT} would begin another candidate, {following.tag}",
            f"to release {newest.tag}: scripts/invoke release.final --version {request.version}; "
            f"for another candidate: --candidate {following.number}",
        )
    return following


def _numbered(
    request: ReleaseRequest, tags: Sequence[str], newest: Candidate, following: Candidate
) -> Candidate:
    text = request.candidate
    if not text.isdecimal() or len(text) > 10 or int(text) > following.number:
        expected = f"a number up to {following.number}, or 'next'"
        raise UsageError(f"--candidate {text}: expected {expected}", f"--candidate {newest.number}")
    wanted = Candidate(request.version, int(text))
    named = [name for name in of_version(tags, request.version) if name.kind == "candidate"]
    alike = [name.tag for name in named if name.number == wanted.number]
    if alike and wanted.tag not in alike:
        raise UsageError(
            f"--candidate {text}: people would take {', '.join(alike)} on origin for {wanted.tag}",
            f"--candidate {following.number}",
        )
    return wanted


def _following(request: ReleaseRequest, tags: Sequence[str], begun: Sequence[str]) -> int:
    """The number after every candidate on origin, however its tag is written, and no lower than those begun."""
    alike = [name.number + 1 for name in of_version(tags, request.version) if name.kind == "candidate"]
    return max([*alike, *(each.number for each in candidates(begun, request.version))], default=0)


def tagged_candidate(request: ReleaseRequest, tags: Sequence[str]) -> Candidate:
    """The candidate that a final or an update of the default branch follows: the newest, or the one named."""
    require_plain(request, tags, misleading(request.version, tags))
    known = candidates(tags, request.version)
    if not known:
        raise PreconditionError(
            f"origin has no candidate of {request.version.tag}; every release is a candidate first",
            f"scripts/invoke release.rc --version {request.version}",
        )
    wanted = request.candidate or str(known[-1].number)
    found = [candidate for candidate in known if str(candidate.number) == wanted]
    if not found:
        there = ", ".join(str(candidate.number) for candidate in known)
        raise UsageError(f"--candidate {wanted}: origin has {there}", f"--candidate {known[-1].number}")
    return found[0]
