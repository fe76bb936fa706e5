"""Mails in the outbox, read back as any mail program would."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from releasing.announcements import outbox
from releasing.announcements.mail_options import options_of
from releasing.announcements.message import AnnouncementMail
from releasing.errors import PreconditionError
from tests.support.faulty_registry import PROJECT, pushed
from tests.support.registries import rehearsal_registry
from tests.support.releases import release_at

COMMIT = "0123456789abcdef0123456789abcdef01234567"
VOTE = AnnouncementMail("[VOTE]", "v0.2.1-rc.0", "{project} {name}: please vote.\n", "vote")


def words(path: Path, images: tuple[str, ...]) -> list[str]:
    given = {
        "project": "Kubeflow",
        "commit": COMMIT,
        "repository": "kubeflow/kubeflow",
        "image-tag": "v0.2.1",
    }
    given |= {"to": "discuss@example.org", "from": "team@example.org"}
    return [str(path), *images, *(word for name, value in given.items() for word in (f"--{name}", value))]


def write(path: Path, *images: str, notes: str = "absent.md") -> EmailMessage:
    options = [*words(path, images), "--notes", str(path.with_name(notes))]
    assert VOTE.write(options_of("").parse_args(options)) == 0
    return read(path)


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_a_mail_has_what_a_voter_needs(tmp_path: Path) -> None:
    message = write(tmp_path / "outbox" / "vote.eml")
    assert message["Subject"] == "[VOTE] Kubeflow v0.2.1-rc.0"
    assert (message["From"], message["To"]) == ("team@example.org", "discuss@example.org")
    text = text_of(message)
    assert text.startswith("Kubeflow v0.2.1-rc.0: please vote.\n")
    assert f"Commit: {COMMIT}\n" in text
    assert "git fetch https://github.com/kubeflow/kubeflow.git refs/tags/v0.2.1-rc.0\n" in text


def test_a_second_copy_is_the_same_mail(tmp_path: Path) -> None:
    write(tmp_path / "one.eml")
    write(tmp_path / "two.eml")
    assert (tmp_path / "one.eml").read_bytes() == (tmp_path / "two.eml").read_bytes()
    assert read(tmp_path / "one.eml")["Message-ID"] == "<v0.2.1-rc.0.vote@example.org>"


def test_every_line_ends_as_mail_wants_it(tmp_path: Path) -> None:
    write(tmp_path / "vote.eml")
    content = (tmp_path / "vote.eml").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 5


def test_notes_of_any_length_and_language_arrive_whole(tmp_path: Path) -> None:
    notes = "Größe, 発表 \N{PARTY POPPER}\n" + "x" * 3000 + "\n.\nFrom here on\n"
    (tmp_path / "notes.md").write_text(notes)
    assert text_of(write(tmp_path / "vote.eml", notes="notes.md")).endswith(notes)
    assert max(map(len, (tmp_path / "vote.eml").read_bytes().splitlines())) <= 998


def test_notes_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    assert text_of(write(tmp_path / "vote.eml")).endswith("Images:\n\n")


def test_images_are_named_with_the_digests_of_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", "/nonexistent")
    with rehearsal_registry(tmp_path / "registry") as url:
        monkeypatch.setenv("RELEASE_REGISTRY_MIRRORS", f"gcr.io={url}/gcr.io")
        digest = pushed(url, "a", tag="v0.2.1")["a"]
        text = text_of(write(tmp_path / "vote.eml", f"{PROJECT}/a"))
        assert f"  {PROJECT}/a:v0.2.1\n    {digest}\n" in text
        with pytest.raises(PreconditionError, match=r"not in the registry at v0\.2\.1: .*/b"):
            write(tmp_path / "other.eml", f"{PROJECT}/b")
    assert not (tmp_path / "other.eml").exists()


def test_a_mail_is_found_by_its_commit(tmp_path: Path) -> None:
    release = release_at(tmp_path)
    path = outbox.path(release)
    assert outbox.names(release, COMMIT).text == f"the mail is not written yet: {path}"
    write(path)
    assert outbox.names(release, COMMIT).text == (
        f"'[VOTE] Kubeflow v0.2.1-rc.0' to discuss@example.org is in {path}"
    )
    assert outbox.names(release, "f" * 40).text == f"the mail in {path} is not about {'f' * 40}"
    assert outbox.names(release, None).text == f"the mail in {path} is not about a tag on origin"
    assert outbox.path(replace(release, final=True)) != path


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"])
def test_a_file_that_is_no_mail_announces_nothing(tmp_path: Path, content: bytes) -> None:
    release = release_at(tmp_path)
    outbox.path(release).parent.mkdir(parents=True)
    outbox.path(release).write_bytes(content)
    assert not outbox.names(release, COMMIT).holds


def test_waivers_stand_in_the_vote_mail_as_they_were_given(tmp_path: Path) -> None:
    mail_file = tmp_path / "vote.eml"
    announcement = replace(VOTE, more="\nKnown problems that were accepted:\n  #5: {braces} stay\n")
    options = [*words(mail_file, ()), "--notes", str(tmp_path / "absent.md")]
    announcement.write(options_of("").parse_args(options))
    assert "please vote.\n\nKnown problems that were accepted:\n  #5: {braces} stay\n\nCommit: " in text_of(
        read(mail_file)
    )


def test_a_mail_is_for_its_owner_alone_until_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "vote.eml"
    write(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_strangers_wrote_into_the_notes_is_mailed_as_plain_text(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_bytes("- Fix\x1b[2J it\x9b\u202e\r\n- ü\r\n".encode())
    assert text_of(write(tmp_path / "vote.eml", notes="notes.md")).endswith(
        "- Fix\\u001b[2J it\\u009b\\u202e\n- ü\n"
    )
