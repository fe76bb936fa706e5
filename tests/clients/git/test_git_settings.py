"""Whatever people have set in git, ours comes to the same; what is theirs stays theirs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from releasing.clients.git import git_settings
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell
from tests.support.gitconfigs import hooks_that_ran, peculiar


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / 'a "home"'
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    (path / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    return path


def shell(folder: Path) -> Shell:
    return Shell(clean_environment() | git_settings.installed(folder, os.environ))


def setting(sh: Shell, name: str) -> str:
    return sh.read(sh["git"]["config", "--get", name])


def test_commits_tags_and_pushes_are_the_same_under_peculiar_settings(home: Path, tmp_path: Path) -> None:
    peculiar(home)
    sh = shell(tmp_path / "state")
    git, bare, clone = sh["git"], str(tmp_path / "bare"), str(tmp_path / "clone")
    sh.run(git["init", "--quiet", "--bare", "--initial-branch=master", bare])
    sh.run(git["clone", "--quiet", bare, clone])
    here = git["-C", clone]
    assert sh.read(here["remote"]) == "origin"
    content = b"one\ntwo\r\n"
    (tmp_path / "clone" / "file").write_bytes(content)
    assert sh.read(here["status", "--porcelain"]) == "?? file"
    sh.run(here["add", "--all"])
    sh.run(here["commit", "--quiet", "-m", "* First ä\n\n# kept"])
    sh.run(here["tag", "-a", "v1", "-m", "* v1"])
    sh.run(here["tag", "-a", "stray", "-m", "stray"])
    sh.run(here["push", "--quiet", "origin", "HEAD:refs/heads/master", "v1"])
    assert sh.read(git["-C", bare, "tag"]) == "v1"
    assert sh.read(here["cat-file", "blob", "HEAD:file"]).encode() == content.rstrip(b"\n")
    assert sh.read(here["log", "--format=%B%ad", "-1"]).startswith("* First ä\n\n# kept\n")
    assert sh.read(here["tag", "-l", "--format=%(contents)", "v1"]).strip() == "* v1"
    sh.run(here["checkout", "--quiet", "--force", "--detach", "HEAD"])
    assert (tmp_path / "clone" / "file").read_bytes() == content
    assert sh.read(here["grep", "-h", "t.o"]) == "two\r"
    (tmp_path / "clone" / "file").write_text("three\n")
    assert "--- a/file" in sh.read(here["diff", "--no-ext-diff"])
    assert hooks_that_ran(home) == []


def test_people_stay_who_they_are_and_reach_what_they_reach(home: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    with (home / ".gitconfig").open("a") as file:
        file.write(
            '[url "git@github.com:"]\n\tinsteadOf = https://github.com/\n[http]\n\tproxy = http://p:1\n'
        )
    sh = Shell(
        clean_environment()
        | git_settings.installed(
            tmp_path / "state", {"HOME": str(home), "GIT_SSL_CAINFO": str(tmp_path / "ca.pem")}
        )
    )
    assert setting(sh, "user.name") == "Ada"
    assert setting(sh, "http.proxy") == "http://p:1"
    assert setting(sh, "http.sslCAInfo") == str(tmp_path / "ca.pem")
    listed = sh.read(sh["git"]["ls-remote", "--get-url", "https://github.com/a/b"])
    assert listed == "git@github.com:a/b"


def test_settings_are_read_from_where_git_reads_them(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "config").write_text("[a]\n\tb = from .config\n")
    assert setting(shell(tmp_path / "one"), "a.b") == "from .config"
    (tmp_path / "xdg" / "git").mkdir(parents=True)
    (tmp_path / "xdg" / "git" / "config").write_text("[a]\n\tb = from XDG\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert setting(shell(tmp_path / "two"), "a.b") == "from XDG"
    (tmp_path / "named").write_text("[a]\n\tb = from a named file\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "named"))
    sh = shell(tmp_path / "three")
    assert setting(sh, "a.b") == "from a named file"
    assert not sh.succeeds(sh["git"]["config", "--get", "user.name"])


def test_in_a_terminal_that_has_our_settings_already_they_do_not_include_themselves(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", git_settings.installed(tmp_path, os.environ)["GIT_CONFIG_GLOBAL"])
    assert setting(shell(tmp_path), "user.name") == "Ada"


def test_the_file_is_written_only_when_it_changes(home: Path, tmp_path: Path) -> None:
    path = Path(git_settings.installed(tmp_path, os.environ)["GIT_CONFIG_GLOBAL"])
    before = path.stat().st_mtime_ns
    git_settings.installed(tmp_path, os.environ)
    assert path.stat().st_mtime_ns == before


def test_every_setting_is_one_that_git_knows(home: Path) -> None:
    known = subprocess.run(["git", "help", "--config"], capture_output=True, text=True, check=True).stdout
    names = {name.lower() for name in known.split()}
    younger = {
        "core.commentstring",
        "init.defaultobjectformat",
        "init.defaultrefformat",
        "maintenance.autodetach",
    }
    assert {name.lower() for name in git_settings.SETTINGS} - names <= younger | {
        "color.branch",
        "color.grep",
    }
