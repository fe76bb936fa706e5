#!/usr/bin/env python3
"""How long update_references.py takes beside what one would type instead, and whether its time grows with the bytes.

Floor: git grep -l -E PATTERN | xargs sed -i -E. Bound: 1.5 times that, start-up included, with --write and without;
and 4 times the bytes take at most 1.3 times as long for each of them. --tree PATH measures on a copy of a checkout
of one's own; without it the tree is made of the files of the Python packages that are installed here, and another
one of 50,000 small files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.commands import cost  # noqa: E402
from benchmarks.figures import Figure, judge, ratios  # noqa: E402

PROGRAM = [sys.executable, str(ROOT / "scripts" / "update_references.py")]
ROUNDS = 5
BOUND = 1.5
LINEAR = 1.3
COPIES = (2, 8)  # the smallest is well above what a busy machine adds to a run
MANY = 50_000  # files
SMALL = (
    (".yaml", "name: part{number}\nimage: docker.io/library/nginx:1.{number}\n"),
    (".py", "import os\n\n\ndef f{number}(x):\n    return x + {number}\n"),
    (".json", '{{"a": {number}, "b": ["x", "y"]}}\n'),
    (".go", "package p{number}\n\nfunc F() int {{ return {number} }}\n"),
    (".md", "# Title {number}\n\nSome text about things.\n"),
)
PREFIX = r"(gcr\.io/kubeflow-images-public|\{0\}/\{1\})"
NAMES = {
    "one image": f"{PREFIX}/bootstrapper",
    "the images of a release": PREFIX
    + r"/(tf_operator|bootstrapper|tf-model-server-(cpu|gpu|http-proxy)|tensorflow-[0-9.]+-notebook-(cpu|gpu))",
}
TAG = "v9.9.9"
PLANTED = {
    "part.jsonnet": 'local image = "gcr.io/kubeflow-images-public/tf-model-server-cpu:v20180327-995786ec";\nimage\n',
    "part.libsonnet": "// @optionalParam i string gcr.io/kubeflow-images-public/tf_operator:v0.2.0 image\n{}\n",
    "spawner.py": 'OPTION = "{0}/{1}/tensorflow-1.8.0-notebook-gpu:v0.2.1"\n',
    "part.yaml": "image: gcr.io/kubeflow-images-public/bootstrapper:latest\n",
    "part.json": '{"image": "gcr.io/kubeflow-images-public/tf-model-server-http-proxy:v1"}\n',
    "Makefile": "IMAGE := gcr.io/kubeflow-images-public/bootstrapper:v0.1.2\n",
    "deploy.sh": "ks param set core tfJobImage gcr.io/kubeflow-images-public/tf_operator:v0.2.0\n",
    "guide.md": "docker run -it gcr.io/kubeflow-images-public/bootstrapper:v0.2.0 /bin/bash\n",
}
EVERY = 300  # one folder of planted files for so many others


def figures(source: Path | None = None, rounds: int = ROUNDS) -> Iterator[Figure]:
    """On a checkout of one's own or of installed packages, on a tree of many files, and on copies of the first."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        copy(source, tree) if source else make(tree)
        for what in NAMES:
            yield from compared(tree, what, rounds, "")
        if not source:
            yield from compared(many(Path(folder, "many")), "one image", rounds, f" of {MANY} files")
        yield grown(tree, Path(folder), rounds)


def many(tree: Path) -> Path:
    """A checkout of so many small files, with references among them."""
    for number in range(MANY):
        suffix, text = SMALL[number % len(SMALL)]
        place = tree / f"{number // 500}" / f"{number % 500 // 50}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}{suffix}").write_text(text.format(number=number), encoding="utf-8")
        if number % EVERY == 0:
            plant(tree / "planted" / str(number))
    track(tree)
    return tree


def make(tree: Path) -> None:
    """A checkout of what Python packages installed here, with references among it."""
    packages = Path(sysconfig.get_paths()["purelib"])
    found = (path for path in sorted(packages.rglob("*")) if "__pycache__" not in path.parts)
    for number, path in enumerate(path for path in found if path.is_file()):
        place = tree / "packages" / path.relative_to(packages)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        if number % EVERY == 0:
            plant(tree / "planted" / str(number))
    track(tree)


def plant(folder: Path) -> None:
    """Files with a reference each, one of every form."""
    folder.mkdir(parents=True)
    for name, text in PLANTED.items():
        (folder / name).write_text(text, encoding="utf-8")


def copy(source: Path, tree: Path) -> None:
    """A checkout of the files that git tracks in `source`, which stays as it is."""
    listed = subprocess.run(["git", "-C", source, "ls-files", "-z"], check=True, capture_output=True).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (source / name).is_symlink() or (source / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, tree / name, follow_symlinks=False)
    track(tree)


def track(tree: Path) -> None:
    """Let git track all that lies in `tree`."""
    for words in (["init", "--quiet", "--template="], ["add", "--all", "--force"]):
        subprocess.run(["git", "-C", tree, "-c", "core.autocrlf=false", *words], check=True)


def files(tree: Path) -> Iterator[Path]:
    """Every file that git tracks in `tree`."""
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (path for name in names if not (path := Path(folder, name)).is_symlink())


def compared(tree: Path, what: str, rounds: int, where: str) -> Iterator[Figure]:
    """The ratio to the floor without --write, and with it."""
    floor = f'git grep -l -z -E "$0:" | xargs -0 -r sed -i -E "s#($0):[A-Za-z0-9_.-]+#\\1:{TAG}#g"'
    ours = [*PROGRAM, str(tree), "--image", f"{NAMES[what]}:{TAG}"]
    commands = {"floor": ["sh", "-c", floor, NAMES[what]], "": ours, " --write": [*ours, "--write"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            subprocess.run(["git", "-C", tree, "checkout", "--quiet", "--force", "."], check=True)
            times[name].append(cost(command, tree).processor)
    for name in ("", " --write"):
        told = f"{statistics.median(times[name]):.2f} s of a processor"
        title = f"update_references.py{name}, {what}{where}"
        yield Figure(title, ratios(times[name], times["floor"]), "git grep and sed", BOUND, told=told)


def grown(tree: Path, folder: Path, rounds: int) -> Figure:
    """How much longer each byte takes in the most copies of `tree` than in the fewest, start-up apart."""
    subprocess.run(["git", "-C", tree, "checkout", "--quiet", "--force", "."], check=True)
    trees = [multiple(tree, folder / f"{times}", times) for times in (0, *COPIES)]
    name = NAMES["the images of a release"]
    commands = [[*PROGRAM, str(each), "--image", f"{name}:{TAG}"] for each in trees]
    samples = []
    for _ in range(rounds):
        start, few, most = (cost(command, folder).processor for command in commands)
        samples.append((most - start) / (few - start) * COPIES[0] / COPIES[-1])
    title = f"update_references.py, each byte of {COPIES[-1] // COPIES[0]} times as many"
    return Figure(title, tuple(samples), "each of fewer", LINEAR)


def multiple(tree: Path, place: Path, times: int) -> Path:
    """A checkout of planted files and so many copies of `tree`, of hard links: nothing is written there."""
    plant(place / "planted")
    for number in range(times):
        for path in files(tree):
            copied = place / str(number) / path.relative_to(tree)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.hardlink_to(path)
    track(place)
    return place


def main() -> int:
    """Print the table; exit 1 when one is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, metavar="PATH", help="a checkout to copy and measure on")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    return judge(lambda: figures(options.tree, options.rounds))


if __name__ == "__main__":
    sys.exit(main())
