"""A clone whose files are byte for byte what the commit has, so that a commit takes just what was edited.

A repository whose .gitattributes are newer than its contents is dirty right after a usual clone, and `git add --all`
would take line ends of files that nobody touched along; so would filters, and the autocrlf that people set.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import PreconditionError

if TYPE_CHECKING:
    from releasing.shell.programs import Shell

# What a clone itself says of attributes goes before what the repository says. Merge drivers stay as they are.
ATTRIBUTES = "* -text -filter -ident !working-tree-encoding\n"
MOST = 5  # paths that a message names


def clone(shell: Shell, url: str, folder: Path, branch: str, reference: str = "") -> None:
    """Clone `branch` of `url` into `folder`, with the objects of the clone `reference` where there is one.

    Raises PreconditionError when a file is even then another than the commit has.
    """
    objects = ("--reference", reference) if reference else ()
    words = ("--quiet", "--no-checkout", "--origin", "origin", *objects, "--branch", branch)
    shell.read(shell["git"][("clone", *words, "--", url, str(folder))])
    own = folder / ".git" / "info"
    own.mkdir(exist_ok=True)
    (own / "attributes").write_text(ATTRIBUTES)
    git = shell["git"]["-C", str(folder)]
    shell.read(git["reset", "--quiet", "--hard"])
    if dirty := shell.read(git["status", "--porcelain", "--untracked-files=all"]).splitlines():
        more = [f"and {len(dirty) - MOST} more"] if len(dirty) > MOST else []
        raise PreconditionError(
            f"{folder} is not what {branch} has, although it was cloned just now:"
            + "".join(f"\n  {line}" for line in [*dirty[:MOST], *more]),
            "names that differ only in case need a disk that keeps them apart; a hook of git may have made others",
        )
