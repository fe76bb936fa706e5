#!/usr/bin/env python3
"""How long release.verify reads a large tree, beside what has to be done: read its bytes and parse them in C.

Floor: git cat-file --batch of every file, libyaml's parser on the YAML, json and compile on the rest. Bound: 4 times
that for all claims on a tree (files, references, parameters, pins, what was put back), and on a tree of 50,000 small
files 3 times git's reading alone. The first tree is like KServe's in 2026: lists of definitions of 2 MB each, and
files with references. --repository PATH and --revision REV measure a repository of one's own.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import bench_references  # noqa: E402
from benchmarks.figures import Figure, judge, ratios  # noqa: E402
from releasing.config.release_yaml import Config  # noqa: E402
from releasing.release import Release  # noqa: E402
from releasing.runbook.journal import Journal  # noqa: E402
from releasing.runbook.step_shell import StepShell  # noqa: E402
from releasing.shell.programs import Shell  # noqa: E402
from releasing.verification import TREE  # noqa: E402
from releasing.verification.tagged import at_commit  # noqa: E402
from releasing.version import Candidate, Version  # noqa: E402

BOUND = 4.0
GIT_BOUND = 3.0  # of many small files, where parsing is the smaller part
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


def figures(repository: Path | None = None, revision: str = "HEAD") -> Iterator[Figure]:
    """A repository of one's own; or lists of definitions, and a tree of many small files."""
    with tempfile.TemporaryDirectory() as folder:
        if repository:
            yield from claimed(repository, revision, Path(folder), repository.name, git_bound=None)
            return
        few, many = Path(folder, "few"), Path(folder, "many")
        for place in (few, many):
            place.mkdir()
        yield from claimed(made(few / "source"), revision, few, "large files", git_bound=None)
        bench_references.many(many / "source")
        commit(many / "source")
        where = f"{bench_references.MANY} files"
        yield from claimed(many / "source", revision, many, where, git_bound=GIT_BOUND)


def claimed(
    source: Path, revision: str, state: Path, where: str, git_bound: float | None
) -> Iterator[Figure]:
    """Read by git alone, read and parsed in C, and all claims, in turn."""
    git("clone", "--quiet", "--no-checkout", str(source), str(state / "checkout"))
    branch = git("-C", str(source), "symbolic-ref", "--short", "HEAD").strip()
    at = git("-C", str(source), "rev-parse", f"{revision}^{{commit}}").strip()
    rows = []
    for _ in range(ROUNDS):
        alone = seconds(lambda: sum(len(content) for _, content in files(source, at)))
        rows.append((alone, seconds(lambda: parsed(source, at)), seconds(lambda: read(state, at, branch))))
    by_git, in_c, ours = zip(*rows, strict=True)
    told = f"{statistics.median(ours):.1f} s of a processor"
    yield Figure(f"claims on a tree, {where}", ratios(ours, in_c), "read and parsed in C", BOUND, told=told)
    yield Figure(f"claims on a tree, {where}: reading", ratios(ours, by_git), "git cat-file", git_bound)


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
    rows = git("-C", str(source), "ls-tree", "-r", "-z", commit).split("\0")[:-1]
    paths = [row.partition("\t")[2] for row in rows]
    asked = "".join(f"{row.split(maxsplit=3)[2]}\n" for row in rows)
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
    commit(source)
    return source


def commit(source: Path) -> None:
    """Commit all that git was given."""
    git("-C", str(source), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "Begin")


def git(*words: str) -> str:
    """What git says."""
    return subprocess.run(["git", *words], stdout=subprocess.PIPE, text=True, check=True).stdout


def seconds(work: Callable[[], object]) -> float:
    """The processor seconds of `work` and of the programs that it starts: others use this machine, too."""
    start = _processor()
    work()
    return _processor() - start


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> int:
    """Print the table; exit 1 when one is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, metavar="PATH", help="a repository to measure")
    parser.add_argument("--revision", default="HEAD")
    options = parser.parse_args()
    return judge(lambda: figures(options.repository, options.revision))


if __name__ == "__main__":
    sys.exit(main())
