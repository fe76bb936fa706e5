"""The stand-ins do what the real tools do in a release, and refuse what the real tools refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.registries import installed, rehearsal_registry
from tests.support.stand_ins import CONTEXT, Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with rehearsal_registry(tmp_path / "registry") as url:
        yield Sandbox(tmp_path, url)


def test_account_and_project_are_kept(sandbox: Sandbox) -> None:
    for name, value in (("account", "a@kubeflow.org"), ("project", "kubeflow-releasing")):
        assert sandbox.run("gcloud", "config", "get-value", name).stderr == "(unset)\n"
        assert (
            sandbox.run("gcloud", "config", "set", name, value).stderr == f"Updated property [core/{name}].\n"
        )
        assert sandbox.output("gcloud", "config", "get", name) == f"{value}\n"


def test_an_account_is_active_once_it_has_logged_in(sandbox: Sandbox) -> None:
    listing = ("gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
    sandbox.output("gcloud", "config", "set", "account", "a@kubeflow.org")
    assert sandbox.output(*listing) == ""
    assert sandbox.run("gcloud", "auth", "print-access-token").returncode == 1
    sandbox.output("gcloud", "auth", "login")
    assert sandbox.output(*listing) == "a@kubeflow.org\n"
    assert sandbox.output("gcloud", "auth", "print-access-token")


def test_credentials_of_a_cluster_need_an_account(sandbox: Sandbox) -> None:
    words = ("gcloud", "container", "clusters", "get-credentials", "one", "--zone", "z", "--project", "p")
    ran = sandbox.run(*words)
    assert ran.returncode == 1
    assert "You do not currently have an active account selected." in ran.stderr
    assert not (sandbox.folder / "kubeconfig").exists()


def test_the_real_kubectl_reads_the_kubeconfig_of_the_stand_ins(sandbox: Sandbox) -> None:
    sandbox.log_in()
    sandbox.output("create_context.sh", CONTEXT, "kubeflow-releasing")
    mine = sandbox.output("kubectl", "config", "get-contexts")
    real = sandbox.environment | {"PATH": os.environ["PATH"]}
    words = [installed("kubectl"), "config", "get-contexts"]
    assert subprocess.run(words, env=real, capture_output=True, text=True, check=True).stdout == mine


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("gcloud", 2, "(gcloud) Command name argument expected"),
        ("gcloud auth", 2, "(gcloud.auth) Command name argument expected"),
        ("gcloud nonsense", 2, "(gcloud) Invalid choice: 'nonsense'"),
        ("gcloud container images bogus", 2, "(gcloud.container.images) Invalid choice: 'bogus'"),
        ("gcloud config set project", 2, "argument VALUE: Must be specified"),
        ("gcloud config set account a b", 2, "unrecognized arguments: b"),
        ("gcloud config set nonsense x", 1, "Section [core] has no property [nonsense]"),
        ("gcloud auth activate-service-account", 2, "argument --key-file: Must be specified"),
        ("gcloud auth activate-service-account --key-file=no", 1, "Unable to read file [no]"),
        ("gcloud config configurations create default --no-activate", 1, "it already exists"),
        ("kubectl auth can-i create", 1, "error: you must specify two arguments"),
        ("gcloud auth list --bogus", 2, "(gcloud.auth.list) unrecognized arguments: --bogus"),
        ("gcloud container clusters get-credentials", 2, "argument NAME: Must be specified"),
        (
            "gcloud container clusters get-credentials x --zone",
            2,
            "argument --zone/-z: expected one argument",
        ),
        ("gcloud container images add-tag a", 2, "argument DEST_IMAGE"),
        ("gcloud docker push x", 2, "(gcloud.docker) unrecognized arguments"),
        ("kubectl config current-context", 1, "error: current-context is not set"),
        ("kubectl config use-context nope", 1, 'error: no context exists with the name: "nope"'),
        ("kubectl config get-contexts nope", 1, "error: context nope not found"),
        ("kubectl config set-context", 1, "error: you must specify a non-empty context name"),
        ("kubectl config set-context two --foo", 1, "Error: unknown flag: --foo"),
        ("kubectl config view --minify", 1, "error: current-context must exist in order to minify"),
        ("kubectl config bogus", 1, 'error: unknown command "bogus"'),
        ("kubectl bogus", 1, 'Error: unknown command "bogus" for "kubectl"'),
        ("kubectl create -f", 1, "Error: flag needs an argument: 'f' in -f"),
        ("kubectl get workflow x -o json", 1, "localhost:8080 was refused"),
        ("docker bogus", 1, "docker: unknown command: docker bogus"),
        ("docker build --bogus .", 125, "unknown flag: --bogus"),
        ("docker build nope", 1, 'unable to prepare context: path "nope" not found'),
        ("docker build .", 1, "Dockerfile: no such file or directory"),
        ("docker push", 1, "docker: 'docker push' requires 1 argument"),
        ("docker tag a", 1, "docker: 'docker tag' requires 2 arguments"),
        ("make push", 2, "make: *** No rule to make target 'push'.  Stop."),
        ("make -C nope push", 2, "make: *** nope: No such file or directory.  Stop."),
        ("make --bogus", 2, "make: unrecognized option '--bogus'"),
    ],
)
@pytest.mark.parametrize("which", ["stand-in", "real"])
def test_both_refuse_the_same(sandbox: Sandbox, which: str, words: str, code: int, says: str) -> None:
    program, *rest = words.split()
    if which == "real":
        real = shutil.which(program)
        if real is None:
            pytest.skip(f"the real {program} is not installed")
        program = real
        # Real tools call each other: none of them may meet a stand-in.
        sandbox.environment["PATH"] = os.environ["PATH"]
        sandbox.environment["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1"
    ran = sandbox.run(program, *rest)
    assert (ran.returncode, says in ran.stderr) == (code, True), ran.stderr


def test_outside_of_a_sandbox_nothing_is_touched(sandbox: Sandbox) -> None:
    for words in (
        ["gcloud", "config", "get", "account"],
        ["kubectl", "config", "view"],
        ["docker", "images"],
    ):
        sandbox.environment = {"PATH": sandbox.environment["PATH"], "HOME": str(sandbox.folder)}
        ran = sandbox.run(*words)
        assert ran.returncode == 1
        assert "is not set: this is a stand-in of the rehearsal" in ran.stderr
