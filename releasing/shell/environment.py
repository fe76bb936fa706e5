"""The environment of programs: which variables they get, and where they are found."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import CommandError

if TYPE_CHECKING:
    from releasing.shell.command import Command

SETTINGS = (
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
)
# They colour the output, change its language although LC_ALL is set, or send gh to another GitHub.
NOT_FOR_PROGRAMS = {"CLICOLOR_FORCE", "GH_DEBUG", "GH_FORCE_TTY", "GH_HOST", "LANGUAGE"}
# Tokens, passwords, keys and addresses that are as good as one, by the words that their names have.
SECRET = re.compile(
    r"TOKEN|PASSW|PASSPHRASE|SECRET|CREDENTIAL|PRIVATE|WEBHOOK|COOKIE|AUTH(?!OR_)|BEARER"
    r"|API_?KEY|_(KEY|KEYS|PAT|PASS|PWD|DSN)$|DATABASE_URL",
    re.IGNORECASE,
)
PROXY = re.compile(r"(https?|ftp|all|no)_proxy", re.IGNORECASE)
# Paths of logins, which docker and gcloud need to push.
LOGINS = {"GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"}
WITH_PASSWORD = re.compile(r"://[^/@\s]+@")
# Programs of a release read them: accounts, keys, addresses and settings of whoever starts it.
FOREIGN = (
    "RELEASE_",
    "GH_",
    "GITHUB_",
    "GIT_",
    "CLOUDSDK_",
    "GOOGLE_",
    "GCLOUD_",
    "BOTO_",
    "AWS_",
    "KUBE",
    "KS_",
    "HELM_",
    "DOCKER_",
    "BUILDX_",
    "BUILDKIT_",
    "REGISTRY_AUTH_FILE",
    "GNUPGHOME",
    "GPG_",
    "SSH_",
    "SMTP_",
    "EMAIL",
    "ARGO_",
)
INSTALL = {
    "gh": "it comes with this project: scripts/setup-venv",
    "gcloud": "install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install",
    "kubectl": "install kubectl: https://kubernetes.io/docs/tasks/tools/",
}


def clean_environment() -> dict[str, str]:
    """The process's environment, in English, without colours, and without GIT_*: a hook's GIT_DIR names another one.

    Settings that the caller gave to git stay: in a rehearsal they name the address of GitHub. So do the files that
    hold settings: a rehearsal reads none of the machine's, also in the programs that its programs start.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("GIT_") or name.startswith(SETTINGS)) and name not in NOT_FOR_PROGRAMS
    }
    return kept | {"LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0"}


def leads_away(name: str) -> bool:
    """Whether the variable `name` would lead a program out of a rehearsal, or be a secret that nobody needs there."""
    return name.startswith(FOREIGN) or PROXY.fullmatch(name) is not None


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for programs that run a repository's own code: without tokens, passwords and keys.

    Files of logins that other programs need stay named; what can be read there is the business of who may run it.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name in LOGINS
        or PROXY.fullmatch(name)
        or name.startswith(SETTINGS)
        or not (SECRET.search(name) or WITH_PASSWORD.search(value))
    }
    for name in [name for name in kept if name.startswith("GIT_CONFIG_KEY_")]:
        value = name.replace("KEY", "VALUE", 1)
        setting = f"{kept[name]} {kept.get(value, '')}"
        if WITH_PASSWORD.search(setting) or re.search(
            r"extraheader|credential|passw|token|cookie", kept[name], re.IGNORECASE
        ):
            # The numbers of the others stay what they are.
            kept |= {name: "release.withheld", value: ""}
    return kept


def located(command: Command, environment: Mapping[str, str]) -> str:
    """The path of the command's program, in its folder or in PATH; CommandError saying how to install it."""
    name = command.program
    if "/" in name:
        return str(Path(command.folder, name).absolute())
    for folder in environment.get("PATH", os.defpath).split(os.pathsep):
        path = Path(folder or ".") / name
        if os.access(path, os.X_OK) and path.is_file():
            return str(path.absolute())
    hint = INSTALL.get(name, f"install it, for example: apt-get install {name}")
    raise CommandError(f"{name} is not installed (not found in PATH)", hint)
