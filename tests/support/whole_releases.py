"""Whole releases as an operator runs them, and what they leave in the world, without what differs by run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

VERSION = "0.2.1"


def invoke(sandbox: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a task in `sandbox` and give back what it printed and its exit code."""
    command = [sys.executable, str(ROOT / "tasks.py"), *words, "--sandbox", str(sandbox)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RELEASE_")}
    return subprocess.run(
        command, capture_output=True, text=True, env={**environment, **variables}, check=False, cwd="/"
    )


def completed(sandbox: Path, *words: str, **variables: str) -> str:
    """Run a task that must succeed; gives what it printed."""
    run = invoke(sandbox, *words, **variables)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@dataclass(frozen=True)
class Trace:
    """What a release left: comparable between two sandboxes."""

    branches: dict[str, tuple[str, tuple[str, ...]]]
    tags: dict[str, tuple[str, str]]
    images: dict[str, str]
    pull_requests: tuple[tuple[str, str, bool], ...]
    releases: tuple[tuple[str, bool, bool, tuple[str, ...]], ...]
    mails: dict[str, str]


def trace(sandbox: Path) -> Trace:
    """Trees and subjects of branches, tags with their kind and tree, image tags, pull requests, releases, mails."""
    repository = sandbox / "github" / "kubeflow" / "kubeflow.git"
    return Trace(
        _branches(repository),
        _tags(repository),
        _images(sandbox),
        _pulls(repository),
        _releases(repository),
        _mails(sandbox),
    )


def git(repository: Path, *words: str) -> str:
    """The output of git in a bare repository."""
    run = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def _branches(repository: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = git(repository, "for-each-ref", "--format=%(refname:short) %(tree)", "refs/heads").splitlines()
    return {
        name: (
            tree,
            tuple(sorted(_plain(line) for line in git(repository, "log", "--format=%s", name).splitlines())),
        )
        for name, tree in (row.split() for row in rows)
    }


def _tags(repository: Path) -> dict[str, tuple[str, str]]:
    shape = "--format=%(refname:short) %(objecttype) %(tree)%(*tree)"
    rows = git(repository, "for-each-ref", shape, "refs/tags").splitlines()
    return {name: (kind, tree) for name, kind, tree in (row.split() for row in rows)}


def _images(sandbox: Path) -> dict[str, str]:
    found = {}
    for index in (sandbox / "registry").rglob("index.json"):
        for row in json.loads(index.read_text())["manifests"]:
            tag = row.get("annotations", {}).get("org.opencontainers.image.ref.name")
            if tag:
                found[f"{index.parent.relative_to(sandbox / 'registry')}:{tag}"] = row["digest"]
    return found


def _pulls(repository: Path) -> tuple[tuple[str, str, bool], ...]:
    file = repository.with_suffix(".json")
    issues = json.loads(file.read_text())["issues"] if file.exists() else []
    pulls = [(issue["title"], issue["pull"]) for issue in issues if issue["pull"]]
    return tuple(sorted((title, pull["base"], bool(pull["merge_commit"])) for title, pull in pulls))


def _releases(repository: Path) -> tuple[tuple[str, bool, bool, tuple[str, ...]], ...]:
    file = repository.with_suffix(".json")
    rows = json.loads(file.read_text())["releases"] if file.exists() else []
    return tuple(
        sorted(
            (row["tag_name"], row["draft"], row["prerelease"], tuple(each["name"] for each in row["assets"]))
            for row in rows
        )
    )


def _mails(sandbox: Path) -> dict[str, str]:
    # Commits and times differ between two runs of the same release; nothing else in a mail does.
    return {
        path.name: re.sub(r"\b[0-9a-f]{40}\b|\d{4}-\d\d-\d\d \d\d:\d\d", "…", _plain(path.read_text()))
        for path in (sandbox / "outbox").glob("*.eml")
    }


def _plain(text: str) -> str:
    """Without numbers of pull requests: steps side by side open them in any order."""
    return re.sub(r"#\d+", "#N", text)


def pasted(sandbox: Path, script: str, **variables: str) -> None:
    """Run the lines of a plan as a terminal would, with nothing but what they set; they must succeed."""
    with serving(sandbox):
        words = ["bash", "-eu"]
        done = subprocess.run(
            words,
            input=script,
            capture_output=True,
            text=True,
            env=variables,
            check=False,
            cwd=sandbox.parent,
        )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def serving(sandbox: Path) -> Iterator[str]:
    """The sandbox's registry and GitHub, up; gives the registry's address."""
    command = [sys.executable, str(ROOT / "tasks.py"), "rehearsal.serve", "--sandbox", str(sandbox)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield f"http://127.0.0.1:{(sandbox / 'port').read_text().strip()}"
        finally:
            server.terminate()
