"""What of our environment reaches programs."""

from __future__ import annotations

import pytest

from releasing.shell.environment import clean_environment, without_secrets


def test_what_colours_or_translates_programs_does_not_reach_them(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("CLICOLOR_FORCE", "GH_FORCE_TTY", "GH_DEBUG", "GH_HOST", "LANGUAGE")
    for name in names:
        monkeypatch.setenv(name, "1")
    assert not {*names} & {*clean_environment()}


def test_programs_speak_english_and_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert clean_environment()["LC_ALL"] == "C.UTF-8"
    assert clean_environment()["GIT_TERMINAL_PROMPT"] == "0"


def test_settings_for_git_stay_and_its_repository_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Ada"}
    for name, value in {**settings, "GIT_DIR": "/somebody/elses", "GIT_WORK_TREE": "/somebody"}.items():
        monkeypatch.setenv(name, value)
    kept = {name: value for name, value in clean_environment().items() if name.startswith("GIT_")}
    assert kept == {**settings, "GIT_TERMINAL_PROMPT": "0"}


def test_a_repositorys_own_code_gets_no_secrets() -> None:
    secrets = {
        "GH_TOKEN": "a", "GITHUB_TOKEN": "a", "RELEASE_SMTP_PASSWORD": "a", "RELEASE_NIGHTLY_WEBHOOK": "https://a",
        "AWS_SECRET_ACCESS_KEY": "a", "NPM_CONFIG__AUTH": "a", "DOCKER_AUTH_CONFIG": "a", "MY_API_KEY": "a",
        "SSH_AUTH_SOCK": "/a", "RELEASE_GCP_CREDENTIALS": "/a", "GPG_PASSPHRASE": "a", "AZURE_PAT": "a",
        "MIRROR": "https://me:a@example.org/",
    }  # fmt: skip
    kept = {
        "PATH": "/bin", "HOME": "/home/me", "PWD": "/here", "DOCKER_CONFIG": "/d", "CLOUDSDK_CONFIG": "/c",
        "GOOGLE_APPLICATION_CREDENTIALS": "/key.json", "GIT_AUTHOR_NAME": "Ada", "IMG": "gcr.io/a/b",
        "HTTPS_PROXY": "http://me:a@proxy:3128", "KEYBOARD": "us",
    }  # fmt: skip
    assert without_secrets(secrets | kept) == kept


def test_settings_of_git_that_hold_a_secret_reach_no_code_and_the_others_keep_their_numbers() -> None:
    settings = {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": "http.https://github.com/.extraheader",
        "GIT_CONFIG_VALUE_0": "AUTHORIZATION: basic s3cret",
        "GIT_CONFIG_KEY_1": "url.https://x:s3cret@github.com/.insteadOf",
        "GIT_CONFIG_VALUE_1": "https://github.com/",
        "GIT_CONFIG_KEY_2": "url.file:///there.insteadOf",
        "GIT_CONFIG_VALUE_2": "https://github.com/a/b",
    }
    found = without_secrets(settings)
    assert "s3cret" not in str(found)
    assert {*found} == {*settings}
    assert found["GIT_CONFIG_KEY_2"] == "url.file:///there.insteadOf"
