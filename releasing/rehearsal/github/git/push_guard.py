"""Pushes to a protected branch are refused by git itself: a hook in the bare repository.

The hook is a shell script made from the protection file; the merges of the local GitHub do not pass it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from releasing.errors import ConfigError
from releasing.rehearsal.github.git.git_objects import ZERO
from releasing.rehearsal.github.pulls.protection import Rule, rule_for, rules_of
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.state import Repository

MARK = "# Written by the rehearsal's GitHub from the repository's protection.json; do not edit."
HOOK = """\
#!/bin/sh
{mark}
# A branch may be made; where it moves then, pull requests decide.
[ "$2" = {zero} ] && exit 0
# With its slashes in front, so that * stands for none.
case "$(printf %s "$1" | tr -dc /) $1" in
{cases}
*) exit 0 ;;
esac
echo "error: GH006: Protected branch update failed for $1." >&2
echo "error: Changes must be made through a pull request." >&2
exit 1
"""
GLOB = re.compile(r"[\w./*?-]+")


def guard(repository: Repository) -> None:
    """Have git refuse the pushes that the protection file refuses; ConfigError when that cannot be done."""
    hook = repository.path / "hooks" / "update"
    wanted = "".join(_script(rules_of(repository) or {})).encode()
    there = hook.read_bytes() if hook.exists() else b""
    foreign = bool(there) and MARK.encode() not in there
    if there == wanted or (foreign and not wanted):
        return
    if foreign:
        raise ConfigError(f"{hook} is somebody else's, so pushes cannot be refused", "move it away")
    if wanted:
        _install(hook, wanted)
    else:
        hook.unlink()


def _install(hook: Path, script: bytes) -> None:
    hook.parent.mkdir(exist_ok=True)
    aside = hook.with_name(".update.aside")
    aside.write_bytes(script)
    aside.chmod(0o755)
    aside.replace(hook)


def _script(rules: dict[str, Rule]) -> Iterator[str]:
    if any(rule.pull_requests_only for rule in rules.values()):
        cases = "\n".join(_case(glob, rule) for glob, rule in rules.items())
        yield HOOK.format(mark=MARK, zero=ZERO, cases=cases)


def _case(glob: str, rule: Rule) -> str:
    if not GLOB.fullmatch(glob):
        raise ConfigError(f"{glob!r} is no glob of a branch", "letters, digits and . _ - / * ? can be in it")
    slashes = "/" * (glob.count("/") + 2)
    return f'"{slashes} refs/heads/"{glob}) {"" if rule.pull_requests_only else "exit 0 "};;'


def refuse_guarded(call: Call, name: str) -> None:
    """422 for a ref that only pull requests may move."""
    branch = name.removeprefix("refs/heads/")
    if branch != name and rule_for(call, branch).pull_requests_only:
        message = f"Protected branch update failed for {name}. Changes must be made through a pull request."
        raise Refused(422, message)
