"""Figures of benchmarks: their bounds, their spread, and what is worse than recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import performance
from benchmarks.figures import Figure, ratios, record, recorded, regressions, rows


def rate(*samples: float, bound: float | None = 0.8) -> Figure:
    return Figure("writing", samples, "plain sockets", bound, rate=True)


def time(*samples: float, bound: float | None = 1.5) -> Figure:
    return Figure("looking", samples, "git", bound)


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (rate(0.5, 0.8, 0.9), True),
        (rate(0.5, 0.79, 0.9), False),
        (time(1.0, 1.5, 9.0), True),
        (time(1.0, 1.6, 1.7), False),
        (rate(0.1, bound=None), True),
    ],
)
def test_the_median_of_all_rounds_is_held_against_the_bound(figure: Figure, met: bool) -> None:
    assert figure.met is met
    assert ("**not met**" in "".join(rows([figure]))) is not met


@pytest.mark.parametrize(
    ("figure", "named"),
    [
        (rate(0.9, 0.91, 0.92), False),
        (rate(0.84, 0.85, 0.86), True),
        (rate(0.70, 0.85, 1.0), False),
        (time(1.1, 1.11, 1.12), False),
        (time(1.29, 1.3, 1.31), True),
        (time(1.1, 1.3, 1.5), False),
        (time(0.5, 0.5, 0.5), False),
    ],
)
def test_what_is_worse_than_recorded_by_more_than_its_spread_is_named(
    figure: Figure, named: bool, tmp_path: Path
) -> None:
    path = tmp_path / "recorded.json"
    record([rate(0.9, 0.92, 0.94), time(1.08, 1.1, 1.12)], path)
    found = [*regressions([figure], recorded(path))]
    assert [line.partition(":")[0] for line in found] == ([figure.name] if named else [])


def test_a_figure_that_nobody_recorded_is_not_worse(tmp_path: Path) -> None:
    assert [*regressions([rate(0.1)], recorded(tmp_path / "none"))] == []


def test_recording_some_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    record([rate(1.0)], path)
    record([time(2.0)], path)
    assert recorded(path) == {"writing": [1.0, 0.0], "looking": [2.0, 0.0]}


def test_both_sides_of_a_ratio_are_of_one_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == (2.0, 3.0)


def test_the_page_has_every_row_and_names_what_is_worse() -> None:
    text = performance.page([rate(0.7), time(1.0)], ["writing: 0.70"])
    assert "| writing | plain sockets | 0.70 |" in text
    assert "| looking | git | 1.00 |" in text
    assert text.endswith("## Worse than recorded\n\n- writing: 0.70\n")


def test_every_benchmark_gives_figures() -> None:
    assert len(performance.BENCHES) > 5
    for name in performance.BENCHES:
        source = (performance.ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
        assert "def figures(" in source
