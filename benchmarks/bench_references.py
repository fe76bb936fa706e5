#!/usr/bin/env python3
"""How long update_references.py takes beside what one would type instead, and whether its time grows with the bytes.

Floor: git grep -l -E PATTERN | xargs sed -i -E. Bound: 1.5 times that, start-up included, with --write and without;
and 4 times the bytes take at most 1.3 times as long for each of them. --tree PATH measures on a copy of a checkout
of one's own; without it the tree is made of the files of the Python packages that are installed here. What the
program takes to start is printed, too: where the floor takes less than that, the ratio says little else.
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
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, str(ROOT / "scripts" / "update_references.py")]
ROUNDS = 9
BOUND = 1.5
LINEAR = 1.3
COPIES = (2, 4, 8)  # the smallest is well above what a busy machine adds to a run
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


def main() -> int:
    """Print the ratios; exit 1 when one is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, metavar="PATH", help="a checkout to copy and measure on")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        copy(options.tree, tree) if options.tree else make(tree)
        size = sum(path.stat().st_size for path in files(tree))
        print(f"{options.tree or 'files of installed packages, planted with references'}: ", end="")
        print(f"{len([*files(tree)])} files, {size / 1e6:.0f} MB; medians of {options.rounds} rounds")
        ratios = [ratio for what in NAMES for ratio in compared(tree, what, options.rounds)]
        growth = grown(tree, Path(folder), options.rounds)
    return int(max(ratios) > BOUND or growth > LINEAR)


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


def compared(tree: Path, what: str, rounds: int) -> Iterator[float]:
    """The ratio to the floor without --write, and with it."""
    floor = f'git grep -l -z -E "$0:" | xargs -0 -r sed -i -E "s#($0):[A-Za-z0-9_.-]+#\\1:{TAG}#g"'
    ours = [*PROGRAM, str(tree), "--image", f"{NAMES[what]}:{TAG}"]
    commands = {"floor": ["sh", "-c", floor, NAMES[what]], "ours": ours, "ours --write": [*ours, "--write"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    changed = {}
    for _ in range(rounds):
        for name, command in commands.items():
            subprocess.run(["git", "-C", tree, "checkout", "--quiet", "--force", "."], check=True)
            times[name].append(seconds(command, tree))
            changed[name] = changes(tree)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"\n{what}: git grep | sed changes {changed['floor']} files, update_references.py", end=" ")
    print(f"{changed['ours --write']} (it leaves vendored copies, tests and the like alone)")
    print(f"  git grep -l -E | xargs sed -i -E  {medians['floor'] * 1000:7.1f} ms")
    for name in ("ours", "ours --write"):
        ratio = medians[name] / medians["floor"]
        shown = name.replace("ours", "update_references.py")
        print(f"  {shown:32}  {medians[name] * 1000:7.1f} ms   ratio {ratio:5.2f}   (bound {BOUND})")
        yield ratio


def changes(tree: Path) -> int:
    """How many files differ from what git was given."""
    listed = subprocess.run(["git", "-C", tree, "diff", "--name-only"], check=True, capture_output=True)
    return len(listed.stdout.splitlines())


def grown(tree: Path, folder: Path, rounds: int) -> float:
    """How much longer each byte takes in the most copies of `tree` than in the fewest, start-up apart."""
    subprocess.run(["git", "-C", tree, "checkout", "--quiet", "--force", "."], check=True)
    trees = [multiple(tree, folder / f"{times}", times) for times in (0, *COPIES)]
    name = NAMES["the images of a release"]
    commands = [[*PROGRAM, str(each), "--image", f"{name}:{TAG}"] for each in trees]
    rows = [[seconds(command, folder) for command in commands] for _ in range(rounds)]
    start, *taken = [statistics.median(column) for column in zip(*rows, strict=True)]
    print(f"\n{', '.join(map(str, COPIES))} copies of the tree, without --write;", end=" ")
    print(f"{start * 1000:.1f} ms are start-up: what {len(PLANTED)} files alone take")
    each = []
    for copies, time_taken in zip(trees[1:], taken, strict=True):
        size = sum(path.stat().st_size for path in files(copies)) / 1e6
        each.append((time_taken - start) / size)
        print(f"  {size:6.0f} MB  {time_taken * 1000:7.1f} ms   {each[-1] * 1000:6.3f} ms for each MB")
    ratio: float = each[-1] / each[0]
    print(f"  ratio of the last to the first   {ratio:5.2f}   (bound {LINEAR})")
    return ratio


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


def seconds(command: list[str], folder: Path) -> float:
    """How long `command` takes in `folder`."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
