"""Failures of credentials are told from others by what gcloud 528, its plugin for GKE and kubectl 1.32 print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from releasing.clients.cluster import gcp_access
from releasing.clients.cluster.gcp_access import CREDENTIALS
from releasing.errors import CommandError, ConfigError
from releasing.shell.programs import Shell
from tests.support.gcloud_programs import Gcloud

AGAIN = [
    "",
    "to obtain new credentials.",
    "",
    "If you have already logged in with a different account, run:",
    "",
    "  $ gcloud config set account ACCOUNT",
    "",
    "to select an already authenticated account to use.",
]
PLUGIN = "getting credentials: exec: executable gke-gcloud-auth-plugin failed with exit code 1"
CREDENTIAL_FAILURES = {
    "nobody logged in": [
        "ERROR: (gcloud.auth.print-access-token) You do not currently have an active account selected.",
        *AGAIN,
    ],
    "another account": [
        "ERROR: (gcloud.auth.print-access-token) Your current active account [a@b.org] does not have any valid "
        "credentials",
    ],
    "revoked": [
        "ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: "
        "('invalid_grant: Token has been expired or revoked.', {'error': 'invalid_grant'})",
    ],
    "session length": [
        "There was a problem refreshing your current auth tokens: Reauthentication failed. cannot prompt during "
        "non-interactive execution.",
    ],
    "access token refused by GKE": [
        "ERROR: (gcloud.container.clusters.get-credentials) ResponseError: code=401, message=Request had invalid "
        "authentication credentials.",
    ],
    "plugin": [*AGAIN[1:], ")", f"Unable to connect to the server: {PLUGIN}"],
    "kubectl get": [
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)"
    ],
    "kubectl create": [
        'error: error validating "STDIN": error validating data: failed to download openapi: the server has asked '
        "for the client to provide credentials; if you choose to ignore these errors, turn validation off"
    ],
    "kubectl, said by the server": ["error: You must be logged in to the server (Unauthorized)"],
}
OTHER_FAILURES = {
    "no network for gcloud": [
        "ERROR: (gcloud.auth.print-access-token) HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded"
    ],
    "no network for the plugin": [f"Unable to connect to the server: {PLUGIN}"],
    "no right to the cluster": [
        'ResponseError: code=403, message=Required "container.clusters.get" permission(s) for "projects/p".'
    ],
    "no right to workflows": ['Error from server (Forbidden): workflows.argoproj.io "x" is forbidden'],
    "no server": [
        "The connection to the server localhost:8080 was refused - did you specify the right host?"
    ],
}


def failure(lines: list[str]) -> CommandError:
    return CommandError("kubectl get workflow x\n  failed with exit code 1", said=lines)


@pytest.mark.parametrize("name", CREDENTIAL_FAILURES)
def test_a_failure_of_credentials_is_one(name: str) -> None:
    assert gcp_access.lapsed(failure(CREDENTIAL_FAILURES[name]))


@pytest.mark.parametrize("name", OTHER_FAILURES)
def test_what_a_login_does_not_mend_is_no_failure_of_credentials(name: str) -> None:
    assert not gcp_access.lapsed(failure(OTHER_FAILURES[name]))


def credentials(folder: Path, kind: str) -> dict[str, str]:
    file = folder / "key.json"
    file.write_text(json.dumps({"type": kind, "private_key": "hunter2"}))
    return {CREDENTIALS: str(file)}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("service_account", "auth activate-service-account --key-file={}"),
        ("external_account", "auth login --cred-file={} --quiet"),
    ],
)
def test_a_file_of_credentials_renews_without_a_person(tmp_path: Path, kind: str, asked: str) -> None:
    given = credentials(tmp_path, kind)
    gcloud = Gcloud(tmp_path / "bin").says("exit 0")
    assert gcp_access.renew(Shell(gcloud.environment | given))
    assert gcloud.asked == [asked.format(given[CREDENTIALS])]


def test_without_a_file_a_person_has_to_renew(tmp_path: Path) -> None:
    gcloud = Gcloud(tmp_path / "bin").says("exit 0")
    assert not gcp_access.renew(Shell(gcloud.environment))
    assert gcloud.asked == []


@pytest.mark.parametrize(
    "text", ["", "{hunter2", "[]", '{"type": "authorized_user", "refresh_token": "hunter2"}']
)
def test_a_file_that_holds_no_such_credentials_is_told_without_its_content(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        gcp_access.login({CREDENTIALS: str(file)})
    assert str(file) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        gcp_access.login({CREDENTIALS: str(tmp_path / "none")})
