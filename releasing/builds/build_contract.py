"""The build contract: `build_image.sh DOCKERFILE IMAGE TAG ARGS…` builds the image and pushes exactly IMAGE:TAG.

Runbook: "Create Release Workflow". What the contract says is docs/build-contract.md; here a folder is held against
it, by reading its script and by trying it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from releasing.builds.build_requests import BuildRequest
from releasing.builds.build_trial import IMAGE, SCRIPT, TAG, Trial, tried
from releasing.errors import UnmetError, UsageError

SECONDS = 10.0
PLAIN, NO_BUILD, NO_PUSH, NO_DAEMON = "all goes well", "no build", "no push", "no daemon"
MORE = "CONTRACT=1"
SET_E = "write set -e near the top; programs that it calls must fail as well"
WANTED = f"{IMAGE}:{TAG}"


@dataclass(frozen=True)
class Breach:
    """Where a script breaks the contract: what was found, what was expected, and what to write."""

    where: str
    found: str
    expected: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}; expected {self.expected}\n    {self.hint}"


def require(context: Path, found: list[Breach]) -> None:
    """Raise UnmetError when there is a breach."""
    if found:
        count = f"{len(found)} breach{'es' if len(found) > 1 else ''}"
        raise UnmetError(f"{context}: {count} of the build contract", "docs/build-contract.md has an example")


def breaches(context: Path, seconds: float = SECONDS) -> list[Breach]:
    """Everything in which the script of a build context breaks the contract.

    Each trial is ended after `seconds`. Raises UsageError when `context` is no folder.
    """
    if not context.is_dir():
        raise UsageError(f"{context} is not a folder", f"name the folder with {SCRIPT}")
    path = context / SCRIPT
    if not path.is_file():
        names = ", ".join(sorted(each.name for each in context.iterdir())[:8]) or "nothing"
        text = f"has no {SCRIPT} (it has: {names})"
        return [Breach(str(context), text, "one", f"cp scripts/{SCRIPT} {path}")]
    script = Script(path, path.read_text(encoding="utf-8", errors="replace").splitlines())
    found = [*_read(script)]
    if not script.lines or not script.lines[0].startswith("#!"):
        return found
    return [*found, *_tried(script, context, seconds)]


@dataclass(frozen=True)
class Script:
    """The script: its path and its lines."""

    path: Path
    lines: list[str]

    def breach(self, pattern: str, found: str, expected: str, hint: str) -> Breach:
        """A breach at the first line that `pattern` is found in, comments apart; at the file without such a line."""
        numbers = (
            number
            for number, line in enumerate(self.lines, 1)
            if pattern and (number == 1 or not line.lstrip().startswith("#")) and re.search(pattern, line)
        )
        number = next(numbers, None)
        return Breach(f"{self.path}:{number}" if number else str(self.path), found, expected, hint)


def _read(script: Script) -> Iterator[Breach]:
    """What reading the script tells."""
    if not script.path.stat().st_mode & 0o111:
        hint = f"git update-index --chmod=+x {script.path}, or chmod +x"
        yield script.breach("", "is not executable", "an executable file", hint)
    first = script.lines[0] if script.lines else ""
    if not first.startswith("#!"):
        text = f"begins with {first!r}"
        yield script.breach(
            "^", text, "a line that names its interpreter", "write #!/bin/sh as the first line"
        )
    asking = r"^\s*(read|select)\s|[;&|]\s*read\s+-?p?"
    if any(re.search(asking, line) for line in script.lines):
        yield script.breach(
            asking, "asks for input", "a script that never asks", "take the value as an argument after TAG"
        )


def _tried(script: Script, context: Path, seconds: float) -> Iterator[Breach]:
    """What trying the script tells."""
    plain = tried(context, PLAIN, (), seconds)
    yield from _plain(script, plain, seconds)
    if plain.code != 0:
        # Nothing more can be told of a script that does not even build when all goes well.
        yield from _no_daemon(script, tried(context, NO_DAEMON, (), seconds), seconds)
        return
    more = tried(context, PLAIN, (MORE,), seconds)
    if more.code != 0 or _pushes(more) != _pushes(plain):
        ended = (
            f"with {MORE} as a further argument it {_end(more, seconds)} and pushes {_list(_pushes(more))}"
        )
        yield script.breach(
            "", ended, "that it accepts further arguments", "ignore arguments that it does not use"
        )
    built, pushed = tried(context, NO_BUILD, (), seconds), tried(context, NO_PUSH, (), seconds)
    unbuilt = _pushes(built, after_a_build=True)
    if built.code == 0 or unbuilt:
        ended = f"when the build fails it {_end(built, seconds)} and pushes {_list(unbuilt)}"
        yield script.breach(r"\bbuild", ended, "that it fails and pushes nothing", SET_E)
    if pushed.code == 0:
        ended = f"when the push fails it {_end(pushed, seconds)}"
        yield script.breach(r"\bpush", ended, "that it fails", SET_E)
    yield from _no_daemon(script, tried(context, NO_DAEMON, (), seconds), seconds)


def _plain(script: Script, trial: Trial, seconds: float) -> Iterator[Breach]:
    what = f"{SCRIPT} DOCKERFILE IMAGE TAG"
    asked = trial.requested
    for each in asked:
        if each.kind == "login":
            hint = "docker login --password-stdin, or gcloud auth activate-service-account"
            yield script.breach(r"\blogin\b", f"asks for input: {each}", "a script that never asks", hint)
    if trial.code != 0:
        text = f"{what} {_end(trial, seconds)}: {trial.last}"
        yield script.breach(
            "", text, "that it builds and pushes", f"try it: {script.path} Dockerfile IMAGE TAG"
        )
        return
    yield from _built(script, [each for each in asked if each.kind == "build"], trial)
    yield from _pushed(script, _pushes(trial))


def _built(script: Script, builds: list[BuildRequest], trial: Trial) -> Iterator[Breach]:
    if not builds:
        expected = "docker, podman, buildah or gcloud builds to build it"
        yield script.breach("", "builds nothing", expected, "docker build --file=DOCKERFILE …")
    elif not any(Path(each.dockerfile).name == Path(trial.given).name for each in builds):
        read = ", ".join(dict.fromkeys(each.dockerfile or "the Dockerfile of its context" for each in builds))
        expected = "the Dockerfile that it is given first"
        yield script.breach(r"\bbuild", f"builds {read}", expected, 'docker build --file="$1" …')


def _pushed(script: Script, pushes: list[str]) -> Iterator[Breach]:
    push = r"\bpush\b|add-tag"
    if WANTED not in pushes:
        text = f"pushes {_list(pushes)}"
        yield script.breach(push, text, f"IMAGE:TAG, here {WANTED}", 'docker push "$2:$3"')
    for image in pushes:
        if image.endswith(":latest"):
            text = f"pushes {image} although no argument asks for it"
            hint = "push it only when a further argument asks for it"
            yield script.breach(":latest", text, "only IMAGE:TAG", hint)
        elif image not in (WANTED, IMAGE):
            yield script.breach(push, f"also pushes {image}", "only IMAGE:TAG", "remove the other push")


def _no_daemon(script: Script, trial: Trial, seconds: float) -> Iterator[Breach]:
    if trial.code is None:
        text = f"while no daemon answers it {_end(trial, seconds)}"
        hint = "count the attempts, and fail with a message after a minute"
        yield script.breach(r"\b(until|while)\b.*\b(docker|podman|buildah)\b", text, "that it ends", hint)
    elif trial.code == 0:
        text = f"when no daemon answers it {_end(trial, seconds)}"
        yield script.breach("", text, "that it fails", SET_E)


def _pushes(trial: Trial, *, after_a_build: bool = False) -> list[str]:
    pushes = (each for each in trial.requested if each.kind == "push")
    return list(dict.fromkeys(each.image for each in pushes if not (after_a_build and each.while_building)))


def _list(images: list[str]) -> str:
    return ", ".join(images) or "nothing"


def _end(trial: Trial, seconds: float) -> str:
    if trial.code is None:
        return f"still runs after {seconds:g} s"
    return f"ends with exit code {trial.code}"
