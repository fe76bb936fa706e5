"""Makes the image updates of a repository's history again with our rules, and compares with what people made.

    python -m tests.support.replay REPOSITORY [COMMIT...] [--ours NAME_REGEX] [--every-ref]
                                   [--tree | --image NAME_REGEX:TAG]

From each commit it reads which image people moved to which tag in which file, and asks our rules for just that,
on the files as they were before. It counts lines by class and prints those of (a) and (b) in full. With --tree it
asks for the same on the whole tree, as a release does, and prints what we would change beside what people changed.
With --image it brings the tree of each COMMIT to that tag. Both print what is wrong with the outcome: a tag of
another image, a protected file, a file that parses otherwise, a reference neither changed nor reported, a second
run that changes something. The exit code is 1 when something is missed, changed otherwise or wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.support.committed import Repository
from tests.support.replayed import CLASSES, LEFT, MISSED, OTHER, Outcome, replayed
from tests.support.whole_tree import Update, brought, updated


def main() -> int:
    """Replay what the command line names."""
    options = _parser().parse_args()
    repository = Repository(options.repository)
    everything = ["--all"] if options.every_ref else ["--branches", "--tags"]
    if options.image:
        return printed((at, brought(repository, at, options.image)) for at in options.commit)
    commits = repository.commits(*(["--no-walk", *options.commit] if options.commit else everything))
    ours = re.compile(options.ours)
    if options.tree:
        return printed((commit, updated(repository, commit, parent, ours)) for commit, parent in commits)
    return lines(repository, commits, ours)


def lines(repository: Repository, commits: Sequence[tuple[str, str]], ours: re.Pattern[str]) -> int:
    """Replay line by line; 1 when one is missed or changed otherwise."""
    outcomes = replayed(repository, commits, ours)
    shown = {LEFT, MISSED, OTHER}
    print(*(each for each in outcomes if each.outcome in shown), sep="\n")
    moved = {each.where.split()[0] for each in outcomes}
    print(
        f"{len(commits)} commits, {len(moved)} of them move tags, on {len(outcomes)} lines\n{table(outcomes)}"
    )
    return int(any(each.outcome in {MISSED, OTHER} for each in outcomes))


def printed(updates: Iterable[tuple[str, Update | None]]) -> int:
    """Print the updates of whole trees; 1 when something is wrong with one."""
    wrong = 0
    for commit, update in updates:
        if update:
            print(f"{commit[:10]} {update}")
            wrong += len(update.problems)
    return int(wrong > 0)


def table(outcomes: Iterable[Outcome]) -> str:
    """Counts of lines: a row for each kind of reference, a column for each class."""
    counts = Counter((each.kind, each.outcome) for each in outcomes)
    kinds = sorted({kind for kind, _ in counts})
    numbers = {kind: [counts[kind, each] for each in CLASSES] for kind in kinds}
    numbers["all"] = [sum(column) for column in zip(*numbers.values(), strict=True)]
    head = f"| {' | '.join(['', *CLASSES])} |\n|---|{'---:|' * len(CLASSES)}"
    return "\n".join([head, *(f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in numbers.items())])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("repository", type=Path, metavar="REPOSITORY", help="a git repository, bare or not; it is only read")
    add("commit", nargs="*", metavar="COMMIT", help="commits (default: all of every branch and tag)")
    add("--ours", default=".*", metavar="NAME_REGEX", help="only images whose name matches (default: all)")
    add("--every-ref", action="store_true", help="also commits of other refs, such as pull requests")
    add("--tree", action="store_true", help="make each update on the whole tree")
    add("--image", metavar="NAME_REGEX:TAG", help="bring the tree of each COMMIT to this tag")
    return parser


if __name__ == "__main__":
    sys.exit(main())
