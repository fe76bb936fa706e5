"""The request of a command line, and the candidate that it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from releasing.errors import PreconditionError, UsageError
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
        cls, version: str, candidate: str, account: str, allow_move: str, *, looking: bool = False
    ) -> ReleaseRequest:
        """A request from texts as typed: the version may name the candidate as well. Raises UsageError."""
        if not version:
            raise UsageError("--version is missing", "for example: --version 0.2.1")
        parsed, named = parse_name(version)
        if named and candidate not in ("", str(named.number)):
            raise UsageError(f"--version {version} and --candidate {candidate} differ", f"--version {parsed}")
        return cls(parsed, str(named.number) if named else candidate, account, allow_move, looking)


def open_candidate(
    request: ReleaseRequest,
    tags: list[str],
    begun: list[str],
    stays: Callable[[Candidate], bool] = lambda _known: False,
) -> Candidate:
    """The candidate that a run works on: the open one, the next one, or a number.

    The newest of those tagged and those `begun` here is the open one until the next is asked for, and then as well
    if it `stays` the next one; a number may not leave a gap. Raises PreconditionError when the final exists,
    UsageError for a number out of place.
    """
    version = request.version
    if version.tag in tags and not request.looking:
        raise PreconditionError(
            f"{version.tag} is already released and gets no further candidates",
            f"the next version is {Version(version.major, version.minor, version.patch + 1)}",
        )
    known = candidates([*tags, *begun], version)
    newest = known[-1].number if known else 0
    following = newest + (Candidate(version, newest).tag in tags)
    if not request.candidate:
        return Candidate(version, newest)
    if request.candidate == NEXT:
        return Candidate(version, newest if stays(Candidate(version, newest)) else following)
    if not request.candidate.isdecimal() or int(request.candidate) > following:
        expected = f"a number up to {following}, or 'next'"
        raise UsageError(f"--candidate {request.candidate}: expected {expected}", f"--candidate {newest}")
    return Candidate(version, int(request.candidate))


def tagged_candidate(request: ReleaseRequest, tags: list[str]) -> Candidate:
    """The candidate that a final or an update of the default branch follows: the newest, or the one named."""
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
