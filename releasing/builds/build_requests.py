"""What a build script asked of docker, podman, buildah and gcloud: which images it builds, pushes and tags."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from releasing.builds.bake_files import targets

# Options of `build` that have a value, in either form; all that matter here and the usual ones.
VALUED = {
    *("--tag", "--file", "--build-arg", "--label", "--platform", "--target", "--cache-from", "--cache-to"),
    *("--network", "--secret", "--ssh", "--iidfile", "--progress", "--output", "--isolation", "--format"),
    *("--builder", "--metadata-file", "--annotation", "--attest", "--build-context", "--add-host", "--set"),
    *(
        "--call",
        "--allow",
        "--var",
        "--list",
        "--config",
        "--context",
        "--host",
        "--log-level",
        "--project-name",
    ),
    *("--project-directory", "--profile", "--env-file", "--authfile", "--creds", "--digestfile", "--root"),
    *("--tlscacert", "--tlscert", "--tlskey", "--storage-driver", "--username", "--password", "--ulimit"),
}
SHORT = {"-t": "--tag", "-f": "--file", "-o": "--output"}
OF_DOCKER = {"-H": "--host", "-c": "--context", "-l": "--log-level"}
OF_COMPOSE = {"-f": "--file", "-p": "--project-name"}
OF_LOGIN = {"-u": "--username", "-p": "--password"}
# Before the verb they say what it is about, and nothing else here.
GROUPS = {"image", "buildx", "builder"}


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


@dataclass(frozen=True)
class Surroundings:
    """Where a program was started, and with which environment: files that it reads are looked for there."""

    folder: Path = Path()
    environment: tuple[tuple[str, str], ...] = ()


def requests(asked: Iterable[tuple[str, ...]], around: Surroundings | None = None) -> Iterator[BuildRequest]:
    """What the command lines ask for, as far as it matters."""
    for words in asked:
        program, *rest = words
        if program == "gcloud":
            yield from _of_gcloud(words, rest, around)
        else:
            yield from _of_builder(words, rest, around)


def _of_gcloud(
    words: tuple[str, ...], rest: list[str], around: Surroundings | None
) -> Iterator[BuildRequest]:
    if rest[:1] == ["docker"]:
        inner = rest[1:]
        yield from _of_builder(words, inner[1:] if inner[:1] == ["--"] else inner, around)
    elif rest[:3] == ["container", "images", "add-tag"]:
        positional = [word for word in rest[3:] if not word.startswith("-")]
        yield BuildRequest("push", positional[-1] if positional else "", words=words)
    elif rest[:2] == ["builds", "submit"]:
        _, options = _taken_apart(rest[2:])
        yield BuildRequest("build", words=words)
        yield from _while_building(words, options.get("--tag", []))
    elif rest[:2] == ["auth", "login"]:
        yield BuildRequest("login", words=words)


def _of_builder(
    words: tuple[str, ...], rest: list[str], around: Surroundings | None
) -> Iterator[BuildRequest]:
    verb, arguments = _verb(rest)
    if verb in ("build", "bud", "build-using-dockerfile"):
        _, options = _taken_apart(arguments)
        yield from _built(words, options, options.get("--tag", []), options.get("--file", []))
    elif verb == "bake":
        yield from _baked(words, arguments, around or Surroundings())
    elif verb == "compose":
        yield from _composed(words, arguments, around or Surroundings())
    elif verb == "login":
        options = _taken_apart(arguments, OF_LOGIN)[1]
        if not options.keys() & {"--password-stdin", "--password", "--get-login"}:
            yield BuildRequest("login", words=words)
    else:
        yield from _pushed(words, _images(verb, arguments))


def _images(verb: str, arguments: list[str]) -> list[str]:
    """The images that a command pushes which does not build."""
    if verb == "push":
        return _taken_apart(arguments)[0][-1:]
    if verb == "manifest" and arguments[:1] == ["push"]:
        # NAME, or LIST and where it goes.
        return _taken_apart(arguments[1:])[0][-1:]
    if verb == "imagetools" and arguments[:1] == ["create"]:
        return _taken_apart(arguments[1:])[1].get("--tag", [])
    return []


def _verb(rest: list[str]) -> tuple[str, list[str]]:
    """What a builder is asked to do, and the words after that; options and groups before it are left out."""
    words = list(rest)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            if word not in GROUPS:
                return word, words
        elif "=" not in word and OF_DOCKER.get(word, word) in VALUED and words:
            words.pop(0)
    return "", []


def _built(
    words: tuple[str, ...], options: dict[str, list[str]], tags: Iterable[str], files: Iterable[str]
) -> Iterator[BuildRequest]:
    """A build, and what it pushes: with --push, or with an output that is a registry."""
    outputs = [_output(each) for each in options.get("--output", [])]
    yield BuildRequest("build", dockerfile=([*files] or [""])[-1], words=words)
    named = [name for output in outputs for name in output.get("name", "").split(",") if name]
    if _on(options.get("--push")) or any(map(_is_registry, outputs)):
        yield from _while_building(words, dict.fromkeys([*tags, *named]))


def _baked(words: tuple[str, ...], arguments: list[str], around: Surroundings) -> Iterator[BuildRequest]:
    named, options = _taken_apart(arguments)
    if _on(options.get("--print")):
        return
    told = dict(each.split("=", 1) for each in options.get("--var", []) if "=" in each)
    environment = dict(around.environment) | told
    files, changes = options.get("--file", []), options.get("--set", [])
    for target in targets(around.folder, files, named, changes, environment):
        of_target = {**options, "--output": [*target.outputs]}
        yield from _built(words, of_target, target.tags, [target.dockerfile] if target.dockerfile else [])


def _composed(words: tuple[str, ...], arguments: list[str], around: Surroundings) -> Iterator[BuildRequest]:
    before = next((place for place, word in enumerate(arguments) if word in ("build", "push")), None)
    if before is None:
        return
    files = _taken_apart(arguments[:before], OF_COMPOSE)[1].get("--file", [])
    named, options = _taken_apart(arguments[before + 1 :])
    for target in targets(around.folder, files, named, [], dict(around.environment)):
        if arguments[before] == "push":
            yield from _pushed(words, target.tags)
        else:
            yield from _built(words, options, target.tags, [target.dockerfile] if target.dockerfile else [])


def _output(text: str) -> dict[str, str]:
    """The fields of an output such as `type=image,"name=a,b",push=true`."""
    fields = next(csv.reader([text]), [])
    return {name.strip().lower(): value for name, _, value in (each.partition("=") for each in fields)}


def _is_registry(output: dict[str, str]) -> bool:
    return output.get("type") == "registry" or output.get("push", "").lower() in ("true", "1")


def _on(values: list[str] | None) -> bool:
    """Whether a switch was given last without a value, or with one that is not false."""
    return values is not None and values[-1].lower() not in ("false", "0")


def _while_building(words: tuple[str, ...], images: Iterable[str]) -> Iterator[BuildRequest]:
    for image in images:
        yield BuildRequest("push", image, words=words, while_building=True)


def _pushed(words: tuple[str, ...], images: Iterable[str]) -> Iterator[BuildRequest]:
    for image in images:
        yield BuildRequest("push", image.removeprefix("docker://"), words=words)


def _taken_apart(
    words: list[str], short: dict[str, str] | None = None
) -> tuple[list[str], dict[str, list[str]]]:
    """The words that are no options, and the values of the options by their long names."""
    positional: list[str] = []
    options: dict[str, list[str]] = {}
    rest, long_names = list(words), SHORT if short is None else short
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            positional.append(word)
            continue
        name, equals, value = word.partition("=")
        if word[:2] in long_names and not word.startswith("--") and len(name) > 2:
            # -tIMAGE, the value at once.
            name, equals, value = word[:2], "=", word[2:]
        name = long_names.get(name, name)
        if name in VALUED and not equals and rest:
            value = rest.pop(0)
        options.setdefault(name, []).append(value)
    return positional, options
