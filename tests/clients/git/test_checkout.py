"""What origin has, read from a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.git import checkout as checkout_module
from tests.support.bare_repository import commit, head
from tests.support.releases import Origin, origin_in

CONTENT = {
    "none.txt": "text",
    "one.txt": "text\n",
    "many.txt": "text\n\n\n\n",
    "zero.txt": "",
    "Größe.txt": "text ä\n",
    "first\nsecond.txt": "text of two lines\n",
    "\n": "text of none\n",
}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return origin_in(tmp_path).fetched()


def git(origin: Origin, *words: str) -> None:
    origin.sh.run(origin.release.origin(origin.sh).git[words])


def test_a_ref_is_read_from_origin_and_not_from_memory(origin: Origin) -> None:
    moved = commit(origin.bare, "v0.2-branch", "new.txt", "new\n")
    assert origin.release.origin(origin.sh).commit_of("refs/heads/v0.2-branch") == moved
    assert origin.release.origin(origin.sh).head("v0.2-branch") != moved
    origin.sh.run(origin.release.origin(origin.sh).fetch())
    assert origin.release.origin(origin.sh).head("v0.2-branch") == moved


def test_a_ref_is_found_by_its_whole_name(origin: Origin) -> None:
    commit(origin.bare, "v0.2-branch-old", "a", "a", start="v0.2-branch")
    commit(origin.bare, "refs/heads/v0.3-branch", "b", "b")
    assert origin.release.origin(origin.sh).commit_of("refs/heads/v0.2") is None
    assert origin.release.origin(origin.sh).commit_of("refs/heads/v0.3-branch") is None


def test_a_tag_names_its_commit_annotated_or_not(origin: Origin) -> None:
    wanted = head(origin.bare, "v0.2-branch")
    git(origin, "tag", "-a", "v0.2.1-rc.0", wanted, "-m", "text")
    git(origin, "push", "--quiet", "origin", "v0.2.1-rc.0")
    for tag in ("v0.2.1-rc.0", "v0.2.0"):
        assert origin.release.origin(origin.sh).commit_of(f"refs/tags/{tag}") == wanted
    assert origin.release.origin(origin.sh).commit_of("refs/tags/v0.2.1-rc.1") is None


def test_tags_are_listed_by_pattern_each_once(origin: Origin) -> None:
    git(origin, "tag", "-a", "v0.2.1-rc.0", "-m", "text")
    git(origin, "push", "--quiet", "origin", "v0.2.1-rc.0")
    assert origin.release.origin(origin.sh).tags("v0.2.1*") == ["v0.2.1-rc.0"]
    assert origin.release.origin(origin.sh).tags("v9*") == []


def test_a_fetch_follows_deleted_branches_and_moved_tags(origin: Origin) -> None:
    moved = commit(origin.bare, "gone", "new.txt", "new\n")
    origin.sh.run(origin.release.origin(origin.sh).fetch())
    assert origin.release.origin(origin.sh).has("origin/gone")
    bare = origin.sh["git"]["-C", str(origin.bare)]
    origin.sh.run(bare["update-ref", "refs/tags/v0.2.0", moved])
    origin.sh.run(bare["update-ref", "-d", "refs/heads/gone"])
    origin.sh.run(origin.release.origin(origin.sh).fetch())
    assert not origin.release.origin(origin.sh).has("origin/gone")
    assert origin.release.origin(origin.sh).tagged("v0.2.0") == moved


def test_a_commit_is_on_a_branch_or_not(origin: Origin) -> None:
    old, newest = head(origin.bare, "v0.2-branch"), head(origin.bare, "master")
    assert origin.release.origin(origin.sh).is_on(old, "master")
    assert not origin.release.origin(origin.sh).is_on(newest, "v0.2-branch")
    assert not origin.release.origin(origin.sh).is_on("0" * 40, "master")


def test_files_are_read_byte_for_byte_wherever_they_stand(origin: Origin) -> None:
    for name, text in CONTENT.items():
        commit(origin.bare, "master", name, text)
    origin.fetched()
    for order in (sorted(CONTENT), sorted(CONTENT, reverse=True), ["absent", "many.txt"]):
        found = dict(origin.release.origin(origin.sh).contents("origin/master", order))
        assert found == {name: CONTENT[name].encode() for name in order if name in CONTENT}
    assert origin.release.origin(origin.sh).file_at("origin/master", "absent") is None
    assert origin.release.origin(origin.sh).file_at("origin/v0.2-branch", "one.txt") is None


def test_bytes_that_are_not_utf_8_are_read_as_they_are(origin: Origin) -> None:
    path = Path(origin.release.checkout) / "latin.txt"
    git(origin, "checkout", "--quiet", "master")
    path.write_bytes(b"\xff\xfe name\r\n")
    git(origin, "add", "latin.txt")
    git(origin, "commit", "--quiet", "-m", "latin")
    assert origin.release.origin(origin.sh).file_at("HEAD", "latin.txt") == b"\xff\xfe name\r\n"


def test_a_name_that_ends_like_a_line_is_not_another_files(origin: Origin) -> None:
    names = ("Icon\r", "Icon", "a\r\n", "a", "-b\nHEAD:a")
    git(origin, "checkout", "--quiet", "master")
    for name in names:
        (Path(origin.release.checkout) / name).write_text(f"text of {name!r}")
    git(origin, "add", "--", *names)
    git(origin, "commit", "--quiet", "-m", "names")
    for order in (names, names[::-1]):
        found = dict(origin.release.origin(origin.sh).contents("HEAD", ["no\nsuch", *order, "nor\r"]))
        assert found == {name: f"text of {name!r}".encode() for name in names}


def test_files_that_contain_a_word_are_found_whatever_their_names(origin: Origin) -> None:
    for name, text in CONTENT.items():
        commit(origin.bare, "master", name, text)
    origin.fetched()

    def found(*words: str, also: tuple[str, ...] = ()) -> list[str]:
        return [
            path for path, _ in origin.release.origin(origin.sh).files_naming("origin/master", words, also)
        ]

    assert found("text") == sorted(set(CONTENT) - {"zero.txt"})
    assert found("t.xt") == []
    assert found("ä", "Kubeflow") == ["Größe.txt", "README.md"]
    assert found("nowhere", also=("zero.txt", "absent")) == ["zero.txt"]


def test_what_people_set_for_their_eyes_does_not_change_what_is_found(origin: Origin) -> None:
    for name in ("color.ui=always", "grep.lineNumber=true", "grep.column=true", "color.grep=always"):
        git(origin, "config", *name.split("="))
    found = dict(origin.release.origin(origin.sh).files_naming("origin/master", ("Kubeflow",)))
    assert [*found] == ["README.md"]


def test_blobs_are_read_in_portions_and_equal_ones_once(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {**CONTENT, "same as many.txt": CONTENT["many.txt"], "a missing": "named so"}
    for name, text in texts.items():
        commit(origin.bare, "master", name, text)
    origin.fetched()
    checkout = origin.release.origin(origin.sh)
    rows = origin.sh.read(checkout.git["ls-tree", "-r", "-z", "origin/master"]).split("\0")[:-1]
    identities = {path: head.split(" ")[2] for head, _, path in (row.partition("\t") for row in rows)}
    asked: list[str] = []

    def output(command: object, *, stdin: str | None = None) -> bytes:
        asked.extend((stdin or "").splitlines())
        return origin.sh.shell.output(command, stdin=stdin)  # type: ignore[arg-type]

    monkeypatch.setattr(checkout_module, "PORTION", 3)
    monkeypatch.setattr(origin.sh, "output", output)
    found = dict(checkout.blobs({**identities, "not there": "0" * 40}))
    assert {name: found[name] for name in texts} == {name: text.encode() for name, text in texts.items()}
    assert "not there" not in found
    assert sorted(asked) == sorted({*identities.values(), "0" * 40})
    assert found["many.txt"] is found["same as many.txt"]
