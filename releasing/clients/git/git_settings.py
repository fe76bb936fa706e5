"""Settings of git: people's own are read, and those that would change what a release does are set back.

Whatever somebody has set for their own work (hooks, templates, line ends, colours, orders of listing), a release
makes the same commits, pushes the same refs and reads the same output. How git reaches servers, who commits, and with
which key it signs stay theirs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from releasing.shell.files import replace_text

NAME = "gitconfig"
FILE = "GIT_CONFIG_GLOBAL"
NOTHING = os.devnull
SETTINGS = {
    # What a clone is: its remote is called origin, and nobody's template or hook has a part in it.
    "clone.defaultRemoteName": "origin",
    "core.hooksPath": NOTHING,
    "core.fsmonitor": "false",
    "core.sparseCheckout": "false",
    "init.defaultObjectFormat": "sha1",
    "init.defaultRefFormat": "files",
    "init.templateDir": "",
    "safe.bareRepository": "all",
    "submodule.recurse": "false",
    # Files are in the checkout as in the commit, and everything that a step writes is seen.
    "core.attributesFile": NOTHING,
    "core.autocrlf": "false",
    "core.eol": "native",
    "core.excludesFile": NOTHING,
    "core.quotePath": "true",
    "core.safecrlf": "false",
    "status.showUntrackedFiles": "normal",
    # Commits have the message that they were given, and conflicts are for people.
    "commit.cleanup": "default",
    "commit.verbose": "false",
    "core.commentChar": "#",
    "core.commentString": "#",
    "i18n.commitEncoding": "UTF-8",
    "merge.ff": "true",
    "rerere.enabled": "false",
    # Only what is named is pushed and fetched.
    "fetch.prune": "false",
    "fetch.pruneTags": "false",
    "fetch.recurseSubmodules": "false",
    "push.default": "simple",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "push.pushOption": "",
    "push.recurseSubmodules": "no",
    # What programs read has its usual form.
    "branch.sort": "refname",
    "color.branch": "false",
    "color.diff": "false",
    "color.grep": "false",
    "color.status": "false",
    "color.ui": "false",
    "core.abbrev": "auto",
    "diff.ignoreSubmodules": "none",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.relative": "false",
    "diff.renames": "true",
    "grep.column": "false",
    "grep.extendedRegexp": "false",
    "grep.fullName": "false",
    "grep.lineNumber": "false",
    "grep.patternType": "default",
    "i18n.logOutputEncoding": "UTF-8",
    "log.date": "default",
    "log.follow": "false",
    "log.showSignature": "false",
    "tag.sort": "refname",
    # Nothing goes on in the background when a command has ended.
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
}
# What is said by variables that do not reach git here (environment.py), and belongs to how it reaches servers.
ACCESS = {
    "GIT_SSL_CAINFO": "http.sslCAInfo",
    "GIT_SSL_CAPATH": "http.sslCAPath",
    "GIT_SSL_CERT": "http.sslCert",
    "GIT_SSL_KEY": "http.sslKey",
    "GIT_SSH_COMMAND": "core.sshCommand",
    "GIT_ASKPASS": "core.askPass",
}


def installed(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The variable that makes git use our settings, after those of the machine and of the environment `given`.

    They are in a file of `folder`: so a plan has one line about them.
    """
    path = folder / NAME
    wanted = _text(path, given)
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != wanted:
        replace_text(path, wanted)
    return {FILE: str(path)}


def as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables that give git these settings."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _text(path: Path, given: Mapping[str, str]) -> str:
    reach = {key: given[name] for name, key in ACCESS.items() if given.get(name)}
    lines = [
        "# Written before every run: your own settings, then what a release needs. Changes here are lost."
    ]
    lines += [f"[include]\n\tpath = {_quoted(file)}" for file in _own_files(path, given)]
    for key, value in (reach | SETTINGS).items():
        section, _, name = key.rpartition(".")
        lines.append(f"[{section}]\n\t{name} = {_quoted(value)}")
    return "\n".join(lines) + "\n"


def _own_files(ours: Path, given: Mapping[str, str]) -> list[str]:
    """The files with the settings of whoever runs this, as git would read them; ours may be among them."""
    named = given.get(FILE)
    if named is not None and Path(named) != ours:
        return [str(Path(named).absolute())] if named else []
    home = given.get("HOME", "")
    below = given.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return [*([f"{below}/git/config"] if below else []), *([f"{home}/.gitconfig"] if home else [])]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
