"""A build_image.sh tried out in a copy of its folder; programs in PATH only write down what they are asked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Timer

from releasing.builds.build_requests import BuildRequest, Surroundings, requests
from releasing.errors import CommandError
from releasing.shell.environment import clean_environment
from releasing.shell.git_guard import reading
from releasing.shell.programs import Command, Shell

SCRIPT = "build_image.sh"
GIVEN = "Dockerfile.contract"  # beside the folder's own, so that it shows which one is built
IMAGE, TAG = "registry.example/contract/image", "v20180720-01234567"
PROGRAMS = ("docker", "podman", "buildah", "gcloud", "sleep")
STAND_IN = r"""#!/bin/sh
all=" ${0##*/} $* "
case "$all" in
  *' bake '* | *' compose '*) { printf '%s\0' around "$PWD"; env -0; echo; } >>"$RELEASE_TRIAL_LOG" ;;
esac
{ printf '%s\0' "${0##*/}" "$@"; echo; } >>"$RELEASE_TRIAL_LOG"
case "$RELEASE_TRIAL:$all" in
  'no daemon: docker '* | 'no daemon: podman '* | 'no daemon: buildah '* | 'no daemon: gcloud docker '*)
    echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2
    exit 1 ;;
  'no build:'*' build '* | 'no build:'*' bud '* | 'no build:'*' build-using-dockerfile '* | 'no build:'*' bake '* | \
  'no build: gcloud builds submit '*)
    echo 'the build failed' >&2
    exit 1 ;;
  'no push:'*' push '* | 'no push:'*' --push '* | 'no push:'*' --push=true '* | 'no push:'*'type=registry'* | \
  'no push:'*'push=true'* | 'no push:'*' bake '* | 'no push:'*' imagetools create '* | 'no push:'*' add-tag '* | \
  'no push: gcloud builds submit '*)
    echo 'denied: the push failed' >&2
    exit 1 ;;
esac
"""
DOCKERFILE = "FROM scratch\n"
AROUND = "around"  # begins the record of where the program of the next one was started


@dataclass(frozen=True)
class Trial:
    """How one run ended: its exit code, or None when the time was up; what it printed; what it asked programs for."""

    code: int | None
    said: tuple[str, ...]
    requested: tuple[BuildRequest, ...]
    given: str

    @property
    def last(self) -> str:
        """The last line of its output."""
        return next((line for line in reversed(self.said) if line.strip()), "nothing")


def tried(context: Path, case: str, more: tuple[str, ...], seconds: float) -> Trial:
    """Run the script of a copy of `context` on IMAGE and TAG, with `more` arguments; `case` says what shall fail.

    After `seconds` it is ended with all that it started. It has no terminal, and no way to the network for what
    takes notice of proxies.
    """
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        copy = _copied(context.resolve(), scratch)
        own = copy / "Dockerfile"
        given = copy / GIVEN
        given.write_bytes(own.read_bytes() if own.is_file() else DOCKERFILE.encode())
        (copy / SCRIPT).chmod(0o755)
        environment = _environment(scratch, case)
        words = (str(copy / SCRIPT), str(given), IMAGE, TAG, *more)
        code, said = _ended(environment, Command(words, str(scratch)), seconds)
        log = scratch / "log"
        # While the files are there that bake and compose read.
        requested = tuple(_requested(log.read_bytes())) if log.exists() else ()
        return Trial(code, tuple(said), requested, str(given))


def _copied(context: Path, scratch: Path) -> Path:
    """A copy of the context, in a copy of the checkout that it is a folder of: scripts ask git and their parents."""
    sh = reading(context)
    git = sh["git"]["-C", str(context)]
    alone = (context / ".git").exists() or not sh.succeeds(git["rev-parse", "--verify", "HEAD"])
    copy = scratch / "context"
    if not alone:
        top = Path(sh.read(git["rev-parse", "--show-toplevel"])).resolve()
        sh.read(git["clone", "--quiet", "--shared", str(top), str(scratch / "checkout")])
        copy = scratch / "checkout" / context.relative_to(top)
        # What is not committed counts, too.
        shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(context, copy, symlinks=True)
    return copy


def _environment(scratch: Path, case: str) -> dict[str, str]:
    programs = scratch / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).write_text(STAND_IN, encoding="utf-8")
        (programs / name).chmod(0o755)
    key = scratch / "key.json"
    key.write_text("{}\n", encoding="utf-8")
    nowhere = "http://127.0.0.1:9"
    inherited = clean_environment()
    return {
        "PATH": os.pathsep.join([str(programs), inherited.get("PATH", os.defpath)]),
        "LC_ALL": inherited["LC_ALL"],
        "HOME": str(scratch),
        "GOOGLE_APPLICATION_CREDENTIALS": str(key),
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_TERMINAL_PROMPT": "0",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere),
        "RELEASE_TRIAL": case,
        "RELEASE_TRIAL_LOG": str(scratch / "log"),
    }


def _ended(environment: dict[str, str], command: Command, seconds: float) -> tuple[int | None, list[str]]:
    said: list[str] = []
    sh, late = Shell(environment, show=said.append), Event()

    def end() -> None:
        late.set()
        sh.stop()

    timer = Timer(seconds, end)
    timer.start()
    try:
        sh.run(command)
    except CommandError as error:
        if error.status is None:
            return 127, [error.message.splitlines()[0]]
        return error.status, said
    except KeyboardInterrupt:
        if not late.is_set():
            raise
        return None, said
    finally:
        timer.cancel()
        timer.join()
    return 0, said


def _requested(log: bytes) -> Iterator[BuildRequest]:
    around = Surroundings()
    for record in log.split(b"\0\n")[:-1]:
        words = record.decode(errors="replace").split("\0")
        if words[0] == AROUND:
            pairs = (each.partition("=") for each in words[2:])
            around = Surroundings(Path(words[1]), tuple((name, value) for name, _, value in pairs))
        elif words[0] != "sleep":
            yield from requests([tuple(words)], around)
