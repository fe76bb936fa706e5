"""Which commit and which entries a night builds, on a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.config.nightly_section import Nightly
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.nightly import nights, selection
from releasing.nightly.nights import Night
from releasing.runbook.choice import Choice
from releasing.runbook.step_shell import StepShell
from tests.support.releases import CONFIG, Origin, origin_in

pytestmark = pytest.mark.interpreter

CONFIG_FILE = "releasing/prow_config_release.yaml"
ENTRY = "- {{name: {name}, app_dir: kubeflow/kubeflow/releasing/{name}, component: c{more}}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Origin:
    return origin_in(tmp_path).fetched()


def night_of(project: Origin, **settings: str) -> Night:
    config = CONFIG.model_copy(
        update={"nightly": Nightly.model_validate({"config": CONFIG_FILE, **settings})}
    )
    it = project.release
    return Night(config, it.profile, "20180711", it.state, it.account, it.user)


def committed(project: Origin, files: dict[str, str], sh: StepShell) -> str:
    """The id of a commit on origin's master that has these files, too; our clone knows it."""
    checkout = Path(project.release.checkout)
    git = sh["git"]["-C", str(checkout)]
    for path, text in files.items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(text)
    sh.run(git["add", "--all"])
    sh.run(git["commit", "--quiet", "-m", "more"])
    sh.run(git["push", "--quiet", "origin", "HEAD:master"])
    sh.run(git["fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*"])
    return sh.read(git["rev-parse", "HEAD"])


def config(**entries: str) -> dict[str, str]:
    rows = [ENTRY.format(name=name, more=more and f", {more}") for name, more in entries.items()]
    return {CONFIG_FILE: "workflows:\n" + "".join(rows)}


def names(night: Night) -> list[str]:
    return [entry.name for entry in night.entries]


def test_filters_choose_as_the_original_does(project: Origin) -> None:
    files = config(
        always="",
        postsubmit="job_types: [postsubmit]",
        presubmit="job_types: [presubmit, periodic]",
        touched="include_dirs: ['x/*', 'releasing/*']",
        deep="include_dirs: ['a/*.txt']",
        elsewhere="include_dirs: ['bootstrap/*']",
    )
    commit = committed(project, files | {"a/b/c.txt": "1"}, project.sh)
    night = selection.with_entries(night_of(project), project.sh, commit)
    assert names(night) == ["always", "postsubmit", "touched", "deep"]
    assert {each.entry.name: each.reason for each in night.skipped} == {
        "presubmit": "only for presubmit, periodic; a night is postsubmit",
        "elsewhere": "the commit changes nothing in bootstrap/*",
    }
    periodic = selection.with_entries(night_of(project, **{"job-type": "periodic"}), project.sh, commit)
    assert names(periodic) == ["always", "presubmit", "touched", "deep", "elsewhere"]


def test_only_what_the_commit_itself_changed_counts(project: Origin) -> None:
    committed(project, config(a="include_dirs: ['a/*']") | {"a/x": "1"}, project.sh)
    later = committed(project, {"b/x": "1"}, project.sh)
    assert names(selection.with_entries(night_of(project), project.sh, later)) == []


def test_a_config_that_is_not_there_or_lists_strangers_is_refused(project: Origin) -> None:
    sh = project.sh
    with pytest.raises(ConfigError, match=rf"{CONFIG_FILE} does not exist at"):
        selection.with_entries(
            night_of(project), sh, sh.read(sh["git"]["-C", project.release.checkout, "rev-parse", "HEAD"])
        )
    text = config(a="")[CONFIG_FILE].replace("kubeflow/kubeflow", "kubeflow/testing")
    commit = committed(project, {CONFIG_FILE: text}, sh)
    with pytest.raises(ConfigError, match=rf"{CONFIG_FILE}:2: app_dir is in kubeflow/testing"):
        selection.with_entries(night_of(project), sh, commit)


def test_a_night_keeps_its_commit(project: Origin) -> None:
    sh = project.sh
    first = committed(project, {"x": "1"}, sh)
    second = committed(project, {"x": "2"}, sh)
    night = night_of(project)
    sh.choose(Choice("commit"), lambda: first)
    assert selection.choose_commit(night, sh, first[:12]) == first
    assert selection.choose_commit(night, sh, "") == first
    with pytest.raises(PreconditionError, match=f"is built from {first[:12]}, not from {second[:12]}"):
        selection.choose_commit(night, sh, second)


def test_a_commit_of_another_branch_is_refused(project: Origin) -> None:
    sh = project.sh
    git = sh["git"]["-C", project.release.checkout]
    commit = sh.read(git["commit-tree", "-m", "alone", "HEAD^{tree}"])
    with pytest.raises(PreconditionError, match=f"{commit[:12]} is not on master"):
        selection.choose_commit(night_of(project), sh, commit)


def test_only_names_entries_that_there_are(project: Origin) -> None:
    files = config(a="", b="", c="job_types: [presubmit]")
    night = selection.with_entries(night_of(project), project.sh, committed(project, files, project.sh))
    assert names(night.only("b, a")) == ["a", "b"]
    assert night.only("") == night
    with pytest.raises(UsageError, match=r"--only: c \(only for presubmit.*\); d \(no such entry\)"):
        night.only("a,c,d")


@pytest.mark.parametrize("text", ["2018711", "20180732", "99990101", "tonight", "2018-07-11"])
def test_a_date_is_a_day_until_today(text: str) -> None:
    with pytest.raises(UsageError, match=f"--date {text}: expected a day up to today"):
        nights.date(text)
    assert nights.date("20180711") == "20180711"
