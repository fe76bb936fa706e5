#!/usr/bin/env python3
"""How long release.verify reads a large tree, beside what has to be done: read its bytes and parse them in C.

Floor: git cat-file --batch of every file, libyaml's parser on the YAML, json and compile on the rest. Bound: 4 times
that for all claims on a tree (files, references, parameters, pins, what was put back). The tree is like KServe's
in 2026: lists of definitions of 2 MB each, and files with references. --repository PATH and --revision REV measure a
repository of one's own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from releasing.config.release_yaml import Config  # noqa: E402
from releasing.release import Release  # noqa: E402
from releasing.runbook.journal import Journal  # noqa: E402
from releasing.runbook.step_shell import StepShell  # noqa: E402
from releasing.shell.programs import Shell  # noqa: E402
from releasing.verification import TREE  # noqa: E402
from releasing.verification.tagged import at_commit  # noqa: E402
from releasing.version import Candidate, Version  # noqa: E402

BOUND = 4.0
ROUNDS = 3
VERSION = Version(0, 2, 1)
IMAGES = {"pattern": "controller|agent", "names": ["controller", "agent"]}
CONFIG = {
    "project": "Large",
    "repository": "example/large",
    "registry": "gcr.io/large",
    "bootstrapper": {"images": IMAGES, "folder": "deploy", "config": "deploy/config.yaml"},
    "image-tags": "image_tags.yaml",
    "announcement": {"to": "a@example.org", "from": "b@example.org"},
    "profiles": {"rehearsal": {"sandbox": ".rehearsal"}},
}
FIELD = """\
              {name}:
                description: 'What [{name}] is, e.g. *all* of {{a: b}}.'
                type: string
"""
PARENTS = "".join(f"{' ' * (2 * level)}level:\n" for level in range(7))
LISTS, FIELDS = 60, 18_000
DEPLOYMENT = (
    "kind: Deployment\nspec:\n  image: gcr.io/large/controller:v0.2.1\n  other: gcr.io/large/agent:v0.2.0\n"
)


def main() -> int:
    """Print the medians and their ratio; exit 1 when it is over the bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, metavar="PATH", help="a repository to measure on")
    parser.add_argument("--revision", default="HEAD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        source = options.repository or made(state / "source")
        git("clone", "--quiet", "--no-checkout", str(source), str(state / "checkout"))
        branch = git("-C", str(source), "symbolic-ref", "--short", "HEAD").strip()
        commit = git("-C", str(source), "rev-parse", f"{options.revision}^{{commit}}").strip()
        pairs = [
            (seconds(lambda: parsed(source, commit)), seconds(lambda: read(state, commit, branch)))
            for _ in range(ROUNDS)
        ]
    floor, median = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"read and parsed in C   {floor:6.2f} s")
    print(f"all claims on a tree   {median:6.2f} s")
    print(f"ratio                  {median / floor:6.2f}   (bound {BOUND:g})")
    return int(median / floor > BOUND)


def read(state: Path, commit: str, branch: str) -> None:
    """Ask every claim on the tree of `commit`."""
    config = Config.model_validate({**CONFIG, "default-branch": branch})
    candidate = Candidate(VERSION, 0)
    profile = config.profiles["rehearsal"]
    release = Release(config, profile, VERSION, candidate, state, "", "", final=True)
    sh = StepShell(Shell().remembering(), Journal(state / "journal"), "bench")
    it = at_commit(release, sh, commit)
    for group in TREE:
        list(group(it))


def parsed(source: Path, commit: str) -> None:
    """Read every file, and parse those that have a parser in C."""
    for path, content in files(source, commit):
        if path.endswith((".yaml", ".yml")):
            with suppress(yaml.YAMLError):
                yaml.CSafeLoader(content).raw_parse()
        elif path.endswith(".json"):
            with suppress(ValueError):
                json.loads(content)
        elif path.endswith(".py"):
            with suppress(SyntaxError, ValueError):
                compile(content, path, "exec")


def files(source: Path, commit: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file."""
    paths = git("-C", str(source), "ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1]
    asked = "".join(f"{commit}:{path}\n" for path in paths)
    batch = ["git", "-C", str(source), "cat-file", "--batch"]
    answer = subprocess.run(batch, input=asked.encode(), stdout=subprocess.PIPE, check=True).stdout
    at = 0
    for path in paths:
        end = answer.index(b"\n", at)
        head, at = answer[at:end].split(), end + 1
        if head[-1] != b"missing" and head[1] == b"blob":
            yield path, answer[at : at + int(head[2])]
        at += int(head[2]) + 1 if head[-1] != b"missing" else 0


def made(source: Path) -> Path:
    """A repository with lists of definitions as generators write them, and deployments that refer to images."""
    source.mkdir()
    for number in range(LISTS):
        text = "".join(FIELD.format(name=f"field{number}x{field}") for field in range(FIELDS))
        (source / f"definitions-{number}.yaml").write_text(f"{PARENTS}{text}")
        (source / f"deployment-{number}.yaml").write_text(DEPLOYMENT)
    git("-C", str(source), "init", "--quiet", "--initial-branch=master")
    git("-C", str(source), "add", "--all")
    git("-C", str(source), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "Begin")
    return source


def git(*words: str) -> str:
    """What git says."""
    return subprocess.run(["git", *words], stdout=subprocess.PIPE, text=True, check=True).stdout


def seconds(work: Callable[[], None]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
