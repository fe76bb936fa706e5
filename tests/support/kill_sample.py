"""Which commands a run is killed at when it is not killed at every one: some of each kind, as a seed says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from tests.support.kill_point import AFTER, BEFORE, OTHER, Sample, kind

# Beside one of each kind: kinds that many steps use have most of them.
MORE = 2
# How often a run waits is a matter of time: what can be counted on is the first, or none.
WAITING = ("kubectl wait", "wait_for_checks.py", "wait_for_workflow.py")

# A login that is there is not made again: after a kill at one of these, those below it are not needed any more.
LOGIN = (
    "kubectl config set-context",
    "kubectl config use-context",
    "create_context.sh",
    "check_cloud_access.py",
)


def sampled(counts: Mapping[str, int], seed: int, more: int = MORE) -> Sample:
    """One command of each kind, and `more`, each with the moment of the kill; `counts` says how many there are.

    Of kinds that only a killed run comes to it is the first.
    """
    dice = Random(seed)
    rows = [(name, 1 if name in WAITING else dice.randint(1, counts[name])) for name in sorted(counts)]
    rest = [
        (name, number) for name in sorted(counts) for number in range(1, counts[name] + 1)
        if (name, number) not in rows and name not in WAITING
    ]  # fmt: skip
    sample: Sample = {OTHER: {"1": AFTER}}
    for name, number in [*rows, *dice.sample(rest, min(more, len(rest)))]:
        sample.setdefault(name, {})[str(number)] = dice.choice((BEFORE, AFTER))
    return sample


def only(kind: str, moment: str) -> Sample:
    """The first command of one kind."""
    return {OTHER: {}, kind: {"1": moment}}


def counted(commands: Iterable[Sequence[str]]) -> dict[str, int]:
    """How many different commands there are of each kind."""
    different = {tuple(words) for words in commands}
    kinds = [kind(Path(program).name, words) for program, *words in different]
    return {name: kinds.count(name) for name in sorted(set(kinds))}
