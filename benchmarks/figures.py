"""Figures: ratios to a floor or a peer measured in the same run, their medians, their spread and their bounds."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDED = Path(__file__).resolve().parent / "recorded.json"


@dataclass(frozen=True)
class Figure:
    """What was measured in several rounds; `bound` is the most, or the least if `rate`, that a median may be.

    A figure without a bound is a peer, or an amount that is told and not judged. `told` is what it was in numbers.
    """

    name: str
    samples: tuple[float, ...]
    against: str
    bound: float | None = None
    rate: bool = False
    told: str = ""

    @property
    def median(self) -> float:
        """The median of all rounds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """Half of the way from the lowest to the highest round."""
        return (max(self.samples) - min(self.samples)) / 2

    @property
    def met(self) -> bool:
        """Whether the median is within the bound."""
        return self.bound is None or (self.median >= self.bound if self.rate else self.median <= self.bound)

    @property
    def limit(self) -> str:
        """The bound, as people read it."""
        return "" if self.bound is None else f"{'≥' if self.rate else '≤'} {self.bound:g}"

    def worse_than(self, median: float, spread: float) -> bool:
        """Whether it is worse than a recorded median by more than the spread of either."""
        return ((median - self.median) if self.rate else (self.median - median)) > max(spread, self.spread)


def ratios(ours: Iterable[float], floor: Iterable[float]) -> tuple[float, ...]:
    """Compare within each round, since other work on the machine slows both."""
    return tuple(a / b for a, b in zip(ours, floor, strict=True))


def rows(figures: Iterable[Figure]) -> Iterator[str]:
    """A table in Markdown, which people can read as it is."""
    yield "| figure | against | median | spread | bound | |"
    yield "|---|---|---:|---:|---:|---|"
    for each in figures:
        verdict = "" if each.bound is None else "met" if each.met else "**not met**"
        note = "; ".join(filter(None, (verdict, each.told)))
        median, spread = f"{each.median:.2f}", f"± {each.spread:.2f}"
        yield f"| {each.name} | {each.against} | {median} | {spread} | {each.limit} | {note} |"


def regressions(figures: Iterable[Figure], recorded: dict[str, list[float]]) -> Iterator[str]:
    """The figures that are worse than what is recorded, each with both medians."""
    for each in figures:
        median, spread = recorded.get(each.name, (each.median, 0.0))
        if each.worse_than(median, spread):
            yield f"{each.name}: {each.median:.2f} ± {each.spread:.2f}, recorded {median:.2f} ± {spread:.2f}"


def recorded(path: Path = RECORDED) -> dict[str, list[float]]:
    """Median and spread by figure, of the run that was recorded last."""
    found: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def record(figures: Iterable[Figure], path: Path = RECORDED) -> None:
    """Remember the medians and spreads of this run, beside those of figures that it did not measure."""
    known = recorded(path) | {each.name: [round(each.median, 4), round(each.spread, 4)] for each in figures}
    path.write_text(json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def judge(measure: Callable[[], Iterable[Figure]]) -> int:
    """Measure, and print the table; 1 when a bound is not met."""
    found = [*measure()]
    print("\n".join(rows(found)))
    return int(not all(each.met for each in found))
