"""A night of a few entries in a sandbox of its own, on a checkout as it is: what is not committed yet counts, too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasing.errors import CommandError, PreconditionError
from releasing.nightly.outcomes import BUILT
from releasing.shell.git_guard import reading

if TYPE_CHECKING:
    from releasing.shell.programs import Shell

INVOKE = Path(__file__).resolve().parent.parent.parent.parent / "scripts" / "invoke"
FOLDER = "nightly-rehearsal"  # in the folder that git keeps for itself: no part of the checkout
IDENTITY = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.org")


def rehearse(shell: Shell, checkout: Path, branch: str, names: Sequence[str]) -> list[str]:
    """Run the night with the entries `names` in a rehearsal on `checkout`; gives the images with their digests.

    `branch` is the default branch. Raises PreconditionError for an entry that is not built, with the cause.
    """
    with _folder(checkout) as folder:
        source = _committed(reading(checkout), checkout, folder / "source.git", branch)
        place = ["--profile", "rehearsal", "--sandbox", str(folder / "sandbox"), "--source", source]
        night = shell[str(INVOKE)][("nightly.run", "--only", ",".join(names), *place)]
        try:
            shell.read(night)
            failure = ""
        except CommandError as error:
            failure = "\n".join(error.said)
        entries = [each for each in _outcomes(folder / "sandbox") if each["name"] in names]
    problems = [f"{each['name']}: {each['cause']}" for each in entries if each["state"] != BUILT]
    if failure or problems:
        raise PreconditionError(
            "\n".join(["the rehearsal of a night failed", *(problems or [failure])]),
            "nothing was proposed; fix the build context or the options, then repeat the same command",
        )
    return [f"{image}@{digest}" for each in entries for image, digest in each["images"].items()]


@contextmanager
def _folder(checkout: Path) -> Iterator[Path]:
    git = reading(checkout)
    own = git.read(git["git"]["-C", str(checkout), "rev-parse", "--absolute-git-dir"])
    folder = Path(own) / FOLDER
    # One that was killed leaves it behind.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _committed(shell: Shell, checkout: Path, bare: Path, branch: str) -> str:
    """A repository whose default branch is the checkout as `git add --all` would commit it; its path."""
    git = shell["git"]["-C", str(checkout)]
    index = bare.with_suffix(".index")
    shutil.copy(shell.read(git["rev-parse", "--path-format=absolute", "--git-path", "index"]), index)
    own = shell["env"][f"GIT_INDEX_FILE={index}"]
    shell.read(own[git["add", "--all"].words])
    tree = shell.read(own[git["write-tree"].words])
    commit = shell.read(git[(*IDENTITY, "commit-tree", tree, "-m", "A rehearsal")])
    shell.read(shell["git"]["init", "--quiet", "--bare", "--initial-branch", branch, str(bare)])
    shell.read(git["push", "--quiet", "--no-verify", str(bare), f"{commit}:refs/heads/{branch}"])
    return str(bare)


def _outcomes(sandbox: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sandbox.glob("nights/*/outcomes.json"):
        found += json.loads(path.read_text(encoding="utf-8"))["entries"]
    return found
