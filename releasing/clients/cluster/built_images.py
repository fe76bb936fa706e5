"""The images that a workflow builds and pushes, read from its commands: build_image.sh DOCKERFILE IMAGE TAG …"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from releasing.clients.cluster.workflow_pods import pods_of
from releasing.image import ImageRef

Object = dict[str, Any]
BUILD = "build_image.sh"
SHELLS = ("bash", "sh")
OPERATORS = set(";&|()")
OF_KUBERNETES = re.compile(r"\$\((\w+)\)")
OF_SHELL = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def images_of(workflow: Object) -> tuple[ImageRef, ...]:
    """The images that an Argo workflow builds, each once; its exit handler builds no images."""
    return tuple(dict.fromkeys(image for pod in pods_of(workflow) for image in built_by(pod.container)))


def built_by(container: Object) -> tuple[ImageRef, ...]:
    """The images that the command of a container, or the script of one, builds and pushes.

    The arguments are DOCKERFILE IMAGE TAG … or DOCKERFILE IMAGE:TAG: the scripts of Kubeflow accept both.
    """
    environment = {each["name"]: each["value"] for each in container.get("env", []) if each.get("value")}
    words = [
        OF_KUBERNETES.sub(lambda found: environment.get(found[1], found[0]), word)
        for word in [*(container.get("command") or []), *(container.get("args") or [])]
    ]
    found = (_image(command, environment) for command in _commands(words, container.get("source", "")))
    return tuple(dict.fromkeys(image for image in found if image))


def _image(words: list[str], environment: Mapping[str, str]) -> ImageRef | None:
    places = (at for at, word in enumerate(words) if PurePosixPath(word).name == BUILD)
    _dockerfile, *arguments = words[next(places, len(words)) + 1 :] or [""]
    if not arguments:
        return None
    image, *rest = (
        OF_SHELL.sub(lambda found: environment.get(found[found.lastindex or 0], found[0]), word)
        for word in arguments
    )
    found = ImageRef.parse(image)
    return found if found.tag else ImageRef(image, rest[0] if rest else "latest")


def _commands(words: list[str], script: str) -> Iterator[list[str]]:
    """The commands that run: the lines of a script or of the text after `bash -c`, or the words themselves."""
    shell = len(words) > 2 and PurePosixPath(words[0]).name in SHELLS
    option = next((at for at, word in enumerate(words) if re.fullmatch(r"-\w*c", word)), len(words))
    if script:
        yield from _of_shell(script)
    elif shell and option + 1 < len(words):
        yield from _of_shell(words[option + 1])
    else:
        yield words


def _of_shell(text: str) -> Iterator[list[str]]:
    """The simple commands of a shell text; empty for a text whose quotes do not match."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="".join(OPERATORS))
        lexer.whitespace_split = True
        command: list[str] = []
        try:
            for word in lexer:
                if set(word) <= OPERATORS:
                    yield command
                    command = []
                else:
                    command.append(word)
        except ValueError:
            return
        yield command
