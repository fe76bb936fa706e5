"""What a rehearsal does not take from the release manager's environment: accounts, keys, addresses, settings."""

from __future__ import annotations

import os

from releasing.shell.environment import clean_environment, leads_away

OUR_OWN = {"RELEASE_SANDBOX_PACE"}  # how quickly the sandbox's workflows go on
# The local GitHub reads refs as files (git_objects.py); git 3 has another form by default.
PLAIN_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_DEFAULT_REF_FORMAT": "files",
}


def own_environment() -> dict[str, str]:
    """The process's environment without what a rehearsal must not take from it."""
    return {
        name: value for name, value in clean_environment().items() if name in OUR_OWN or not leads_away(name)
    }


def plain_git() -> dict[str, str]:
    """The same, for git with no settings at all: for what is made before the sandbox has a home."""
    return own_environment() | PLAIN_GIT
