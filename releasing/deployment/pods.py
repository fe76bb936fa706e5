"""The common part of every pod of this tool: no root rights, secrets by reference, and the volume with its state."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from releasing.config.release_yaml import Config, Profile
from releasing.errors import ConfigError

Object = dict[str, Any]

SUITE = "/opt/release"
USER = 10001  # beyond those that a Debian gives to anybody
MUTEX = "release-state"
STATE = "release-state"
DAEMON_SIZE = {"requests": {"cpu": "1", "memory": "1536Mi"}, "limits": {"cpu": "4", "memory": "4Gi"}}
KEY_FOLDER = "/secret/gcp-credentials"


def namespace(config: Config) -> str:
    """The namespace of the manifests; ConfigError for a project without a cluster."""
    if config.gcp is None:
        raise ConfigError(
            "release.yaml has no 'gcp:', which names the cluster for the manifests",
            "write 'gcp:' (docs/release-yaml.md); gcp.namespace is their namespace",
        )
    return config.gcp.namespace


def profiles(config: Config) -> list[str]:
    """The profiles with which a pod can run: production profiles that name their account.

    Raises ConfigError when deploy.profile is not one of them.
    """
    state = state_folder(config)
    found = [
        name
        for name, each in config.profiles.items()
        if each.production and each.account and PurePosixPath(each.state).parts[:1] == (state.name,)
    ]
    return sorted(found, key=lambda name: name != config.deploy.profile)


def state_folder(config: Config) -> PurePosixPath:
    """The folder of this tool on which the volume is mounted: the state of every profile is below it."""
    return PurePosixPath(SUITE) / PurePosixPath(profile(config).state).parts[0]


def profile(config: Config) -> Profile:
    """The profile in deploy.profile; ConfigError when a pod cannot run with it."""
    name = config.deploy.profile
    found = config.profiles.get(name)
    if found is None or not found.production or not found.account:
        raise ConfigError(
            f"release.yaml: deploy.profile is {name!r}; a pod requires a profile with "
            "'production: true' and an 'account:'",
            f"profiles in release.yaml: {', '.join(config.profiles)}",
        )
    if PurePosixPath(found.state).is_absolute() or ".." in PurePosixPath(found.state).parts:
        raise ConfigError(
            f"release.yaml: profiles.{name}.state is {found.state!r}: a pod requires a folder below the tool's own",
            "for example: state: .release/production",
        )
    return found


def pod(config: Config) -> Object:
    """The part of a pod that is the same for all: its account, its user, its volumes."""
    volumes: list[Object] = [
        {"name": "state", "persistentVolumeClaim": {"claimName": STATE}},
        {"name": "scratch", "emptyDir": {}},
    ]
    if config.deploy.google_account is None:
        volumes.append({"name": "gcp-credentials", "secret": {"secretName": config.deploy.gcp_secret}})
    return {
        "serviceAccountName": config.deploy.service_account,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumes": volumes,
    }


def container(config: Config, image: str, words: list[str]) -> Object:
    """A container that runs one command of this tool."""
    state = str(state_folder(config))
    mounts = [{"name": "state", "mountPath": state}, {"name": "scratch", "mountPath": "/tmp"}]  # noqa: S108
    if config.deploy.google_account is None:
        mounts.append({"name": "gcp-credentials", "mountPath": KEY_FOLDER})
    return {
        "image": image,
        "command": [f"{SUITE}/scripts/invoke"],
        "args": words,
        "workingDir": SUITE,
        "env": _environment(config, state),
        "resources": {
            "requests": {"cpu": "500m", "memory": "512Mi"},
            "limits": {"cpu": "2", "memory": "2Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _environment(config: Config, state: str) -> list[Object]:
    """Secrets by reference only. Logins are kept on the volume, because the next pod is another machine."""
    found: list[Object] = [
        {"name": "HOME", "value": f"{state}/home"},
        {"name": "USER", "value": config.deploy.service_account},
        {"name": "GH_TOKEN", "valueFrom": _secret(config.deploy.github_secret, "github_token")},
        {"name": "CLOUDSDK_CORE_DISABLE_PROMPTS", "value": "1"},
    ]
    if config.deploy.google_account is None:
        found.append({"name": "GOOGLE_APPLICATION_CREDENTIALS", "value": f"{KEY_FOLDER}/key.json"})
    if config.deploy.smtp_secret:
        password = _secret(config.deploy.smtp_secret, "password")
        found.append({"name": "RELEASE_SMTP_PASSWORD", "valueFrom": password})
    if config.deploy.webhook_secret:
        address = _secret(config.deploy.webhook_secret, "address")
        found.append({"name": "RELEASE_NIGHTLY_WEBHOOK", "valueFrom": address})
    return found


def _secret(name: str, key: str) -> Object:
    return {"secretKeyRef": {"name": name, "key": key}}
