"""What can be typed beside recipes and their steps: each command's name, options, and what carries it out.

tasks.py makes Invoke tasks of these; nothing here knows Invoke.
"""

from __future__ import annotations

from dataclasses import dataclass

HELP = {
    "version": "what is released, for example 0.2.1",
    "candidate": "number of the release candidate, or 'next' (default: the open one)",
    "profile": "profile of release.yaml (default: RELEASE_PROFILE, else rehearsal)",
    "account": "Google account of the release (default: RELEASE_ACCOUNT, else the profile's)",
    "sandbox": "folder of the rehearsal (default: the profile's)",
    "source": "rehearse on a copy of this repository instead of the sample project",
    "fresh": "empty the sandbox and start over",
    "redo": "do it again although it is done",
    "from_": "begin with this step",
    "to": "end with this step",
    "allow_move": "pattern of IMAGE:TAG in the registry that may move to another digest",
    "recipe": "which recipe: rc (default), final or master",
    "commits": "ids of commits of the default branch, with commas between them",
    "waive": "number of an issue or pull request that does not stop this candidate after all",
    "commit": "id of the commit to build (default: that of the latest green postsubmit)",
    "because": "why what stops it is let pass: an issue of --waive, or a --commit that is not green",
    "result": "of the vote: passed or failed",
    "evidence": "address of the mail thread with the votes",
    "name": "of the workflow, such as pytorch-operator",
    "image": "name of the image, below the registry; of several with commas between them",
    "dockerfile_dir": "OWNER/NAME/FOLDER with its build_image.sh and Dockerfile; one for each image",
    "dockerfile": "name of the Dockerfile in that folder (default: Dockerfile); one for each image, or one for all",
    "component": "of the app, one for each image (default: the name; of several images those of the images)",
    "app": "of the release config's folder, which gets the component (default: a new one of that name)",
    "extra_repos": "what is checked out beside the repository: OWNER/NAME@REF, with semicolons between them",
    "extra_args": "further arguments of its build_image.sh",
    "tell": "send a mail, and what RELEASE_NIGHTLY_WEBHOOK asks for, when something is not as it should be",
    "keep": "how many nightly tags of each image stay",
    "path": "the build context: the folder that has build_image.sh",
    "date": "which night, as YYYYMMDD in UTC (default: today's)",
    "only": "names of entries of the release config, with commas between them (default: all)",
    "write": "do it: write it into its file, or delete what is listed",
    "json": "for programs: everything with all its details",
}
POSITIONAL = ("name",)
FLAGS = ("fresh", "redo", "write", "json", "tell")
PLACE = ("profile", "sandbox", "source", "fresh")
CANDIDATE = ("version", "candidate", *PLACE)
RELEASE = ("version", "candidate", "profile", "account", "sandbox", "source", "fresh", "allow_move")
ADDING = (
    "name",
    "image",
    "dockerfile_dir",
    "dockerfile",
    "component",
    "app",
    "extra_repos",
    "extra_args",
)
NIGHT = ("date", "commit", "because", "only", "profile", "account", "sandbox", "source", "fresh")
OPERATORS = "operators"  # stands for an option for each operator of release.yaml
OPERATOR_HELP = "release of the {title} operator (default: release.yaml's, else the newest on GitHub)"
CHOOSING = (OPERATORS, "commit", "because")


@dataclass(frozen=True)
class Verb:
    """A command: its name as typed, its options, what lists show, and the module with the function of that name."""

    name: str
    options: tuple[str, ...]
    text: str
    module: str = "releasing.commands.release_commands"

    @property
    def collection(self) -> str:
        """What stands before the dot of the name; empty when nothing does."""
        return self.name.rpartition(".")[0]

    @property
    def function(self) -> str:
        """The name of the function that carries it out, given a Desk and the options."""
        return self.name.rpartition(".")[2].replace("-", "_")


VERBS = (
    Verb(
        "pick",
        (*RELEASE, "commits"),
        "Bring commits of the default branch to the release branch, in a pull request.",
    ),
    Verb("notes", RELEASE, "Draft the release notes, or add what they do not mention yet."),
    Verb(
        "vote",
        (*RELEASE, "result", "evidence"),
        "Record the result of the vote on a candidate, with its evidence.",
    ),
    Verb("runbook", ("write",), "Print RUNBOOK.md as the steps make it; --write puts it into the file."),
    Verb(
        "schema",
        ("write",),
        "Print the JSON Schema of release.yaml; --write puts it and the reference into docs/.",
    ),
    Verb(
        "check-build-contract",
        ("path",),
        "Hold the build_image.sh of a build context against the build contract, by reading and by trying it.",
    ),
    Verb(
        "release.plan",
        (*RELEASE, "recipe", *CHOOSING),
        "Show every command that a run would change the world with, to paste into a terminal.",
    ),
    Verb("release.status", (*RELEASE, "recipe"), "Show how far a release is, and what comes next."),
    Verb(
        "release.verify",
        (*CANDIDATE, "json"),
        "Read a whole release back, whoever made it; exit code 5 when a claim does not hold.",
    ),
    Verb(
        "nightly.run",
        (*NIGHT, "redo", "json"),
        "Build every image of the release config, side by side; exit code 5 when one is not built.",
        "releasing.commands.nightly_commands",
    ),
    Verb(
        "nightly.plan",
        NIGHT,
        "Show every command that a night would change the world with, to paste into a terminal.",
        "releasing.commands.nightly_commands",
    ),
    Verb("nightly.status", NIGHT, "Show how far a night is.", "releasing.commands.nightly_commands"),
    Verb(
        "deploy.render",
        ("write",),
        "Print what runs this suite inside a cluster, made from release.yaml; --write puts it into deploy/.",
        "releasing.commands.deploy_commands",
    ),
    Verb(
        "nightly.deploy",
        ("write",),
        "Print what starts the nightly, for Argo and for Prow; --write puts it into deploy/.",
        "releasing.commands.deploy_commands",
    ),
    Verb(
        "nightly.add",
        (*ADDING, *PLACE),
        "Add a workflow to the image auto release: app, entry, and a pull request with both.",
        "releasing.commands.nightly_maintenance",
    ),
    Verb(
        "nightly.check",
        ("tell", "json", *PLACE),
        "Say whether every image of ours is released every night; exit code 5 when one is not.",
        "releasing.commands.nightly_maintenance",
    ),
    Verb(
        "nightly.prune",
        ("keep", "write", *PLACE),
        "List nightly image tags that nothing uses any more; --write deletes them.",
        "releasing.commands.nightly_maintenance",
    ),
)
