"""Every command of README and docs: run as it stands in a rehearsal, or left out for a reason that is given here."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.documented import commands
from tests.support.finished import Finished
from tests.support.machines import environment_of
from tests.support.once import copied
from tests.support.paths import ROOT
from tests.support.whole_releases import git, serving

SAMPLE = ROOT / "releasing" / "rehearsal" / "sample"
EVIDENCE = "https://example.org/votes"
RELEASE = {"X.Y.Z": "0.2.1"}
BREACHES = 5  # the sample's build contexts are as Kubeflow's were


@dataclass(frozen=True)
class Shown:
    """A command of the docs: what its placeholders stand for here, how it ends, and a part of what it says."""

    command: str
    means: Mapping[str, str] = field(default_factory=dict)
    code: int = 0
    says: str = ""


# Without a sandbox, in the sample's folder.
PLAIN = (
    Shown("scripts/invoke --list", says="release.rc"),
    Shown("scripts/invoke --help NAME", {"NAME": "release.rc"}, says="--candidate"),
    Shown("scripts/invoke runbook", says="# "),
    Shown("scripts/invoke schema", says="$defs"),
    Shown("scripts/invoke deploy.render", says="kind:"),
    Shown("scripts/invoke nightly.deploy", code=3, says="deploy.image is missing"),
    Shown("scripts/invoke check-build-contract --path FOLDER", {"FOLDER": "bootstrap"}, BREACHES),
    Shown("scripts/invoke check-build-contract --path components/tensorflow-notebook-image", code=BREACHES),
    Shown("scripts/check_build_contract.py components/tensorflow-notebook-image", code=BREACHES),
    Shown(
        "scripts/update_image_tags.py releasing/image_tags.yaml check --checkout . --tag v0.2.1",
        says="no problem",
    ),
)
# In one sandbox with a finished candidate, in this order.
IN_ORDER = (
    Shown("scripts/invoke release.plan --version 0.2.1", says="# cut-branch"),
    Shown("scripts/invoke release.rc --version 0.2.1", says="v0.2.1-rc.0"),
    Shown("invoke release.rc --version 0.2.1", says="v0.2.1-rc.0"),
    Shown("scripts/invoke release.rc --version 0.2.1 --from update-prototypes --to apply-image-tags"),
    Shown("scripts/invoke apply-image-tags --version 0.2.1", says="already done"),
    Shown("scripts/invoke apply-image-tags --version 0.2.1 --allow-move 'REGISTRY/NAME:TAG'"),
    Shown("scripts/invoke STEP --version X.Y.Z --redo", RELEASE | {"STEP": "apply-image-tags"}),
    Shown("scripts/invoke update-tfjob --version 0.2.1 --tfjob v0.2.0", says="already done"),
    Shown("scripts/invoke notes --version 0.2.1", says="0 pull requests added"),
    Shown("scripts/invoke pick --version 0.2.1 --commits 1f3c9ab,77d02e4", says="gets these commits by #"),
    Shown("scripts/invoke release.status --version 0.2.1", says="complete"),
    Shown("scripts/invoke release.status --version X.Y.Z", RELEASE, says="complete"),
    Shown("scripts/invoke release.plan --version 0.2.1 --recipe final", says="# check-vote"),
    Shown(
        "scripts/invoke vote --version 0.2.1 --result passed --evidence URL", {"URL": EVIDENCE}, says=EVIDENCE
    ),
    Shown("scripts/invoke release.final --version 0.2.1", says="v0.2.1"),
    Shown("scripts/invoke release.verify --version 0.2.1", says="0 do not"),
    Shown("scripts/invoke release.verify --version X.Y.Z", RELEASE, says="0 do not"),
    Shown("scripts/invoke release.master --version 0.2.1", says="✓"),
    Shown("scripts/invoke nightly.plan", says="ks apply"),
    Shown("scripts/invoke nightly.run", says="built"),
    Shown("scripts/invoke nightly.run --only NAME,NAME", says="built"),
    Shown("scripts/invoke nightly.status", says="complete"),
    Shown("scripts/invoke nightly.check", says="✓"),
    Shown("scripts/invoke nightly.prune --keep 14"),
    Shown(
        "scripts/invoke nightly.add pytorch-operator --image pytorch-operator --dockerfile-dir "
        "kubeflow/pytorch-operator --extra-repos 'kubeflow/testing@HEAD;kubeflow/pytorch-operator@HEAD' "
        "--extra-args /mnt",
        says="is open",
    ),
)
# In the environment of rehearsal.serve, in the sandbox's folder.
SERVED = (
    Shown("git ls-remote .rehearsal/github/kubeflow/kubeflow.git", says="refs/heads/master"),
    Shown("gh pr list --state all", says="Use the images of v0.2.1"),
    Shown("gh pr list"),
    Shown("gh issue list"),
    Shown("gh label list"),
    Shown("gh release list", says="v0.2.1"),
    Shown("gh repo view kubeflow/kubeflow", says="kubeflow/kubeflow"),
)
GH = {"gh pr list --state all", "gh repo view kubeflow/kubeflow"}  # documented without options
FOR_REAL = (
    "acts on the real world; tests run the same commands in a rehearsal, and for real on a second machine"
)
WRITES = "writes into this repository; tests hold what it would write against what is there"
PART = "the name of a program or of a part of a command; the pages of the program show whole ones"
LEFT_OUT = {
    "scripts/nox": "runs this test",
    "scripts/nox -s lint types": "a session of scripts/nox",
    "scripts/nox -s tests -- tests/steps tests/test_architecture.py tests/test_pages.py": "a part of scripts/nox",
    "scripts/nox -s release -- NAME …": "makes an environment from a package index",
    "scripts/nox -s release -- release.rc --version X.Y.Z --profile production": FOR_REAL,
    "scripts/invoke --print-completion-script fish | source": "tests/commands/test_completion.py",
    "scripts/invoke rehearsal.serve": "runs while the commands of SERVED do",
    "scripts/invoke release.plan --version 0.2.1 --profile kubeflow": FOR_REAL,
    "scripts/invoke release.rc --version 0.2.1 --profile kubeflow": FOR_REAL,
    "scripts/invoke vote --version 0.2.1 --profile kubeflow --result passed --evidence URL": FOR_REAL,
    "scripts/invoke release.final --version 0.2.1 --profile kubeflow": FOR_REAL,
    "scripts/invoke release.plan --version X.Y.Z --profile NAME": FOR_REAL,
    "scripts/invoke release.rc --version X.Y.Z --profile NAME": FOR_REAL,
    "scripts/check_access.py OWNER/NAME --push": "tests/preflight/test_access.py, against a local GitHub",
    "scripts/check_cloud_access.py": PART,
    "scripts/invoke release.rc --version X.Y.Z --source PATH_OR_URL --fresh": "tests/whole/test_small_projects.py",
    "scripts/invoke release.rc --version 0.2.1 --commit 2453eb7": "it begins a candidate: tests/builds",
    'scripts/invoke check-blockers --version 0.2.1 --waive 1018 --because "WHY"': "needs a blocker: tests/gates",
    'scripts/invoke check-release-notes --version 0.2.1 --waive 1170 --because "internal"': "needs one as well",
    "scripts/update_image_tags.py FILE add --image NAME --pattern 'NAME:TAG'": "tests/scripts",
    "scripts/submit_workflow.py deploy/build-tfserving.yaml": "tests/builds/test_submission.py",
    "scripts/invoke nightly.add NAME --image I --dockerfile-dir OWNER/NAME/FOLDER": "the example runs",
    "scripts/invoke nightly.add kubebench": "tests/whole/test_nightly_additions_of_history.py",
    "scripts/invoke nightly.run --date 20180711": "tests/whole/test_nightly_edges.py",
    "scripts/invoke vote … --result failed --evidence URL": "tests/whole/test_refusals.py",
    "scripts/invoke deploy.render --write": WRITES,
    "scripts/invoke nightly.deploy --write": WRITES,
    "scripts/invoke schema --write": WRITES,
    "scripts/invoke runbook --write": WRITES,
    "scripts/invoke open-next-milestone --help": "tests/test_writing_a_step.py makes that step",
    "scripts/invoke": PART,
    "scripts/invoke release.rc": PART,
    "scripts/ks": PART,
    "scripts/push_bootstrapper.py": PART,
    "scripts/tag_built_images.py": PART,
    "tag_built_images.py --image NAME:TAG --tag BUILD_TAG": "tests/builds/test_made_images.py",
    "scripts/rehearse_nightly_entry.py": PART,
    "scripts/update_references.py": PART,
    "send_mail.py MAIL --was-sent": "tests/announcements/test_outbox.py",
    "build_image.sh DOCKERFILE IMAGE TAG ARGS…": "the contract's own line; tests/builds/test_build_contract.py",
    "invoke STEP --version …": "a line of a workflow; tests/deployment",
    "skopeo inspect": "tests/rehearsal/registry reads the same layouts",
}
OTHERS_PROGRAMS = {
    "argo": "Argo's own program, in a real cluster",
    "docker": "builds and pushes a real image",
    "gcloud": "changes Google Cloud",
    "gh": "gh's own: its commands for reading run above and in tests/rehearsal/github/graphql",
    "git": "git's own command, or a part of one",
    "ks": "tests/clients/ksonnet and tests/scripts/test_ks.py",
    "kubectl": "changes a real cluster",
}


def reason(command: str) -> str:
    """Why a command is left out; empty when it is not."""
    program = command.partition(" ")[0]
    whole = LEFT_OUT.get(command) or OTHERS_PROGRAMS.get(program, "")
    longer = (why for begin, why in LEFT_OUT.items() if command.startswith(f"{begin} ") and why != PART)
    return whole or next(longer, "")


def test_every_command_runs_here_or_has_its_reason() -> None:
    """Who writes a command into the docs adds it to one of the lists above."""
    ran = {shown.command for shown in (*PLAIN, *IN_ORDER, *SERVED)}
    assert {command for command in commands() if command not in ran and not reason(command)} == set()


def test_every_command_that_runs_here_is_documented() -> None:
    assert {shown.command for shown in (*PLAIN, *IN_ORDER, *SERVED)} - {*commands()} <= GH


def ran(shown: Shown, words: list[str], cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    programs = os.pathsep.join([str(ROOT / "scripts"), str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RELEASE_")}
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**kept, "PATH": programs, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert (done.returncode, shown.says in said, "Traceback" in said) == (shown.code, True, False), said[
        -3000:
    ]
    return said


def words_of(shown: Shown, **more: str) -> list[str]:
    """The words that are typed: placeholders filled in, programs of this repository by their path."""
    filled = []
    for word in shlex.split(shown.command):
        for placeholder, value in {**shown.means, **more}.items():
            word = word.replace(placeholder, value)  # noqa: PLW2901
        filled.append(word)
    if filled[0] == "invoke":
        return [str(Path(sys.executable).parent / "invoke"), "--search-root", str(ROOT), *filled[1:]]
    return [str(ROOT / filled[0]) if filled[0].startswith("scripts/") else filled[0], *filled[1:]]


@pytest.mark.parametrize("shown", PLAIN, ids=lambda shown: shown.command)
def test_a_command_that_needs_no_world_does_what_the_docs_say(shown: Shown) -> None:
    ran(shown, words_of(shown), SAMPLE)


def test_the_commands_of_a_release_do_what_the_docs_say(tmp_path: Path, candidate: Finished) -> None:
    sandbox = copied(candidate.sandbox, tmp_path / ".rehearsal")
    bare = sandbox / "github" / "kubeflow" / "kubeflow.git"
    for shown in IN_ORDER:
        picked = git(bare, "rev-parse", "--short=12", "master")
        known = {
            "1f3c9ab,77d02e4": picked,
            "REGISTRY/NAME:TAG": "gcr.io/kubeflow-images-public/*:v0.2.1",
            "NAME,NAME": ",".join(nightly_names(sandbox)[:2]),
        }
        ran(shown, [*words_of(shown, **known), "--sandbox", str(sandbox)], tmp_path)
    environment = environment_of(sandbox) | {"GH_REPO": "kubeflow/kubeflow"}
    with serving(sandbox):
        for shown in SERVED:
            ran(shown, words_of(shown), tmp_path, environment)


def nightly_names(sandbox: Path) -> list[str]:
    """The entries of the night, once there is one."""
    kept = next(sandbox.glob("nights/*/outcomes.json"), None)
    return [each["name"] for each in json.loads(kept.read_text())["entries"]] if kept else []
