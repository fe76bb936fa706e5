"""git in a repository whose settings may be anybody's: no program that they name is started.

Its .git/config is not fetched, but comes with a folder that somebody unpacked or was given. Settings of the
operator's own (global, of the system, in the environment) hold as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from releasing.errors import CommandError, UsageError
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell

OWN = ("local", "worktree")  # what git calls the settings of a repository
LOCAL, NETWORK = "file", "file:http:https:ssh"
STARTS_PROGRAMS = re.compile(
    r"core\.(fsmonitor|hookspath|sshcommand|askpass|editor|pager|alternaterefscommand|virtualfilesystem)"
    r"|filter\..+\.(clean|smudge|process|required)|diff\.(external|.+\.(command|textconv))|merge\..+\.driver"
    r"|(mergetool|difftool|hook|trailer|tar)\..+\.(cmd|command)|sequence\.editor|interactive\.difffilter"
    r"|credential\.(.+\.)?helper|gpg\.(.+\.)?(program|defaultkeycommand)|remote\..+\.(uploadpack|receivepack)"
    r"|submodule\..+\.update|pager\..+",
    re.IGNORECASE | re.DOTALL,
)
# What means the same as no setting, by the last word of a name, where nothing would not.
WITHOUT = {
    "fsmonitor": "false",
    "hookspath": os.devnull,
    "sshcommand": "ssh",
    "pager": "cat",
    "required": "false",
    "uploadpack": "git-upload-pack",
    "receivepack": "git-receive-pack",
    "update": "none",
    "program": "gpg",
    **dict.fromkeys(("alternaterefscommand", "cmd", "command", "editor"), "true"),
}
ALWAYS = {"core.fsmonitor": "false", "core.hooksPath": os.devnull}


def reading(folder: Path | str, *, protocols: str = LOCAL) -> Shell:
    """A shell to read the repository around `folder` with; git may fetch by `protocols` only."""
    environment = clean_environment() | {
        "GIT_ALLOW_PROTOCOL": protocols,
        # What a partial clone lacks is not fetched from where its settings say.
        "GIT_NO_LAZY_FETCH": "1",
        # What only looks does not write the index, for which a hook would run.
        "GIT_OPTIONAL_LOCKS": "0",
    }
    guarded = with_settings(environment, ALWAYS)
    return Shell(with_settings(guarded, dict(_held_back(Shell(guarded), folder))))


def with_settings(environment: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`environment` with further settings for git, which go before all others."""
    count = int(environment.get("GIT_CONFIG_COUNT", "") or 0)
    more = {"GIT_CONFIG_COUNT": str(count + len(settings))}
    for number, (key, value) in enumerate(settings.items(), count):
        more |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**environment, **more}


def _held_back(sh: Shell, folder: Path | str) -> Iterator[tuple[str, str]]:
    """The settings of the repository that start programs, each as it would be without them."""
    try:
        listed = sh.read(sh["git"]["-C", str(folder), "config", "--list", "--show-scope", "-z"])
    except CommandError:
        # No repository, or one that git itself will refuse.
        return
    words = listed.split("\0")
    operators: dict[str, str] = {}
    own: list[str] = []
    for scope, setting in zip(words[::2], words[1::2], strict=False):
        key, _, value = setting.partition("\n")
        if scope in OWN:
            own.append(key)
        else:
            operators[key] = value
    for key in dict.fromkeys(own):
        if STARTS_PROGRAMS.fullmatch(key):
            yield key, operators.get(key, WITHOUT.get(key.rpartition(".")[2].lower(), ""))


def plain_word(text: str, what: str) -> str:
    """`text`, which a program gets as a word of its own; UsageError when it would take that for an option."""
    if text.startswith("-"):
        raise UsageError(
            f"{what} {text}: begins with '-', which a program would take for an option",
            "a path may begin with ./",
        )
    return text
