"""Reading release.yaml: what is accepted as written, and every problem at once with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from releasing.config.config_file import load
from releasing.config.reference_page import schema
from releasing.errors import ConfigError
from tests.support.paths import ROOT

pytestmark = pytest.mark.interpreter

GOOD = """\
project: Kubeflow
repository: kubeflow/kubeflow
registry: gcr.io/kubeflow-images-public
announcement:
  to: discuss@example.org
  from: team@example.org
profiles:
  rehearsal:
    sandbox: .rehearsal
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "release.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    return caught.value.message.splitlines()


def test_the_projects_own_file_is_valid() -> None:
    assert load(ROOT / "release.yaml").repository == "kubeflow/kubeflow"


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert (config.default_branch, config.gcp, config.announcement.vote_days) == ("master", None, 3)
    assert config.announcement.from_ == "team@example.org"


@pytest.mark.parametrize(
    "written_as", ["1.10", "010", "true", "12345e67", "1_000", "2018-07-23", "no", "0x10"]
)
def test_text_stays_as_it_is_written(tmp_path: Path, written_as: str) -> None:
    text = GOOD.replace("project: Kubeflow", f"project: {written_as}")
    assert load(written(tmp_path, text)).project == written_as


def test_all_problems_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace("repository: kubeflow/kubeflow", "repository: kubeflow\nregistri: x")
    text = text.replace("discuss@example.org", "nobody") + "  other: {}\n"
    found = problems(tmp_path, text)
    assert [line.split(": ")[:2] for line in found] == [
        ["release.yaml:2", "repository"],
        ["release.yaml:3", "registri"],
        ["release.yaml:6", "announcement.to"],
        ["release.yaml:11", "profiles.other"],
    ]
    assert found[0].endswith("; found 'kubeflow'")
    assert found[3].endswith("write 'production: true', or a folder as 'sandbox:'")


def test_a_missing_key_is_told_at_its_section(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace("  from: team@example.org\n", "")) == [
        "release.yaml:4: announcement.from: missing"
    ]


