"""What a person can do about an answer of GitHub, or of git, is said with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import CommandError
from releasing.shell.text.program_hints import hint
from tests.support.releases import hosted


@pytest.mark.parametrize("status", [*range(400, 432), 451])
def test_every_refusal_of_github_has_a_hint(status: int) -> None:
    assert hint("gh", [f"gh: Something (HTTP {status})"])


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("gh: Validation Failed (HTTP 422)\nNo commits between master and release/x", "makes it again"),
        ("gh: API rate limit exceeded for user (HTTP 403)", "rate_limit"),
        ("gh: Resource not accessible by integration (HTTP 403)", "lacks a permission"),
        ("gh: Resource protected by organization SAML enforcement. (HTTP 403)", "single sign-on"),
        ("gh: Not Found (HTTP 404)", "may this login see it"),
        ("gh: Squash merges are not allowed on this repository. (HTTP 405)", "merge-method"),
        ("gh: Repository was archived so is read-only. (HTTP 403)", "unarchive"),
    ],
)
def test_words_count_before_the_number(said: str, part: str) -> None:
    assert part in hint("gh", said.splitlines())
    assert part in hint("/usr/bin/gh", said.splitlines())


@pytest.mark.parametrize(
    ("program", "said"),
    [("gh", ["gh: Bad Gateway (HTTP 502)"]), ("gh", []), ("curl", ["HTTP 404"]), ("git", ["fatal: no"])],
)
def test_what_nobody_can_help_has_none(program: str, said: list[str]) -> None:
    assert hint(program, said) == ""


def test_a_refused_push_has_a_hint() -> None:
    assert "pull requests" in hint("git", ["remote: error: GH006: Protected branch update failed"])
    assert "gh auth setup-git" in hint("git", ["fatal: could not read Username for 'https://github.com'"])


def test_the_hint_comes_with_the_error(tmp_path: Path) -> None:
    with hosted(tmp_path) as (origin, _github), pytest.raises(CommandError) as caught:
        origin.sh.read(origin.sh["gh"]["api", "repos/kubeflow/absent"])
    assert caught.value.hint.startswith("does it exist")
