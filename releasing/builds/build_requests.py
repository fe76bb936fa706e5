"""What a build script asked of docker, podman, buildah and gcloud: which images it builds, pushes and tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Options of `build` that have a value, in either form; all that matter here and the usual ones.
VALUED = {
    *("-t", "--tag", "-f", "--file", "--build-arg", "--label", "--platform", "--target", "--cache-from"),
    *(
        "--network",
        "--secret",
        "--ssh",
        "--iidfile",
        "--progress",
        "--output",
        "-o",
        "--isolation",
        "--format",
    ),
}
SHORT = {"-t": "--tag", "-f": "--file"}


@dataclass(frozen=True)
class BuildRequest:
    """One thing asked: `kind` is build, push or login; of a build its Dockerfile (empty: the context's own).

    A push `while_building` is part of a build, and does not happen when that fails.
    """

    kind: str
    image: str = ""
    dockerfile: str = ""
    words: tuple[str, ...] = ()
    while_building: bool = False

    def __str__(self) -> str:
        return " ".join(self.words)


def requests(asked: Iterable[tuple[str, ...]]) -> Iterator[BuildRequest]:
    """What the command lines ask for, as far as it matters."""
    for words in asked:
        program, *rest = words
        if program == "gcloud":
            yield from _of_gcloud(words, rest)
        else:
            yield from _of_builder(words, rest)


def _of_gcloud(words: tuple[str, ...], rest: list[str]) -> Iterator[BuildRequest]:
    if rest[:1] == ["docker"]:
        inner = rest[1:]
        yield from _of_builder(words, inner[1:] if inner[:1] == ["--"] else inner)
    elif rest[:3] == ["container", "images", "add-tag"]:
        positional = [word for word in rest[3:] if not word.startswith("-")]
        yield BuildRequest("push", positional[-1] if positional else "", words=words)
    elif rest[:2] == ["builds", "submit"]:
        _, options = _taken_apart(rest[2:])
        yield BuildRequest("build", words=words)
        yield from _while_building(words, options)
    elif rest[:2] == ["auth", "login"]:
        yield BuildRequest("login", words=words)


def _of_builder(words: tuple[str, ...], rest: list[str]) -> Iterator[BuildRequest]:
    plain = rest[1:] if rest[:1] in (["image"], ["buildx"]) else rest
    verb, *arguments = plain or [""]
    positional, options = _taken_apart(arguments)
    if verb in ("build", "bud", "build-using-dockerfile"):
        yield BuildRequest("build", dockerfile=(options.get("--file") or [""])[-1], words=words)
        if "--push" in options:
            yield from _while_building(words, options)
    elif verb == "push" and positional:
        yield BuildRequest("push", positional[-1].removeprefix("docker://"), words=words)
    elif verb == "login" and not options.keys() & {"--password-stdin", "-p", "--password", "--get-login"}:
        yield BuildRequest("login", words=words)


def _while_building(words: tuple[str, ...], options: dict[str, list[str]]) -> Iterator[BuildRequest]:
    for image in options.get("--tag", []):
        yield BuildRequest("push", image, words=words, while_building=True)


def _taken_apart(words: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The words that are no options, and the values of the options by their long names."""
    positional: list[str] = []
    options: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            positional.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in VALUED and not equals and rest:
            value = rest.pop(0)
        options.setdefault(SHORT.get(name, name), []).append(value)
    return positional, options
