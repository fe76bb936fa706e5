"""How we check ourselves: `scripts/nox` runs every check; `scripts/nox -s NAME` one of them.

The checks run in the environment that scripts/nox made (.venv). The session `release` runs tasks in an environment
of its own, as CI does: `scripts/nox -s release -- release.rc --version 0.2.1`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
CONSTRAINTS = ROOT / "constraints.txt"
PACKAGES = {
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "jsonnetfmt": "jsonnet",
    "ssh-keygen": "openssh-client",
    "gpg": "gnupg",
}
CODE = ("tasks.py", "noxfile.py", "releasing", "scripts", "tests", "benchmarks")

nox.needs_version = ">=2026.1"
nox.options.sessions = ["system_packages", "lint", "types", "tests"]
nox.options.error_on_missing_interpreters = True
nox.options.stop_on_first_error = False
PYTHON = sys.executable


def check(session: nox.Session, *words: str) -> None:
    """Run a tool of .venv."""
    session.run(PYTHON, "-m", *words, external=True)


@nox.session(venv_backend="none")
def system_packages(session: nox.Session) -> None:
    """Install the Debian packages that the tests use (as root, with apt), or say which are missing and fail."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        session.run("apt-get", "update", "-qq", external=True)
        session.run(
            "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, external=True, silent=True
        )
    else:
        session.error(f"install these Debian packages first: sudo apt-get install {' '.join(missing)}")


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Lint and format check."""
    check(session, "ruff", "check", *CODE, "scripts/ks")
    check(session, "ruff", "format", "--check", *CODE, "scripts/ks")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Types, strictly."""
    check(session, "mypy")


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """All tests; arguments go to pytest."""
    check(session, "pytest", "-q", "-n", "2", *(session.posargs or ["--durations=10"]))


@nox.session(venv_backend="none")
def benchmarks(session: nox.Session) -> None:
    """Measure, as ratios within one run."""
    for program in sorted((ROOT / "benchmarks").glob("bench_*.py")):
        session.run(PYTHON, str(program), external=True)


@nox.session(reuse_venv=True)
def release(session: nox.Session) -> None:
    """Run tasks in an isolated environment: scripts/nox -s release -- release.rc --version 0.2.1."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    session.install("--quiet", "--constraint", str(CONSTRAINTS), *project["dependencies"])
    session.run("invoke", "--search-root", str(ROOT), *(session.posargs or ["--list"]))


@nox.session
def repin(session: nox.Session) -> None:
    """Renew constraints.txt with the newest versions of everything."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["checks"]]
    session.install("--quiet", "--upgrade", *wanted)
    frozen = session.run("pip", "freeze", silent=True) or ""
    head = CONSTRAINTS.read_text(encoding="utf-8").split("\n", 1)[0]
    CONSTRAINTS.write_text(f"{head}\n{frozen.strip()}\n", encoding="utf-8")
