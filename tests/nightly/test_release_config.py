"""The release configs of Kubeflow's history are read, and what is wrong in one is told with its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import ConfigError
from releasing.nightly.release_config import Entry, ReleaseConfig, parse
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

FILES = sorted((DATA / "prow_config_release").glob("*.yaml"))
INVALID = ("735bc9f0", "052b0028")
RUNBOOK = """\
- app_dir: kubeflow/kubeflow/releasing/<new release workflow folder>
    component: release
    name: <your release name>
    params:
      extra_args: <for your build_image.sh>
"""


def entry(**keys: str) -> str:
    merged = {"name": "a-release", "app_dir": "kubeflow/kubeflow/releasing/a", "component": "a"} | keys
    return "- " + "\n  ".join(f"{key}: {text}" for key, text in merged.items() if text) + "\n"


def said(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "c.yaml")
    return [line.removeprefix("c.yaml:") for line in caught.value.message.splitlines()]


def of_history(start: str) -> ReleaseConfig:
    return parse(next(path for path in FILES if path.name.startswith(start)).read_bytes(), "c.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:8])
def test_each_config_that_kubeflow_had_is_read_or_refused_as_yaml_does(path: Path) -> None:
    if path.name.startswith(INVALID):
        first, *meant = said(path.read_text())
        assert first.startswith("30: not YAML: mapping values are not allowed")
        assert meant == [
            "30: component belongs to the entry of line 29: indent it by 4 spaces, not 6",
            "31: name belongs to the entry of line 29: indent it by 4 spaces, not 6",
        ]
    else:
        text = path.read_text()
        read = parse(text, "c.yaml").entries
        assert [each.name for each in read] == [
            line.split()[-1] for line in text.splitlines() if line.strip().startswith("name:")
        ]


def test_an_entry_has_its_app_its_parameters_as_text_and_its_line() -> None:
    first, *_others, last = of_history("6ba50a7b").entries
    assert (first.repository, first.folder, first.line) == ("kubeflow/kubeflow", "releasing/releaser", 5)
    assert next(iter(first.params.items())) == ("cluster", "kubeflow-releasing")
    assert last == Entry(
        "kubebench-examples-release", "kubeflow/kubeflow/releasing/kubebench", "kubebench-examples", line=41
    )


def test_filters_are_read_and_a_number_stays_as_it_is_written() -> None:
    text = entry(job_types="[postsubmit, periodic]", include_dirs="['a/*', b]", params="{version: 1.10}")
    (read,) = parse(f"workflows:\n{text}", "c.yaml").entries
    assert (read.job_types, read.include_dirs) == (("postsubmit", "periodic"), ("a/*", "b"))
    assert read.params == {"version": "1.10"}


def test_the_snippet_of_the_runbook_is_refused_with_what_it_means() -> None:
    assert said(RUNBOOK)[1:] == [
        f"{line}: {key} belongs to the entry of line 1: indent it by 2 spaces, not 4"
        for line, key in ((2, "component"), (3, "name"), (4, "params"))
    ]
    assert said(RUNBOOK.replace("\n    ", "\n  ")) == [
        "1: the list of entries requires a key; write 'workflows:' above it",
        "1: app_dir is 'kubeflow/kubeflow/releasing/<new release workflow folder>'; "
        "expected OWNER/REPO/PATH, such as kubeflow/kubeflow/releasing/releaser",
        "3: name is '<your release name>'; expected lower-case letters, digits and '-'",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["1: the file is empty"]),
        ("workflows: []", ["1: workflows is empty: no image would be released"]),
        ("workflows: a", ["1: workflows is not a list"]),
        ("other: []", ["1: the file has an unknown key 'other'", "1: the file has no 'workflows'"]),
        (entry(name=""), ["2: an entry of workflows has no 'name'"]),
        (entry(foo="x"), ["5: an entry of workflows has an unknown key 'foo'"]),
        (entry(component="b\n  component: c"), ["5: an entry of workflows has the key 'component' twice"]),
        (entry() + entry(), ["5: the name a-release is already used at line 2; names must be unique"]),
        (entry(name="A"), ["2: name is 'A'; expected lower-case letters, digits and '-'"]),
        (entry(job_types="[postsubmt]"), ["5: job_types has 'postsubmt'; did you mean postsubmit?"]),
        (entry(job_types="postsubmit"), ["5: job_types is not a list"]),
        (entry(include_dirs="[]"), ["5: include_dirs is empty; list at least one item, or remove it"]),
        (entry(params="~"), ["5: params is not a mapping; leave it out for an app without parameters"]),
        (entry(params="{a: [1]}"), ["5: params.a is not plain text"]),
        (entry(params="{a: 1, a: 2}"), ["5: params has a twice"]),
        (
            entry(params="{versionTag: v1}"),
            ["5: params has versionTag, which each night sets itself; remove it"],
        ),
    ],
)
def test_every_problem_has_its_line(text: str, problems: list[str]) -> None:
    assert said(f"workflows:\n{text}" if text.startswith("- ") else text) == problems


@pytest.mark.parametrize("app", ["releasing/a", "/kubeflow/kubeflow/a", "kubeflow/kubeflow/../a"])
def test_an_app_is_a_folder_of_a_repository(app: str) -> None:
    (problem,) = said(f"workflows:\n{entry(app_dir=app)}")
    assert problem.startswith(f"3: app_dir is {app!r}; expected OWNER/REPO/PATH")
