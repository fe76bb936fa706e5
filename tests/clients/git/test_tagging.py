"""Tags on a real origin: pushed once, never moved, signed with real keys, and told about when somebody was first."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.clients.git import tagging
from releasing.config.release_yaml import Config
from releasing.errors import CommandError, PreconditionError
from tests.support.bare_repository import head
from tests.support.registries import installed
from tests.support.releases import CONFIG, Origin, origin_in

TAG = "v0.2.1-rc.0"
# The ref is taken, and git ends before it can say so.
LOST = f'read -r old new ref\n[ "$1" != committed ] || [ "$ref" != refs/tags/{TAG} ] || kill -9 $PPID'


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return origin_in(tmp_path).fetched()


def told(origin: Origin) -> list[str]:
    """The lines that the operator gets from now on."""
    lines: list[str] = []
    origin.sh.shell.show = lines.append
    return lines


def push(origin: Origin, commit: str, tag: str = TAG) -> None:
    release = origin.release
    tagging.push(release.origin(origin.sh), tag, commit, release.annotation(tag), release.tag_taken)


def problem(origin: Origin, tag: str = TAG) -> str:
    return tagging.problem(
        origin.release.origin(origin.sh), tag, "v0.2-branch", origin.release.signature_form
    )


def signing(origin: Origin, form: str) -> Origin:
    """The same, with a release.yaml that asks for signed tags."""
    wish = {"signing": {"format": form}}
    config = Config.model_validate(CONFIG.model_dump(by_alias=True) | wish)
    return replace(origin, release=replace(origin.release, config=config))


def configure(origin: Origin, key: str, value: str) -> None:
    origin.sh.run(origin.sh["git"]["-C", origin.release.checkout, "config", key, value])


def test_a_tag_is_pushed_annotated_and_the_same_again_changes_nothing(origin: Origin) -> None:
    first = head(origin.bare, "v0.2-branch")
    push(origin, first)
    listing = origin.release.origin(origin.sh).listed(f"refs/tags/{TAG}")
    there = origin.sh.read(listing)
    push(origin, first)
    assert problem(origin) == ""
    assert origin.sh.read(listing) == there


def test_a_tag_never_moves_and_the_loser_is_told_who_was_first(origin: Origin) -> None:
    first, other = head(origin.bare, "v0.2-branch"), head(origin.bare, "master")
    push(origin, first)
    with pytest.raises(
        PreconditionError, match=rf"{TAG} is already on origin at {first[:12]}, by Ada on \d{{4}}-"
    ):
        push(origin, other)
    assert origin.release.origin(origin.sh).commit_of(f"refs/tags/{TAG}") == first


def test_a_tag_that_says_not_who_made_it_is_told_without(origin: Origin) -> None:
    first, other = head(origin.bare, "v0.2-branch"), head(origin.bare, "master")
    origin.sh.run(origin.sh["git"]["--git-dir", str(origin.bare), "tag", TAG, first])
    with pytest.raises(PreconditionError, match=rf"{TAG} is already on origin at {first[:12]}; expected"):
        push(origin, other)


def test_a_tag_whose_answer_was_lost_is_found(origin: Origin) -> None:
    hook = origin.bare / "hooks" / "reference-transaction"
    hook.write_text(f"#!/bin/sh\n{LOST}\n")
    hook.chmod(0o755)
    lines = told(origin)
    first = head(origin.bare, "v0.2-branch")
    push(origin, first)
    assert f"{TAG} is already on origin at {first[:12]}, by Ada on " in lines[-1]
    assert ", as wanted, although the push failed" in lines[-1]
    assert problem(origin) == ""


def test_a_push_that_did_not_arrive_is_an_error(origin: Origin) -> None:
    hook = origin.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho no tags today >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(CommandError, match="no tags today"):
        push(origin, head(origin.bare, "v0.2-branch"))


def test_what_is_wrong_with_a_tag_is_told(origin: Origin) -> None:
    newest = head(origin.bare, "master")
    push(origin, newest)
    assert problem(origin, "v0.2.1") == "origin has no tag v0.2.1"
    assert problem(origin, "v0.2.0") == "v0.2.0 on origin is not annotated"
    assert problem(origin) == f"{TAG} is at {newest[:12]}, which is not on v0.2-branch"


def ssh_key(folder: Path, name: str) -> Path:
    key = folder / name
    words = [
        installed("ssh-keygen", "openssh-client"),
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        name,
        "-f",
        str(key),
    ]
    subprocess.run(words, check=True)
    return key


def test_an_ssh_signature_by_a_trusted_key_is_good_and_no_other(origin: Origin, tmp_path: Path) -> None:
    trusted, stranger = ssh_key(tmp_path, "trusted"), ssh_key(tmp_path, "stranger")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.org {trusted.with_suffix('.pub').read_text()}")
    configure(origin, "gpg.ssh.allowedSignersFile", str(allowed))
    origin = signing(origin, "ssh")
    commit = head(origin.bare, "v0.2-branch")
    for key, tag, good in ((trusted, TAG, True), (stranger, "v0.2.1-rc.1", False)):
        configure(origin, "user.signingKey", str(key))
        push(origin, commit, tag)
        expected = "" if good else f"{tag} on origin has no good ssh signature (git verify-tag {tag})"
        assert problem(origin, tag) == expected


def test_a_tag_without_a_signature_is_not_enough_when_one_is_asked_for(origin: Origin) -> None:
    push(origin, head(origin.bare, "v0.2-branch"))
    assert problem(origin) == ""
    assert "has no good ssh signature" in problem(signing(origin, "ssh"))


def test_the_signature_of_another_tag_of_that_name_does_not_count(origin: Origin, tmp_path: Path) -> None:
    key = ssh_key(tmp_path, "trusted")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    push(origin, head(origin.bare, "v0.2-branch"))
    configure(origin, "gpg.ssh.allowedSignersFile", str(allowed))
    signed = signing(origin, "ssh")
    git = origin.sh["git"]["-C", origin.release.checkout]
    here = git[
        "-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "tag", "--force", "--sign", TAG, "-m", "mine"
    ]
    origin.sh.run(here)
    assert "has no good ssh signature" in problem(signed)


@pytest.fixture
def gnupg(tmp_path: Path) -> Iterator[Path]:
    """A key ring with one key, away from the operator's; its path is short, for the agent's socket."""
    installed("gpg", "gnupg")
    home = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    key = ["--quick-gen-key", "Ada <ada@example.org>", "default", "sign", "never"]
    batch = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    subprocess.run([*batch, *key], check=True, capture_output=True)
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)
    shutil.rmtree(home, ignore_errors=True)


def test_an_openpgp_signature_is_verified(origin: Origin, gnupg: Path) -> None:
    origin.sh.shell.environment["GNUPGHOME"] = str(gnupg)
    origin = signing(origin, "openpgp")
    push(origin, head(origin.bare, "v0.2-branch"))
    assert problem(origin) == ""
    del origin.sh.shell.environment["GNUPGHOME"]
    origin.sh.shell.environment["HOME"] = str(gnupg / "nobody")
    assert "has no good openpgp signature" in problem(origin)
