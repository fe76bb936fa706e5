"""The commands beside recipes and steps: name, options, text, and the function that runs.

tasks.py makes Invoke tasks of these; nothing here knows Invoke.
"""

from __future__ import annotations

from dataclasses import dataclass

HELP = {
    "version": "the version to release, for example 0.2.1",
    "candidate": "number of the release candidate, or 'next' (default: the open one)",
    "profile": "profile of release.yaml (default: RELEASE_PROFILE, else rehearsal)",
    "account": "Google account for the release (default: RELEASE_ACCOUNT, else the profile's)",
    "sandbox": "folder of the rehearsal (default: the profile's)",
    "source": "rehearse on a copy of this repository instead of the sample project",
    "fresh": "empty the sandbox and start over",
    "redo": "repeat the step although it is done",
    "from_": "first step to run",
    "to": "last step to run",
    "allow_move": "pattern of image tags (IMAGE:TAG in the registry) that may move to another digest",
    "recipe": "the recipe: rc (default), final or master",
    "commits": "commit ids of the default branch, separated by commas",
    "waive": "numbers of issues and pull requests, and claims of release.verify, to accept (requires --because)",
    "commit": "id of the commit to build (default: the latest green postsubmit)",
    "because": "reason, required with --waive and with a --commit whose checks did not pass",
    "result": "result of the vote: passed or failed",
    "evidence": "address of the mail thread with the votes",
    "name": "name of the workflow, such as pytorch-operator",
    "image": "image name below the registry; several are separated by commas",
    "dockerfile_dir": "folder with build_image.sh and Dockerfile, as OWNER/NAME/FOLDER; one for each image",
    "dockerfile": "name of the Dockerfile in that folder (default: Dockerfile); one for each image, or one for all",
    "component": "component name, one for each image (default: NAME; for several images, their names)",
    "app": "app in the release config's folder that gets the component (default: a new app called NAME)",
    "extra_repos": "further repositories to check out, as OWNER/NAME@REF, separated by semicolons",
    "extra_args": "further arguments for build_image.sh",
    "tell": "notify by mail, and by webhook if RELEASE_NIGHTLY_WEBHOOK is set, when a check fails",
    "keep": "number of nightly tags of each image to keep",
    "path": "the build context: the folder with build_image.sh",
    "date": "date of the night, as YYYYMMDD in UTC (default: today)",
    "only": "names of entries of the release config, separated by commas (default: all)",
    "write": "make the change: save the file, or delete what is listed",
    "json": "print JSON with all details",
}
POSITIONAL = ("name",)
FLAGS = ("fresh", "redo", "write", "json", "tell")
# A command that looks, or acts on what a release has left, does not take --fresh, which empties the sandbox.
STANDING = ("profile", "sandbox", "source")
LOOKING = ("version", "candidate", "profile", "account", "sandbox", "source", "allow_move")
LOOKING_AT_NIGHT = ("date", "commit", "because", "only", "profile", "account", "sandbox", "source")
PLACE, RELEASE, NIGHT = (*STANDING, "fresh"), (*LOOKING, "fresh"), (*LOOKING_AT_NIGHT, "fresh")
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
        """The name of the function that carries it out, given a Console and the options."""
        return self.name.rpartition(".")[2].replace("-", "_")


VERBS = (
    Verb(
        "pick",
        (*LOOKING, "commits"),
        "Propose commits of the default branch for the release branch, in a pull request.",
    ),
    Verb("notes", LOOKING, "Draft the release notes, or add pull requests that they do not mention."),
    Verb(
        "vote",
        (*LOOKING, "result", "evidence"),
        "Record the result of the vote on a candidate, with a link to the votes.",
    ),
    Verb("runbook", ("write",), "Print RUNBOOK.md, generated from the steps. --write saves the file."),
    Verb(
        "schema",
        ("write",),
        "Print the JSON Schema of release.yaml. --write saves it and the reference of all keys in docs/.",
    ),
    Verb(
        "check-build-contract",
        ("path",),
        "Check the build_image.sh of a build context against the build contract, by reading and trying it.",
    ),
    Verb(
        "release.plan",
        (*LOOKING, "recipe", *CHOOSING),
        "Show every command of a run that changes something, to paste into a terminal.",
    ),
    Verb("release.status", (*LOOKING, "recipe"), "Show how far a release is, and what comes next."),
    Verb(
        "release.verify",
        ("version", "candidate", *STANDING, "json"),
        "Verify a whole release by reading it back, whoever made it. Exit code 5 when a claim does not hold.",
    ),
    Verb(
        "nightly.run",
        (*NIGHT, "redo", "json"),
        "Build every image of the release config, in parallel. Exit code 5 when one is not built.",
        "releasing.commands.nightly_commands",
    ),
    Verb(
        "nightly.plan",
        LOOKING_AT_NIGHT,
        "Show every command of a night that changes something, to paste into a terminal.",
        "releasing.commands.nightly_commands",
    ),
    Verb(
        "nightly.status", LOOKING_AT_NIGHT, "Show how far a night is.", "releasing.commands.nightly_commands"
    ),
    Verb(
        "deploy.render",
        ("write",),
        "Generate the Kubernetes manifests that run this tool in a cluster. --write saves them in deploy/.",
        "releasing.commands.deploy_commands",
    ),
    Verb(
        "nightly.deploy",
        ("write",),
        "Generate the schedules of the nightly release, for Argo and for Prow. --write saves them in deploy/.",
        "releasing.commands.deploy_commands",
    ),
    Verb(
        "nightly.add",
        (*ADDING, *PLACE),
        "Add an image to the nightly release: its app, its entry, and a pull request with both.",
        "releasing.commands.nightly_maintenance",
    ),
    Verb(
        "nightly.check",
        ("tell", "json", *STANDING),
        "Check that every image of the project is built every night. Exit code 5 when one is not.",
        "releasing.commands.nightly_maintenance",
    ),
    Verb(
        "nightly.prune",
        ("keep", "write", *STANDING),
        "List nightly image tags that are no longer used. --write deletes them.",
        "releasing.commands.nightly_maintenance",
    ),
)
