"""Stands before a program that changes something: runs it, and kills the run that started it where it is told to.

    KILL=before|after|sample python -I -S kill_point.py PROGRAM [WORD...]

A command kills once: the first time that it is made in the sandbox. With `sample`, only those of the sandbox's
killing/sample.json do.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

BEFORE, AFTER, SAMPLE = "before", "after", "sample"
# Their first words say what they do; of every other program the name does.
WITH_SUBCOMMANDS = {"gcloud", "gh", "git", "ks", "kubectl", "make"}
GROUPS = {"auth", "clusters", "config", "configurations", "container", "env", "param", "release"}
BEFORE_A_VALUE = {"-C", "-H", "-c", "-n", "--namespace"}
# For each kind, and for OTHER kinds, the numbers of its commands, from 1, with when the run is killed.
Sample = dict[str, dict[str, str]]
OTHER = "other"


def kind(program: str, words: Sequence[str]) -> str:
    """The program and what it does: `git push`, `gh api POST pulls`, `apply_image_tags.py`."""
    if program not in WITH_SUBCOMMANDS:
        return program
    if (program, *words[:1]) == ("gh", "api"):
        return f"gh api {_method(words)} {_resource(words)}"
    return " ".join([program, *_subcommand(_without_options(words)), *_of_a_tag(words)])


def _method(words: Sequence[str]) -> str:
    return words[words.index("-X") + 1] if "-X" in words else "GET"


def _resource(words: Sequence[str]) -> str:
    path = next((word for word in words if word.startswith("repos/")), words[1])
    return [part for part in path.partition("?")[0].split("/") if not part.isdigit()][-1]


def _without_options(words: Sequence[str]) -> list[str]:
    taken = zip(["", *words], words, strict=False)
    return [word for before, word in taken if before not in BEFORE_A_VALUE and not word.startswith("-")]


def _subcommand(words: Sequence[str]) -> list[str]:
    groups = 0
    while groups < len(words) and words[groups] in GROUPS:
        groups += 1
    return list(words[: groups + 1])


def _of_a_tag(words: Sequence[str]) -> list[str]:
    return ["tag"] if any(word.startswith("refs/tags/") for word in words) else []


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def moment(sandbox: Path, when: str, program: str, words: Sequence[str]) -> str:
    """When the run is killed at this command: before it, after it, or ('') not at all."""
    folder, group = sandbox / "killing", kind(program, words)
    line = "\0".join([program, *words]).encode()
    if not _first(folder / "seen" / f"{zlib.crc32(line)}-{len(line)}"):
        return ""
    number = 1
    while not _first(folder / "kinds" / group / str(number)):
        number += 1
    if when == SAMPLE:
        sample: Sample = json.loads((folder / "sample.json").read_text())
        when = sample.get(group, sample[OTHER]).get(str(number), "")
    if when:
        (folder / "kinds" / group / str(number) / when).mkdir()
    return when


def _first(folder: Path) -> bool:
    """Whether nobody has made this folder before; one of several who try at once is the first."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    return True


def main() -> int:
    """Run the program that the command line names; gives its exit code, if this process is still there then."""
    path, *words = sys.argv[1:]
    sandbox = Path(os.environ["RELEASE_SANDBOX"])
    # Of commands side by side each kills the run that it belongs to; the next run waits for all of them.
    run = int((sandbox / "lock").read_text().split()[0])
    # Whoever ends this process because its run was killed at another command ends it after that: a command that
    # counted as seen and got no number would take one from the sample.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    when = moment(sandbox, os.environ["KILL"], Path(path).name, words)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if when == BEFORE:
        _kill(run)
    if when != AFTER:
        os.execv(path, [path, *words])
    code = os.spawnv(os.P_WAIT, path, [path, *words])
    _kill(run)
    return code


def _kill(run: int) -> None:
    try:
        os.kill(run, signal.SIGKILL)
    except ProcessLookupError:
        return  # another command of the same run was quicker


if __name__ == "__main__":
    sys.exit(main())
