"""What a rehearsal does not take from the release manager's environment: accounts, keys, addresses, settings."""

from __future__ import annotations

import os

from releasing.shell.environment import clean_environment

# Programs of a release read them: each would lead out of the sandbox, or be a secret that nobody needs there.
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
# Everything of a rehearsal is on this machine.
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
OUR_OWN = {"RELEASE_SANDBOX_PACE"}  # how quickly the sandbox's workflows go on
# The local GitHub reads refs as files (git_objects.py); git 3 has another form by default.
PLAIN_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_DEFAULT_REF_FORMAT": "files",
}


def is_foreign(name: str) -> bool:
    """Whether the variable `name` stays outside."""
    return (name.startswith(FOREIGN) or name.lower() in PROXIES) and name not in OUR_OWN


def own_environment() -> dict[str, str]:
    """The process's environment without what a rehearsal must not take from it."""
    return {name: value for name, value in clean_environment().items() if not is_foreign(name)}


def plain_git() -> dict[str, str]:
    """The same, for git with no settings at all: for what is made before the sandbox has a home."""
    return own_environment() | PLAIN_GIT
