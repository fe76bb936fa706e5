"""Which workflow of a release is at work already, and how the next one is named, against kubectl's stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from releasing.builds.submission import BUILD, COMMIT, Submission, WorkflowBuild, labels, pinned, submission
from releasing.config.release_yaml import BuildWorkflow, Config
from releasing.errors import ConfigError
from releasing.runbook.journal import Journal
from releasing.runbook.plan import PlanShell
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.releases import CONFIG, release_at
from tests.support.stand_ins import Sandbox, workflow

NAMESPACE = "kubeflow-releasing"
GCP = {"project": NAMESPACE, "cluster": NAMESPACE, "zone": "us-central1-a", "namespace": NAMESPACE}
IN_CLUSTER = Config.model_validate(CONFIG.model_dump(by_alias=True, exclude_defaults=True) | {"gcp": GCP})
STEP, TAG = "build-tfserving", "v20180723-01234567"


def build(job_name: str = "tf-serving-release") -> WorkflowBuild:
    app = {"app": "releaser", "environment": "releasing", "component": "workflows", "job-name": job_name}
    return WorkflowBuild(STEP, BuildWorkflow.model_validate(app), "0123456789" * 4, "01234567", TAG)


class Machine:
    """A machine with its own journal, from which a release is built in the sandbox's cluster."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.release = release_at(sandbox.folder / name, IN_CLUSTER)
        self.journal = Journal(sandbox.folder / name / "journal.jsonl")
        self.sh = StepShell(Shell(sandbox.environment), self.journal, STEP)

    def next(self, *, lacks: bool = False) -> Submission:
        return submission(self.release, self.sh, build(), lambda _found: lacks)

    def submit(self, wanted: Submission, *, labelled: bool = True) -> None:
        content = workflow(wanted.name)
        content["metadata"]["labels"] = labels(self.release, STEP, build().commit, TAG) if labelled else {}
        del content["spec"]["templates"][2]["container"]["command"]  # nothing is pushed
        self.sandbox.output("kubectl", "-n", NAMESPACE, "create", "-f", "-", stdin=json.dumps(content))


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    sandbox = Sandbox(tmp_path, "")
    sandbox.log_in()
    return sandbox


@pytest.fixture
def here(sandbox: Sandbox) -> Machine:
    return Machine(sandbox, "here")


@pytest.fixture
def elsewhere(sandbox: Sandbox) -> Machine:
    return Machine(sandbox, "elsewhere")


def test_the_name_has_a_unique_part_which_a_second_run_repeats(here: Machine) -> None:
    first = here.next()
    assert first.name.startswith(f"ada-tf-serving-release-{TAG}-")
    assert here.next() == first
    prow_env = first.parameters(here.release, build())["prow_env"]
    assert prow_env == (
        "JOB_NAME=tf-serving-release,JOB_TYPE=postsubmit,PULL_BASE_SHA=01234567,"
        f"REPO_NAME=kubeflow,REPO_OWNER=kubeflow,BUILD_NUMBER={first.name[-4:]}"
    )


def test_what_another_machine_submitted_is_taken_up(here: Machine, elsewhere: Machine) -> None:
    here.sandbox.environment["RELEASE_SANDBOX_PACE"] = "600"
    wanted = here.next()
    here.submit(wanted)
    found = elsewhere.next()
    assert found.there
    assert (found.name, found.there.phase) == (wanted.name, "Running")
    assert pinned(elsewhere.release, elsewhere.sh, COMMIT) == build().commit
    assert pinned(elsewhere.release, elsewhere.sh, BUILD) == TAG


def test_one_without_our_labels_is_found_by_its_name(here: Machine, elsewhere: Machine) -> None:
    here.sandbox.environment["RELEASE_SANDBOX_PACE"] = "600"
    wanted = here.next()
    here.submit(wanted, labelled=False)
    found = elsewhere.next()
    assert found.there
    assert found.name == wanted.name
    assert pinned(elsewhere.release, elsewhere.sh, COMMIT) == ""


@pytest.mark.parametrize("labelled", [True, False])
def test_after_a_failure_comes_another_with_a_name_of_its_own(
    here: Machine, elsewhere: Machine, labelled: bool
) -> None:
    here.sandbox.fail("build")
    first = here.next()
    here.submit(first, labelled=labelled)
    second = here.next()
    assert second.there is None
    assert second.name != first.name
    # A run that was killed before it submitted, and another machine that knows only the failed one.
    assert here.next() == second
    assert elsewhere.next().name == second.name
    here.submit(second, labelled=labelled)
    assert here.next().name not in (first.name, second.name)


def test_one_that_succeeded_is_enough_unless_its_images_are_missing(here: Machine) -> None:
    first = here.next()
    here.submit(first)
    assert here.next(lacks=False).there
    again = here.next(lacks=True)
    assert again.there is None
    assert again.name != first.name


def test_a_redo_submits_once_more(here: Machine) -> None:
    first = here.next()
    here.submit(first)
    here.journal.record("redo", STEP)
    second = here.next()
    assert second.there is None
    here.submit(second)
    assert here.next().there


def test_one_that_was_deleted_is_submitted_under_its_name(here: Machine) -> None:
    first = here.next()
    here.submit(first)
    path = next((here.sandbox.folder / "sandbox" / "cluster" / "workflows").glob("*.json"))
    path.unlink()
    assert here.next() == first


def test_a_plan_before_the_login_finds_nothing_and_records_nothing(here: Machine) -> None:
    Path(here.sandbox.environment["KUBECONFIG"]).unlink()
    sh = PlanShell(Shell(here.sandbox.environment), here.journal, STEP)
    planned = submission(here.release, sh, build(), lambda _found: True)
    assert planned.there is None
    assert not here.journal.path.exists()


@pytest.mark.parametrize(("user", "begins"), [("Ada Lovelace", "ada-lovelace-"), ("d.ada_2", "d-ada-2-")])
def test_a_user_is_spelled_as_a_cluster_takes_it(here: Machine, user: str, begins: str) -> None:
    object.__setattr__(here.release, "user", user)
    assert here.next().name.startswith(begins)


def test_a_name_of_63_characters_is_taken_and_one_of_64_is_not(here: Machine) -> None:
    fits = submission(here.release, here.sh, build("j" * 37), lambda _found: True)
    assert len(fits.name) == 63
    other = Machine(here.sandbox, "other")
    with pytest.raises(ConfigError, match="would be longer than 63 characters"):
        submission(other.release, other.sh, build("j" * 38), lambda _found: True)
