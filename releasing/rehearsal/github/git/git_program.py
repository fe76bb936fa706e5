"""Git as the local GitHub runs it: without anybody's settings, and once for what cannot have changed.

The user's git settings have no effect: GIT_* is dropped and the global configuration is not read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from releasing.errors import CommandError
from releasing.rehearsal.github.git.known_answers import EndedCommand, KnownAnswers
from releasing.rehearsal.own_environment import PLAIN_GIT

ANSWERS = KnownAnswers()


def git(repository: Path, *words: str, stdin: str = "") -> str:
    """Run git in `repository` and give what it printed; a CommandError when it fails."""
    done = finished(repository, words, stdin)
    if done.code != 0:
        raise CommandError(f"git {' '.join(words)} in {repository}: {done.error.strip()}")
    return done.out.rstrip("\n")


def succeeds(repository: Path, *words: str) -> bool:
    """Whether git exits 0, for commands that answer a question by their exit code."""
    return finished(repository, words).code == 0


def finished(
    repository: Path, words: Sequence[str], stdin: str = "", identity: dict[str, str] | None = None
) -> EndedCommand:
    """How git ended in `repository`; `identity` is the variables that say who commits."""
    key = (str(repository), *words, stdin)
    if identity is None and (known := ANSWERS.get(key)):
        return known
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-C", str(repository), *words],
        input=stdin,
        env=environment | PLAIN_GIT | {"LC_ALL": "C"} | (identity or {}),
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    ended = EndedCommand(done.returncode, done.stdout, done.stderr)
    ANSWERS.keep(key, ended)
    return ended
