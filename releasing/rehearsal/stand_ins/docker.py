"""docker's stand-in: images are records in the sandbox until they are pushed to its registry."""

from __future__ import annotations

import json
import os
from pathlib import Path

from releasing.rehearsal.stand_ins import pushed_images
from releasing.rehearsal.stand_ins.command_grammar import (
    Grammar,
    ProgramRefusal,
    Words,
    as_json,
    folder_of,
    write,
)

USAGE = {
    "build": "docker build [OPTIONS] PATH | URL | -",
    "tag": "docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    "push": "docker push [OPTIONS] NAME[:TAG]",
    "images": "docker images [OPTIONS] [REPOSITORY[:TAG]]",
}
BUILD_OPTIONS = {"-t": "--tag", "--tag": "--tag", "-f": "--file", "--file": "--file"} | {
    name: name for name in ("--label", "--build-arg")
}


def main(words: list[str]) -> int:
    """Run one docker command; raises Refusal."""
    commands = {"build": (_build, 1), "tag": (_tag, 2), "push": (_push, 1), "images": (_images, 0)}
    name, rest = (words[0], words[1:]) if words else ("", [])
    if name not in commands:
        raise ProgramRefusal(
            f"docker: unknown command: docker {name}\n\nRun 'docker --help' for more information"
        )
    run, count = commands[name]
    valued, switches = (BUILD_OPTIONS, ["--pull", "--no-cache", "--rm"]) if name == "build" else ({}, [])
    parsed = Grammar(valued, switches, lambda o: _unknown(name, o), lambda o: _lacking(name, o)).parse(rest)
    if len(parsed.positional) != count:
        what = (
            f"requires {count} argument{'' if count == 1 else 's'}" if count else "accepts no arguments here"
        )
        raise ProgramRefusal(f"docker: 'docker {name}' {what}\n\n{_usage(name)}")
    run(parsed)
    return 0


def _usage(name: str) -> str:
    return f"Usage:  {USAGE[name]}\n\nRun 'docker {name} --help' for more information"


def _unknown(name: str, option: str) -> ProgramRefusal:
    what = f"flag: {option}" if option.startswith("--") else f"shorthand flag: '{option[1]}' in {option}"
    return ProgramRefusal(f"unknown {what}\n\n{_usage(name)}", 125)


def _lacking(name: str, option: str) -> ProgramRefusal:
    what = option if option.startswith("--") else f"'{option[1]}' in {option}"
    return ProgramRefusal(f"flag needs an argument: {what}\n\n{_usage(name)}", 125)


def _build(words: Words) -> None:
    context = Path(words.positional[0])
    if not context.is_dir():
        raise ProgramRefusal(f'unable to prepare context: path "{context}" not found')
    dockerfile = Path(words.last("--file", str(context / "Dockerfile")))
    if not dockerfile.is_file():
        raise ProgramRefusal(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
            f"lstat {dockerfile.absolute()}: no such file or directory"
        )
    labels = dict(label.partition("=")[::2] for label in words.options.get("--label", ()))
    for tag in words.options.get("--tag", ()):
        reference = pushed_images.parse(tag)
        _record(
            reference, pushed_images.labels_of(reference, labels.get(pushed_images.REVISION, "")) | labels
        )
        print(f"Successfully tagged {reference}")


def _tag(words: Words) -> None:
    source, target = (pushed_images.parse(word) for word in words.positional)
    labels = _labels(source)
    if labels is None:
        raise ProgramRefusal(f"Error response from daemon: No such image: {source}")
    _record(target, labels)


def _push(words: Words) -> None:
    reference = pushed_images.parse(words.positional[0])
    print(f"The push refers to repository [{reference.repository}]", flush=True)
    labels = _labels(reference)
    if labels is None:
        raise ProgramRefusal(f"An image does not exist locally with the tag: {reference.repository}")
    print(f"{reference.version}: digest: {pushed_images.push(reference, labels)}")


def _images(_words: Words) -> None:
    rows = [("REPOSITORY", "TAG")]
    for path in sorted(_folder().glob("*.json")):
        reference = pushed_images.parse(json.loads(path.read_text(encoding="utf-8"))["image"])
        rows.append((reference.repository, reference.version))
    width = max(len(repository) for repository, _ in rows)
    print(os.linesep.join(f"{repository:{width}}   {tag}" for repository, tag in rows))


def _folder() -> Path:
    return folder_of("RELEASE_SANDBOX") / "docker"


def _path(reference: pushed_images.PushedReference) -> Path:
    return _folder() / f"{str(reference).replace('/', '%2F')}.json"


def _record(reference: pushed_images.PushedReference, labels: dict[str, str]) -> None:
    write(_path(reference), as_json({"image": str(reference), "labels": labels}))


def _labels(reference: pushed_images.PushedReference) -> dict[str, str] | None:
    """What is known of a local image; None when there is none of that name."""
    path = _path(reference)
    if not path.exists():
        return None
    return dict(json.loads(path.read_text(encoding="utf-8"))["labels"])
