"""An entry added to the release config: as people of Kubeflow added theirs, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from releasing.errors import ConfigError, PreconditionError
from releasing.nightly.adding.config_edit import with_entry
from releasing.nightly.release_config import Entry, parse
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

HISTORY = DATA / "prow_config_release"
RELEASING = "kubeflow/kubeflow/releasing"
PYTORCH = Entry("pytorch-operator-release", f"{RELEASING}/pytorch-operator", "pytorch-operator")
CHAINER = Entry("chainer-operator-release", f"{RELEASING}/chainer-operator", "chainer-operator")
WRITTEN = {"36062f39": PYTORCH, "e16685b8": CHAINER}


def committed(commit: str) -> str:
    return next(HISTORY.glob(f"{commit}*.yaml")).read_text()


@pytest.mark.parametrize("commit", WRITTEN)
def test_an_entry_comes_to_what_people_committed(commit: str) -> None:
    after = committed(commit)
    before = after[: after.rindex("  - app_dir:")]
    # One of them left out the newline at the end.
    assert with_entry(before, "config", WRITTEN[commit]) == after.rstrip("\n") + "\n"


@pytest.mark.parametrize("file", sorted(HISTORY.glob("*.yaml")), ids=lambda path: path.name[:8])
def test_every_file_of_the_past_keeps_each_of_its_lines(file: Path) -> None:
    text, entry = file.read_text(), Entry("added", f"{RELEASING}/added", "added")
    try:
        parse(text, "config")
    except ConfigError:
        with pytest.raises(ConfigError, match=r"config:\d+: "):
            with_entry(text, "config", entry)
        return
    assert with_entry(text, "config", entry).startswith(text)


def test_the_same_entry_again_changes_nothing_and_another_of_its_name_is_refused() -> None:
    text = committed("36062f39")
    assert with_entry(text, "config", PYTORCH) == text
    with pytest.raises(
        PreconditionError, match=r"config:29: an entry pytorch-operator-release exists already"
    ):
        with_entry(text, "config", Entry(PYTORCH.name, f"{RELEASING}/x", "x"))
    with pytest.raises(PreconditionError, match="is pytorch-operator of"):
        with_entry(text, "config", Entry("other", PYTORCH.app_dir, PYTORCH.component))


def test_a_file_that_would_not_stay_as_it_is_is_left_to_a_person() -> None:
    text = committed("36062f39").replace("    name: tf-serving", "    name:   tf-serving")
    with pytest.raises(ConfigError, match="without changing how other lines are written"):
        with_entry(text, "config", CHAINER)


@pytest.mark.parametrize("value", ["706798e8", "1e3", "0o17", "1.10", "yes", "12:30", "1_000"])
def test_a_value_that_a_reader_of_yaml_takes_for_something_else_gets_quotes(value: str) -> None:
    entry = Entry("added", f"{RELEASING}/added", "added", {"extra_args": value, "image": "x"})
    text = with_entry(committed("36062f39"), "config", entry)
    assert text.endswith(f'    params:\n      extra_args: "{value}"\n      image: x\n')
    assert yaml.safe_load(text)["workflows"][-1]["params"] == {"extra_args": value, "image": "x"}
