"""What of our environment reaches programs."""

from __future__ import annotations

import pytest

from releasing.shell.environment import clean_environment


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
