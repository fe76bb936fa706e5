"""What jsonnet of a repository may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from releasing.jsonnet.imports import checkout_of, refusal


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout beside a key of the operator's."""
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("[remote]\n  url = https://me:secret@github.com/a/b\n")
    (folder / "app").mkdir()
    (folder / "shared.libsonnet").write_text("{}")
    (tmp_path / "key.json").write_text('{"private_key": "secret"}')
    return folder


def test_a_file_of_the_checkout_may_be_imported(checkout: Path) -> None:
    assert checkout_of(checkout / "app") == checkout
    assert refusal(str(checkout / "app" / ".." / "shared.libsonnet"), str(checkout)) == ""


def links(checkout: Path) -> None:
    (checkout / "link").symlink_to("../key.json")
    (checkout / "folder").symlink_to("..", target_is_directory=True)
    (checkout / "git").symlink_to(".git", target_is_directory=True)
    os.mkfifo(checkout / "pipe")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../key.json", "outside of the checkout"),
        ("/proc/self/environ", "outside of the checkout"),
        ("link", "outside of the checkout"),
        ("folder/key.json", "outside of the checkout"),
        (".git/config", "git keeps for itself"),
        (".GIT/config", "git keeps for itself"),
        ("git/config", "git keeps for itself"),
        ("app/../git/config", "git keeps for itself"),
        ("pipe", "not a regular file"),
    ],
)
def test_what_leads_out_of_it_may_not(checkout: Path, path: str, why: str) -> None:
    links(checkout)
    (checkout / ".GIT").mkdir(exist_ok=True)
    (checkout / ".GIT" / "config").touch()
    assert why in refusal(str(checkout / path), str(checkout))


def test_a_file_without_end_may_not(checkout: Path) -> None:
    with (checkout / "large.libsonnet").open("wb") as file:
        file.truncate(1 << 40)
    assert "more than 32 MiB" in refusal(str(checkout / "large.libsonnet"), str(checkout))


def test_a_checkout_that_is_the_home_folder_gives_no_more_than_the_app(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(checkout))
    assert checkout_of(checkout / "app") == checkout / "app"
