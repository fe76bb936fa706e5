"""The latest green postsubmit on a testgrid: the newest column in which tests passed and none failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from releasing.clients.checks.testgrid_tab import (
    WITHOUT,
    Cell,
    Column,
    Headers,
    Row,
    Rows,
    Summaries,
    Summary,
    Tab,
)
from releasing.clients.github import api
from releasing.errors import CommandError, PreconditionError

if TYPE_CHECKING:
    from releasing.shell.programs import Shell

STALE_AFTER = timedelta(hours=24)
USELESS = ("STALE", "BROKEN", "UNKNOWN")
NO_GREENS = "no recent greens"
# Results by number, as in testgrid's test_status.proto: PASS, PASS_WITH_ERRORS and PASS_WITH_SKIPS; the rest by name.
NOTHING, PASSED = 0, (1, 2, 3)
WORDS = {4: "running", 7: "cancelled", 9: "timed out", 11: "build failed", 12: "failed", 13: "flaky"}
SHOWN = 5
SHORTEST = 7  # digits of an id that names a commit


def latest_green(sh: Shell, tab: Tab, slug: str, branch: str) -> str:
    """The commit of the newest green column, which must be on `branch` of the repository `slug` on GitHub.

    Raises PreconditionError without such a column, UnreachableError when the testgrid does not answer.
    """
    summary = tab.read(Summaries, "tab-summaries").tab_summary
    _refuse_useless(tab, summary)
    columns, problems = _judged(tab)
    green = [column for column, problem in zip(columns, problems, strict=True) if not problem]
    if not green or summary.latest_passing_build == NO_GREENS:
        raise PreconditionError(
            f"{tab}: {NO_GREENS}; its newest of {len(columns)} columns:{_told(columns, problems)}",
            f"see {tab.url}; {WITHOUT}",
        )
    return _on_branch(sh, tab, green[0], slug, branch)


def problem(tab: Tab, commit: str) -> str:
    """Why `commit` is not green in every column that it has; empty when it is."""
    columns, problems = _judged(tab)
    found = [text for column, text in zip(columns, problems, strict=True) if _same(column.commit, commit)]
    if not found:
        return f"{tab} has no column for it"
    return next((f"{tab}: {text}" for text in found if text), "")


def _judged(tab: Tab) -> tuple[tuple[Column, ...], list[str]]:
    """The columns, and why each is not green; a commit may have several, which all have to be green."""
    columns = tab.read(Headers, "tabs", "/headers").headers
    own = _problems(tab.read(Rows, "tabs", "/rows").rows, len(columns))
    return columns, [
        text or _elsewhere(columns, own, column) for column, text in zip(columns, own, strict=True)
    ]


def _elsewhere(columns: tuple[Column, ...], problems: list[str], column: Column) -> str:
    """What is wrong in another column of the commit of `column`."""
    others = (pair for pair in zip(columns, problems, strict=True) if _same(pair[0].commit, column.commit))
    return next((f"{text} in build {other.build}" for other, text in others if text), "")


def _same(one: str, other: str) -> bool:
    """Whether both name the same commit; one of them may be short."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST and longer.startswith(shorter)


def _refuse_useless(tab: Tab, summary: Summary) -> None:
    updated = summary.last_update_timestamp
    age = datetime.now(UTC) - updated if updated else None
    if summary.overall_status not in USELESS and age is not None and age <= STALE_AFTER:
        return
    run = summary.last_run_timestamp
    raise PreconditionError(
        f"{tab} is {summary.overall_status}, last updated {_moment(updated)}, last run {_moment(run)}"
        + f": {summary.detailed_status_message}" * bool(summary.detailed_status_message),
        f"the last update must be at most {STALE_AFTER.total_seconds() / 3600:.0f} hours old; {WITHOUT}",
    )


def _moment(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time else "never"


def _problems(rows: tuple[Row, ...], columns: int) -> list[str]:
    """Why each column is not green; empty for a green one."""
    cells = [*zip_longest(*(row.cells for row in rows), fillvalue=Cell())]
    cells += [()] * (columns - len(cells))
    return [_problem(rows, each) for each in cells[:columns]]


def _problem(rows: tuple[Row, ...], cells: tuple[Cell, ...]) -> str:
    # Stricter than testgrid, which calls a column green while a part of it runs, or was flaky.
    wrong = [
        f"{row.name} {WORDS.get(cell.result, f'has result {cell.result}')}"
        for row, cell in zip(rows, cells, strict=False)
        if cell.result not in (NOTHING, *PASSED)
    ]
    passed = any(cell.result in PASSED for cell in cells)
    more = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return ", ".join([*wrong[:SHOWN], *more]) or ("" if passed else "nothing ran")


def _told(columns: tuple[Column, ...], problems: list[str]) -> str:
    pairs = [*zip(columns, problems, strict=True)][:SHOWN]
    lines = [f"\n  {_name(column)}: {problem or 'green'}" for column, problem in pairs]
    return "".join(lines) or " none"


def _name(column: Column) -> str:
    build = f" (build {column.build})" if column.build != column.commit else ""
    return f"{column.commit[:12]}{build}"


def _on_branch(sh: Shell, tab: Tab, column: Column, slug: str, branch: str) -> str:
    """The full id of the column's commit; PreconditionError unless GitHub finds it on `branch`."""
    compared = f"repos/{slug}/compare/{column.commit}...{branch}"
    try:
        answer = sh.read(api.question(compared, "[.status, .base_commit.sha] | @tsv"))
    except CommandError as error:
        if "HTTP 404" not in error.message:
            raise
        found = f"a commit that {slug} does not have"
    else:
        status, commit = answer.split("\t")
        if status in ("ahead", "identical"):
            return commit
        found = f"a commit that is not on {branch} of {slug}"
    raise PreconditionError(
        f"{tab}: the newest green column is {_name(column)}, {found}",
        f"check that this tab belongs to a postsubmit of {slug}; {WITHOUT}",
    )
