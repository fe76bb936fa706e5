"""Settings of git that people have, each of which has changed what some program did."""

from __future__ import annotations

import subprocess
from pathlib import Path

SETTINGS = {
    "clone.defaultRemoteName": "upstream",
    "commit.cleanup": "strip",
    "commit.verbose": "true",
    "core.autocrlf": "true",
    "core.commentChar": "*",
    "core.fsmonitor": "true",
    "core.quotePath": "false",
    "core.safecrlf": "true",
    "branch.autoSetupMerge": "always",
    "color.ui": "always",
    "color.grep": "always",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.external": "false",
    "diff.relative": "true",
    "fetch.prune": "true",
    "fetch.pruneTags": "true",
    "fetch.recurseSubmodules": "true",
    "grep.lineNumber": "true",
    "grep.patternType": "perl",
    "i18n.logOutputEncoding": "latin1",
    "i18n.commitEncoding": "latin1",
    "init.defaultBranch": "trunk",
    "init.defaultObjectFormat": "sha256",
    "log.date": "relative",
    "log.decorate": "full",
    "log.showSignature": "true",
    "merge.ff": "only",
    "push.default": "nothing",
    "push.followTags": "true",
    "push.gpgSign": "if-asked",
    "push.pushOption": "ci.skip",
    "rerere.enabled": "true",
    "rerere.autoUpdate": "true",
    "safe.bareRepository": "explicit",
    "status.showUntrackedFiles": "no",
    "submodule.recurse": "true",
    "tag.sort": "-version:refname",
}
HOOKS = (
    "pre-commit",
    "commit-msg",
    "prepare-commit-msg",
    "post-checkout",
    "pre-push",
    "reference-transaction",
)


def peculiar(home: Path) -> None:
    """Give the home all of these settings, with hooks, templates, attributes and ignored files."""
    template = home / "template"
    (template / "info").mkdir(parents=True)
    (template / "hooks").mkdir()
    (template / "info" / "exclude").write_text("*\n")
    (template / "info" / "attributes").write_text("* text eol=crlf\n")
    (home / "attributes").write_text("* text eol=crlf filter=none\n")
    (home / "ignored").write_text("*\n")
    (home / "message").write_text("Write why\n")
    for name in HOOKS:
        hook = template / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {home}/ran-{name}\nexit 1\n")
        hook.chmod(0o755)
    paths = {
        "commit.template": home / "message",
        "core.attributesFile": home / "attributes",
        "core.excludesFile": home / "ignored",
        "core.hooksPath": template / "hooks",
        "init.templateDir": template,
    }
    for key, value in (SETTINGS | {name: str(path) for name, path in paths.items()}).items():
        subprocess.run(["git", "config", "--file", str(home / ".gitconfig"), key, value], check=True)


def hooks_that_ran(home: Path) -> list[str]:
    """The names of the hooks that git ran."""
    return [path.name.removeprefix("ran-") for path in home.glob("ran-*")]
