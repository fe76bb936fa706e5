"""Clones in which a commit takes what was edited, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.git import exact_clone
from releasing.errors import PreconditionError
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Command, Shell

WINDOWS, UNIX = b"one\r\ntwo\r\n", b"one\ntwo\n"
FILES = {
    "windows.txt": WINDOWS,
    "unix.txt": UNIX,
    "mixed.bat": WINDOWS + UNIX,
    "id.txt": b"$Id$\n$Id: 0123 $\n",
    "large.bin": b"version https://git-lfs.github.com/spec/v1\n",
    "wide.txt": "é\n".encode(),
}
ATTRIBUTES = {
    "* text=auto": {},
    "* text eol=crlf": {},
    "*.bat text\n*.txt eol=lf": {},
    "*.txt ident\n*.bin filter=grow -text": {"filter.grow.smudge": "sed p", "filter.grow.clean": "cat"},
    "wide.txt text working-tree-encoding=UTF-16": {},
    "unix.txt text": {"core.autocrlf": "true"},
    "# nothing": {"core.autocrlf": "input", "core.eol": "crlf"},
}


def shell(settings: dict[str, str], more: dict[str, str]) -> Shell:
    """Git with `settings` of a person, and with the variables `more`."""
    own = {"user.name": "Ada", "user.email": "ada@example.org", "protocol.file.allow": "always", **settings}
    numbered = [
        (f"GIT_CONFIG_{kind}_{n}", text)
        for n, pair in enumerate(own.items())
        for kind, text in zip(("KEY", "VALUE"), pair, strict=True)
    ]
    variables = {"GIT_CONFIG_COUNT": str(len(own)), "GIT_CONFIG_GLOBAL": "/dev/null", **dict(numbered)}
    return Shell({**clean_environment(), **variables, **more})


def project(folder: Path, attributes: str) -> Command:
    """A repository whose attributes are newer than its contents."""
    sh = shell({}, {})
    folder.mkdir()
    git = sh["git"]["-C", str(folder)]
    sh.read(git["init", "--quiet", "--initial-branch=master"])
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    sh.read(git["add", "--all"])
    sh.read(git["commit", "--quiet", "--message=contents"])
    (folder / ".gitattributes").write_text(f"{attributes}\n")
    sh.read(git["add", ".gitattributes"])
    sh.read(git["commit", "--quiet", "--message=attributes", "--only", ".gitattributes"])
    return git


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_only_the_line_that_was_edited_is_committed(tmp_path: Path, attributes: str) -> None:
    project(tmp_path / "origin", attributes)
    sh = shell(ATTRIBUTES[attributes], {})
    exact_clone.clone(sh, str(tmp_path / "origin"), tmp_path / "clone", "master")
    assert {name: (tmp_path / "clone" / name).read_bytes() for name in FILES} == FILES
    (tmp_path / "clone" / "windows.txt").write_bytes(WINDOWS.replace(b"two", b"three"))
    (tmp_path / "clone" / "new.txt").write_bytes(WINDOWS)
    git = sh["git"]["-C", str(tmp_path / "clone")]
    sh.read(git["add", "--all"])
    sh.read(git["commit", "--quiet", "--message=edit"])
    changed = sh.read(git["show", "--numstat", "--format="]).splitlines()
    assert changed == ["2\t0\tnew.txt", "1\t1\twindows.txt"]
    assert sh.read(git["cat-file", "blob", "HEAD:new.txt"]) + "\n" == WINDOWS.decode()


def test_the_branch_that_was_named_is_checked_out_with_the_objects_of_another_clone(tmp_path: Path) -> None:
    sh, git = shell({"clone.defaultRemoteName": "upstream"}, {}), project(tmp_path / "origin", "# none")
    sh.read(git["branch", "v0.2-branch", "HEAD~1"])
    folders = [tmp_path / "first", tmp_path / "second"]
    exact_clone.clone(sh, str(tmp_path / "origin"), folders[0], "master")
    exact_clone.clone(sh, str(tmp_path / "origin"), folders[1], "v0.2-branch", str(folders[0]))
    assert not (folders[1] / ".gitattributes").exists()
    assert str(folders[0]) in (folders[1] / ".git/objects/info/alternates").read_text()
    assert sh.read(sh["git"]["-C", str(folders[1])]["remote"]) == "origin"


def test_a_clone_that_is_dirty_all_the_same_is_refused(tmp_path: Path) -> None:
    project(tmp_path / "origin", "# none")
    hook = tmp_path / "hooks" / "post-index-change"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\necho more >>unix.txt\nprintf x >'a\nb'\n")
    hook.chmod(0o755)
    sh = shell({"core.hooksPath": str(hook.parent)}, {})
    with pytest.raises(PreconditionError) as refusal:
        exact_clone.clone(sh, str(tmp_path / "origin"), tmp_path / "clone", "master")
    assert "clone is not what master has, although it was cloned just now:" in refusal.value.message
    assert ' M unix.txt\n  ?? "a\\nb"' in refusal.value.message
