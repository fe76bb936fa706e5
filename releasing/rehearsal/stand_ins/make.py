"""make's stand-in: `make push` as in Kubeflow's bootstrap/Makefile, without Python 2 and the internet."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from releasing.builds.bootstrapper_packages import packages
from releasing.rehearsal.stand_ins import docker, gcloud_program
from releasing.rehearsal.stand_ins.command_grammar import Grammar, ProgramRefusal, folder_of
from releasing.rehearsal.stand_ins.pushed_images import REVISION
from releasing.shell.programs import Shell

VARIABLE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*(:{0,3}|\?|\+)=[ \t]*(.*?)[ \t]*(?:#.*)?$", re.MULTILINE
)
REFERENCE = re.compile(r"\$(?:\((\w+)\)|\{(\w+)\}|(\w))")
DEEPEST = 20  # variables inside variables
TARGET = re.compile(r"^push[ \t]*:(?!=)", re.MULTILINE)


def main(words: list[str]) -> int:
    """Run `make [-C DIR] push [NAME=VALUE …]`; raises Refusal."""
    valued = {"-C": "-C", "--directory": "-C"}
    parsed = Grammar(valued, (), lambda o: _refusal(f"unrecognized option '{o}'"), _lacking).parse(words)
    given = dict(word.partition("=")[::2] for word in parsed.positional if "=" in word)
    targets = [word for word in parsed.positional if "=" not in word]
    folder = Path(parsed.last("-C", "."))
    if not folder.is_dir():
        raise ProgramRefusal(f"make: *** {folder}: No such file or directory.  Stop.", 2)
    try:
        makefile = (folder / "Makefile").read_text(encoding="utf-8")
    except FileNotFoundError:
        makefile = ""
    if not targets:
        raise _refusal("*** the rehearsal has one target: make push.  Stop.")
    for target in targets:
        if target != "push" or not TARGET.search(makefile):
            raise _refusal(f"*** No rule to make target '{target}'.  Stop.")
    _enter("Entering", folder, parsed.last("-C"))
    # A variable of the command line overrides the Makefile's, as in make itself.
    _push(folder, _variables(makefile) | given, given)
    _enter("Leaving", folder, parsed.last("-C"))
    return 0


def _refusal(text: str) -> ProgramRefusal:
    return ProgramRefusal(f"make: {text}", 2)


def _lacking(option: str) -> ProgramRefusal:
    return _refusal(f"option requires an argument -- '{option.lstrip('-')}'")


def _enter(verb: str, folder: Path, asked: str) -> None:
    if asked:
        print(f"make: {verb} directory '{folder.resolve()}'", flush=True)


def _variables(makefile: str) -> dict[str, str]:
    """What the Makefile sets, as it stands there; `?=` only what the environment does not."""
    found: dict[str, str] = {}
    for name, sign, value in VARIABLE.findall(makefile):
        if sign == "?" and (name in found or name in os.environ):
            continue
        found[name] = f"{found[name]} {value}" if sign == "+" and name in found else value
    return found


def _expanded(text: str, variables: dict[str, str], depth: int = 0) -> str:
    """The text with the values of $(NAME) and ${NAME}: of the Makefile, else of the environment, else nothing."""
    if depth > DEEPEST:
        raise _refusal("*** Recursive variable references itself (eventually).  Stop.")

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        return _expanded(variables.get(name, os.environ.get(name, "")), variables, depth + 1)

    plain = REFERENCE.sub(value, text)
    if "$(" in plain or "${" in plain:
        raise _refusal(f"*** the rehearsal does not expand {plain}.  Stop.")
    return plain


def _push(folder: Path, variables: dict[str, str], given: dict[str, str]) -> None:
    name = _expanded(variables.get("IMG") or os.environ.get("IMG", ""), variables)
    if not name:
        raise _refusal("*** IMG is not set in the Makefile.  Stop.")
    git = Shell()["git"]["-C", str(folder)]
    tag = given.get("TAG") or f"{time.strftime('v%Y%m%d')}-{_git_version(folder)}"
    label = f"--label={REVISION}={Shell().read(git['rev-parse', 'HEAD'])}"
    image = f"{name}:{tag}"
    labels = [label, *(f"--label=registries.{package}={at}" for package, at in _cloned(folder))]
    docker.main(["build", f"--tag={image}", *labels, str(folder)])
    print(f"Built {image}", flush=True)
    print(f"gcloud docker -- push {image}", flush=True)
    gcloud_program.main(["docker", "--", "push", image])
    print(f"Pushed {image}", flush=True)


def _cloned(folder: Path) -> Iterator[tuple[str, str]]:
    """What Kubeflow's build.py clones into the image: each package and the commit that it is at."""
    sh = Shell(os.environ)
    for package in packages(folder):
        # The same place on every run, so that a killed one leaves nothing for good.
        scratch = str(folder_of("RELEASE_SANDBOX") / "make" / package.name)
        shutil.rmtree(scratch, ignore_errors=True)
        clone = sh["git"]["clone", "--quiet", "--depth", "1", "--branch", package.ref, package.url, scratch]
        print(f"Adding registry {package.name} from {package.url} {package.ref}", flush=True)
        # build.py takes no notice of a clone that fails.
        if sh.succeeds(clone):
            yield package.name, sh.read(sh["git"]["-C", scratch, "rev-parse", "HEAD"])
            shutil.rmtree(scratch, ignore_errors=True)


def _git_version(folder: Path) -> str:
    """The commit by its nearest annotated tag, else in short; marked when tracked files have changed."""
    sh = Shell()
    git = sh["git"]["-C", str(folder)]
    version = sh.read(git["describe", "--always"])
    if not sh.read(git["diff-files"]):
        return version
    difference = sh.read(git["diff"]) + "\n"
    return f"{version}-dirty-{sha256(difference.encode(errors='surrogateescape')).hexdigest()[:6]}"
