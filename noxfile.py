"""How we check ourselves: `scripts/nox` runs every check; `scripts/nox -s NAME` one of them.

The checks run in the environment that scripts/nox made (.venv). Environments of their own have `oldest`, which has
an older Python, and `release`, which runs tasks as CI does: `scripts/nox -s release -- release.rc --version 0.2.1`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import nox
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parent
CONSTRAINTS = ROOT / "constraints.txt"
PACKAGES = {
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "jsonnetfmt": "jsonnet",
    "ssh-keygen": "openssh-client",
    "gpg": "gnupg",
    "shellcheck": "shellcheck",
}
CODE = ("tasks.py", "noxfile.py", "releasing", "scripts", "tests", "benchmarks")

# What depends on the interpreter (regular expressions, parsing, text) and does not take long.
MARKER = "interpreter"

nox.needs_version = ">=2026.1"
nox.options.sessions = ["system_packages", "lint", "types", "tests", "oldest"]
nox.options.error_on_missing_interpreters = True
nox.options.stop_on_first_error = False
PYTHON = sys.executable
# Tests of whole releases often wait: one more at a time than there are processors. Each gets one at once, so that
# none has many left when the others are done.
AT_ONCE = ("-n", str((os.cpu_count() or 1) + 1), "--maxschedchunk", "1")
VERSION = "{}.{}.{}".format(*sys.version_info)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIRED = PROJECT["project"]["requires-python"]
EVERYTHING = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["checks"]]


def version_of(python: Path) -> Version | None:
    """The version of the interpreter `python`; None when it does not run."""
    asked = (str(python), "-I", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])")
    try:
        return Version(subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def older_python(folders: Iterable[str]) -> str | None:
    """The oldest Python in `folders` that we support and that is older than .venv's; None when there is none."""
    programs = [path for folder in folders for path in sorted(Path(folder or ".").glob("python3*"))]
    named = {path.resolve(): path for path in programs if re.fullmatch(r"python3(\.\d+)?", path.name)}
    versions = {str(path): version_of(path) for path in named.values()}
    fits = SpecifierSet(f"{REQUIRED},<{VERSION}").contains
    found = [(version, path) for path, version in versions.items() if version and fits(version)]
    return min(found)[1] if found else None


OLDER = older_python([*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin", "/usr/bin"])


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
    """All tests, of the kill campaigns a sample; arguments go to pytest (--seed N: the sample of an earlier run)."""
    check(session, "pytest", "-q", *AT_ONCE, *(session.posargs or ["--durations=10"]))


@nox.session(venv_backend="none")
def campaign(session: nox.Session) -> None:
    """The kill campaigns, complete: every command, before and after it, and every fault. Takes most of an hour."""
    check(session, "pytest", "-q", *AT_ONCE, "-m", "campaign", "--campaign", *session.posargs)


@nox.session(python=OLDER, venv_backend="virtualenv" if OLDER else "none", reuse_venv=True)
def oldest(session: nox.Session) -> None:
    """The tests that depend on the interpreter, with the oldest Python here that we support, if .venv's is newer."""
    if not OLDER:
        session.skip(f"no Python {REQUIRED} here that is older than .venv's {VERSION}")
    session.install("--quiet", "--constraint", str(CONSTRAINTS), *EVERYTHING)
    session.log(f"{OLDER} is Python {version_of(Path(OLDER))}")
    session.run("python", "-m", "pytest", "-q", *AT_ONCE, "-m", MARKER, *session.posargs)


@nox.session(venv_backend="none")
def benchmarks(session: nox.Session) -> None:
    """Measure, as ratios within one run, and write docs/performance.md; arguments name some benchmarks."""
    session.run(PYTHON, str(ROOT / "benchmarks" / "performance.py"), *session.posargs, external=True)


@nox.session(reuse_venv=True)
def release(session: nox.Session) -> None:
    """Run tasks in an isolated environment: scripts/nox -s release -- release.rc --version 0.2.1."""
    session.install("--quiet", "--constraint", str(CONSTRAINTS), *PROJECT["project"]["dependencies"])
    session.run("invoke", "--search-root", str(ROOT), *(session.posargs or ["--list"]))


@nox.session
def repin(session: nox.Session) -> None:
    """Renew constraints.txt with the newest versions of everything."""
    session.install("--quiet", "--upgrade", *EVERYTHING)
    frozen = session.run("pip", "freeze", silent=True) or ""
    head = CONSTRAINTS.read_text(encoding="utf-8").split("\n", 1)[0]
    CONSTRAINTS.write_text(f"{head}\n{frozen.strip()}\n", encoding="utf-8")
