"""What strangers wrote, on its way to a person."""

from __future__ import annotations

import io
import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from invoke.exceptions import Exit

import tasks
from releasing.clients.ksonnet.rendered_text import as_text
from releasing.errors import UnmetError
from releasing.shell.text.plain_text import PlainStream, plain, plain_line

WILD = st.text(st.characters())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("v0.2.1\x1b[8m-rc.0\x1b[0m", "v0.2.1\\u001b[8m-rc.0\\u001b[0m"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("\x9b31m", "\\u009b31m"),
        ("a\rb\x08\x7f", "a\\u000db\\u0008\\u007f"),
        ("file\u202egnp.exe", "file\\u202egnp.exe"),
        ("a\u2028b\u2066c", "a\\u2028b\\u2066c"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("name \udcff", "name \\udcff"),
    ],
)
def test_controls_and_direction_marks_are_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_text_of_people_stays_as_it_is() -> None:
    text = "Füge 日本語 hinzu\n\t👩‍💻 naïve – “x”\n"
    assert plain(text) == text


def test_a_line_in_a_list_is_one_line() -> None:
    assert plain_line("a\n- forged (#1)\r\n\x1b[2J") == "a - forged (#1) \\u001b[2J"


@given(WILD)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = plain(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)
    assert plain(shown) == shown
    shown.encode()


@given(WILD)
def test_json_still_says_the_same(text: str) -> None:
    assert json.loads(plain(json.dumps(text, ensure_ascii=False))) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_yaml_of_ks_still_says_the_same(text: str) -> None:
    objects = [{"kind": "A", "data": text, text: 1}]
    assert [*yaml.safe_load_all(plain(as_text(objects, "yaml")))] == objects


def test_a_stream_gets_plain_text_from_whatever_prints() -> None:
    own = io.StringIO()
    stream = PlainStream(own)
    print("\x1b[2J", "a", file=stream)
    stream.writelines(["\x07\n"])
    assert own.getvalue() == "\\u001b[2J a\n\\u0007\n"


def test_what_a_task_shows_and_how_it_fails_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    tasks.show("tag \x1b[2J")
    with pytest.raises(Exit) as caught, tasks.one_message():
        raise UnmetError("title \x9b", "look \u202e")
    assert capsys.readouterr().out == "tag \\u001b[2J\n"
    assert str(caught.value.message) == "error: title \\u009b\n  hint: look \\u202e"