@pytest.mark.parametrize(
    ("key", "meant"),
    [("regstry", "registry"), ("repositry", "repository"), ("default_branche", "default-branch")],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(tmp_path: Path, key: str, meant: str) -> None:
    told = f"release.yaml:10: {key}: unknown key; did you mean {meant!r}?"
    assert problems(tmp_path, f"{GOOD}{key}: x\n") == [told]


def test_the_key_that_was_meant_is_looked_for_in_its_section(tmp_path: Path) -> None:
    text = GOOD.replace("  from:", "  votedays: 3\n  from:").replace(
        "    sandbox:", "    stat: x\n    sandbox:"
    )
    assert problems(tmp_path, text) == [
        "release.yaml:6: announcement.votedays: unknown key; did you mean 'vote-days'?",
        "release.yaml:10: profiles.rehearsal.stat: unknown key; did you mean 'state'?",
    ]


def test_a_key_that_resembles_nothing_is_only_unknown(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{GOOD}xyzzy: x\n") == ["release.yaml:10: xyzzy: unknown key"]


def test_a_key_written_twice_is_refused_whatever_its_values(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{GOOD}project: Kubeflow\n") == [
        "release.yaml:10: project: written twice; keep one"
    ]


def test_a_problem_in_a_list_has_the_line_of_its_item(tmp_path: Path) -> None:
    images = (
        "bootstrapper:\n  folder: f\n  config: c\n  images:\n    pattern: a|b\n    names:\n    - a\n    - B\n"
    )
    assert problems(tmp_path, f"{GOOD}image-tags: t.yaml\n{images}") == [
        "release.yaml:18: bootstrapper.images.names[1]: String should match pattern "
        "'^[a-z0-9]+([._/-]+[a-z0-9]+)*$'; found 'B'"
    ]


@pytest.mark.parametrize("content", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_misses_every_key(tmp_path: Path, content: str) -> None:
    found = [line.split(": ", 1)[1] for line in problems(tmp_path, content)]
    assert found == [
        f"{key}: missing" for key in ("project", "repository", "registry", "announcement", "profiles")
    ]


@pytest.mark.parametrize("content", ["- a list\n", "just text\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    (problem,) = problems(tmp_path, content)
    assert problem.startswith("release.yaml:1: release.yaml: ")


NOT_YAML = {
    "project: 'open\n": "release.yaml:2: not YAML: found unexpected end of stream",
    "a: 1\n---\nb: 2\n": "release.yaml:2: not YAML: but found another document",
    "a: *b\n": "release.yaml:1: not YAML: found undefined alias 'b'",
    "a: \t- b\n\t- c\n": "release.yaml:1: not YAML: ",
    "a: \0\n": "release.yaml: not YAML: unacceptable character #x0000",
}


@pytest.mark.parametrize(("content", "problem"), NOT_YAML.items())
def test_what_is_not_yaml_is_told_with_its_line(tmp_path: Path, content: str, problem: str) -> None:
    assert problems(tmp_path, content)[0].startswith(problem)


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, b"project: \xff\n")[0].startswith("release.yaml: not YAML: 'utf-8' codec")


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    text = GOOD.replace("to: discuss@", "to: &mail discuss@").replace("from: team@example.org", "from: *mail")
    assert load(written(tmp_path, text)).announcement.from_ == "discuss@example.org"


def test_an_alias_within_what_it_names_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("announcement:", "announcement: &all").replace("to: discuss@example.org", "to: *all")
    assert (
        "release.yaml:4: announcement.to: an alias to a value that contains it; write the value out"
        in problems(tmp_path, text)
    )


def test_merge_keys_are_refused_and_make_no_profile(tmp_path: Path) -> None:
    text = GOOD.replace("profiles:\n", "profiles:\n  <<: {other: {sandbox: x}}\n")
    assert problems(tmp_path, text) == [
        "release.yaml:8: profiles.<<: merge keys are not read; write the keys out"
    ]


def test_a_key_that_is_not_plain_text_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{GOOD}? [a, b]\n: c\n") == [
        "release.yaml:10: release.yaml: a key must be plain text"
    ]


def test_no_file_is_told_with_the_way_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file") as caught:
        load(tmp_path / "release.yaml")
    assert caught.value.hint == "name it: RELEASE_CONFIG=path/to/release.yaml"
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


PINNED = """\
operators:
  tfjob:
    repository: kubeflow/tf-operator
    release: v0.2.0
    image: tf_operator
    pins:
    - file: a
      pattern: a(b)
      value: "{tag}"
pins:
- file: a
  pattern: a(b)
  value: "{branch} {{version}} {day}"
- file: a
  pattern: a(b)c(d)
  value: "{tag"
parameters:
- files: scripts/*
  name: not a name
  value: "{version} or so"
"""


def test_a_value_with_another_name_in_braces_is_told_at_its_line_with_those_that_there_are(
    tmp_path: Path,
) -> None:
    own = "to write a brace as text, double it"
    names = (
        "{version}, {tag}, {branch}, {major}, {minor}, {patch}, "
        "{candidate}, {full}, {pep440}, {npm}, {shields}, {date}"
    )
    assert problems(tmp_path, GOOD + PINNED) == [
        f"release.yaml:18: operators.tfjob.pins[0].value: {{tag}} is not a known name ({{release}}); {own}; "
        "found '{tag}'",
        f"release.yaml:22: pins[0].value: {{day}} is not a known name ({names}); {own}; "
        "found '{branch} {{version}} {day}'",
        "release.yaml:24: pins[1].pattern: 'a(b)c(d)' needs exactly one group: the part that is the value; "
        "found 'a(b)c(d)'",
        f"release.yaml:25: pins[1].value: {{ is not a known name ({names}); {own}; found '{{tag'",
        "release.yaml:28: parameters[0].name: String should match pattern '^[A-Za-z_][A-Za-z0-9_.-]*$'; "
        "found 'not a name'",
        "release.yaml:29: parameters[0].value: expected one word, without blanks, quotes and backslashes; "
        "found '{version} or so'",
    ]


def test_the_schema_knows_the_keys_as_they_are_written() -> None:
    keys = json.loads(schema())["properties"].keys()
    assert {"default-branch", "image-tags", "profiles"} <= keys
    assert "default_branch" not in keys
