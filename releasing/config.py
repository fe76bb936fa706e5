"""release.yaml as frozen types: what is released, where, and for whom. Loading is in config_file.py."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from releasing.placeholders import OF_OPERATOR, OF_RELEASE, filled
from releasing.registry.settings import Backend, HostSettings, floating_tag, host, known_backend, rate, switch


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    return text


def _one_group(text: str) -> str:
    try:
        # As update_references.py will: on bytes, line by line.
        pattern = re.compile(_pattern(text).encode(), re.MULTILINE)
    except (re.error, ValueError) as error:
        raise ValueError(f"{text!r} is not a regular expression for bytes: {error}") from None
    if pattern.groups != 1:
        raise ValueError(f"{text!r} needs exactly one group: the part that is the value")
    return text


def _value(names: tuple[str, ...], unfit: str, what: str) -> AfterValidator:
    """A value in which `names` stand for themselves; it may not be empty or have anything that `unfit` finds."""

    def check(text: str) -> str:
        value = filled(text, dict.fromkeys(names, "x"))
        if not value or re.search(unfit, value):
            raise ValueError(f"expected {what}")
        return text

    return AfterValidator(check)


def _inside(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("expected a path inside the repository, such as releasing/image_tags.yaml")
    return text


def _gridded(text: str) -> str:
    # Testgrid compares letters and digits only.
    if not re.search(r"[A-Za-z0-9]", text):
        raise ValueError("expected a name with letters or digits in it")
    return text


def _label(text: str) -> str:
    # A query for issues takes several labels, with commas between them.
    if not text.strip() or "," in text:
        raise ValueError("expected the name of one label, without commas")
    return text


def _stream_label(text: str) -> str:
    if not all(text.count(place) == 1 for place in ("{major}", "{minor}")):
        raise ValueError(
            "expected a label with {major} and {minor} in it, such as cherrypick/v{major}.{minor}"
        )
    return _label(text)


Pattern = Annotated[str, AfterValidator(_pattern)]
PinPattern = Annotated[str, AfterValidator(_one_group)]
ONE_LINE = (r"[\x00-\x1f]", "one line of text")
PinValue = Annotated[str, _value(OF_RELEASE, *ONE_LINE)]
OperatorPinValue = Annotated[str, _value(OF_OPERATOR, *ONE_LINE)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]
ParameterValue = Annotated[
    str, _value(OF_RELEASE, r"[\s\"'\\\x00-\x1f]", "one word, without blanks, quotes and backslashes")
]
Slug = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$", description="a repository on GitHub: OWNER/NAME")]
RepositoryPath = Annotated[str, AfterValidator(_inside), Field(description="a path in the repository")]
ImageName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$")]
ImageTag = Annotated[str, Field(pattern=r"^\w[\w.-]{0,127}$")]
Host = Annotated[str, AfterValidator(host), Field(description="a registry host: gcr.io")]
FloatingTag = Annotated[str, AfterValidator(floating_tag)]
Label = Annotated[str, AfterValidator(_label)]
StreamLabel = Annotated[str, AfterValidator(_stream_label)]
Trailer = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z-]*$")]
Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", description="a mail address")]


class Section(BaseModel):
    """A part of release.yaml: immutable, and an unknown key is a problem."""

    model_config = ConfigDict(
        frozen=True,
        use_attribute_docstrings=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Gcp(Section):
    """Where the builds run (runbook: Authenticate to GCP)."""

    project: str
    """Google Cloud project of the releasing cluster"""
    cluster: str
    """its name"""
    zone: str
    """its zone"""
    namespace: str
    """namespace in which the workflows run"""


class Pin(Section):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    """the file"""
    pattern: PinPattern
    """regular expression with one group: the part that is the value"""
    value: PinValue
    """what belongs there; `{version}` is 0.2.1, `{tag}` v0.2.1, `{branch}` v0.2-branch, and `{{` a brace"""


class OperatorPin(Section):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    """the file"""
    pattern: PinPattern
    """regular expression with one group: the part that is the value"""
    value: OperatorPinValue
    """what belongs there; `{release}` is the operator's, and `{{` a brace"""


class Parameter(Section):
    """A literal that files set by name, such as the half of an image that is its tag: `name` is `value`."""

    files: Annotated[str, AfterValidator(_inside)]
    """glob of the files; `*` also crosses folders"""
    name: ParameterName
    """its name as it is written: key, variable, field or parameter of a prototype"""
    value: ParameterValue
    """what it is set to; `{version}` is 0.2.1, `{tag}` v0.2.1, `{branch}` v0.2-branch, and `{{` a brace"""


class Operator(Section):
    """An operator that is released elsewhere, and the release of it that this one uses."""

    repository: Slug
    """where it is released"""
    release: ImageTag
    """the release that is used: a git tag there, and the tag of the image"""
    image: ImageName
    """name of its image, below `registry`"""
    pins: tuple[OperatorPin, ...] = ()
    """other values that change with it"""


class Images(Section):
    """The images of one build: `names` are built, `pattern` matches them in files."""

    pattern: Pattern
    """regular expression for the names as files have them, after a prefix of `reference-prefixes`"""
    names: Annotated[tuple[ImageName, ...], Field(min_length=1)]
    """the images that the build makes, below `registry`"""

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        strangers = [name for name in self.names if not re.fullmatch(self.pattern, name)]
        if strangers:
            raise ValueError(f"names that the pattern does not match: {', '.join(strangers)}")
        return self


class Workflow(Section):
    """A ksonnet app in the repository that renders an Argo workflow."""

    app: RepositoryPath
    """folder of the ksonnet app"""
    environment: str
    """its environment"""
    component: str
    """its component"""
    job_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]
    """JOB_NAME of the runbook; part of the name of the workflow"""


class TfServing(Section):
    """Runbook: Build TF Serving Images."""

    images: Images
    """what is built"""
    workflow: Workflow
    """what builds it"""


class Jupyter(Section):
    """Runbook: Build the Jupyter Images; `spawner` offers them to users."""

    images: Images
    """what is built"""
    workflow: Workflow
    """what builds it"""
    spawner: RepositoryPath
    """the file that offers the notebooks to users"""


class Bootstrapper(Section):
    """Runbook: Update the bootstrapper; `make push` in `folder`, `config` names the image."""

    images: Images
    """what is built"""
    folder: RepositoryPath
    """where `make push` builds it"""
    config: RepositoryPath
    """the file that names the image"""


class Operators(Section):
    """The operators that the runbook bumps."""

    tfjob: Operator | None = None
    """bumped by `update-tfjob`"""
    pytorchjob: Operator | None = None
    """bumped by `update-pytorchjob`"""


class Testgrid(Section):
    """Where the latest green postsubmit is looked up instead of on GitHub (runbook: the postsubmit dashboard)."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "https://testgrid-api.prow.k8s.io"
    """where its API answers; plain HTTP on this machine only"""
    dashboard: Annotated[str, AfterValidator(_gridded)]
    """name of the dashboard"""
    tab: Annotated[str, AfterValidator(_gridded)]
    """name of its tab, whose columns are commits of the default branch"""


class Checks(Section):
    """Names of the checks on GitHub that must succeed before a merge and after it."""

    presubmit: tuple[str, ...] = ()
    """must succeed on the head of a pull request before it is merged"""
    postsubmit: tuple[str, ...] = ()
    """must succeed on a commit before images are built from it, and before it is tagged"""
    testgrid: Testgrid | None = None
    """what says which commit is the latest green postsubmit; without it GitHub does"""
    expected_hours: Annotated[float, Field(gt=0, le=1000)] = 12
    """how long a release takes from its start to its end; a token that expires sooner is reported"""


class Blockers(Section):
    """Open issues with one of these labels stop a candidate."""

    labels: tuple[str, ...] = ()
    """open issues with one of these stop a candidate"""
    milestone: Annotated[str, _value(OF_RELEASE, *ONE_LINE)] | None = None
    """only issues in the milestone of this title count; `{version}` is 0.2.1, `{tag}` v0.2.1"""


class Notes(Section):
    """Release notes: how a draft groups pull requests."""

    groups: dict[str, tuple[Label, ...]] = {}
    """headings with the labels of the pull requests under each; a pull request stands under the first that fits"""


class PullRequests(Section):
    """What the pull requests of a release ask for."""

    labels: tuple[Label, ...] = ()
    """labels that each one gets"""
    reviewers: tuple[str, ...] = ()
    """logins of those whose review is asked for"""


class Branching(Section):
    """How commits say why they are on a release branch (runbook: Release branching policy)."""

    release_only_trailer: Trailer = "Release-only"
    """a commit with this trailer and a reason in its message is solely for the release"""
    release_only_label: Label | None = None
    """label of pull requests whose commits are solely for the release"""
    cherry_pick_label: StreamLabel | None = None
    """label of pull requests that are wanted on a release branch, with `{major}` and `{minor}` in it"""


class Signing(Section):
    """How git tags are signed: by git itself, with the key that the operator's git is set up for."""

    format: Literal["openpgp", "ssh"]
    """kind of the key (git's gpg.format); git's own user.signingKey and gpg.ssh.allowedSignersFile say the rest"""


class Smtp(Section):
    """The server that sends the mails, with STARTTLS; RELEASE_SMTP_PASSWORD, or a command, gives the password."""

    host: str
    """its name"""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """its port"""
    user: str = ""
    """who logs in; nobody when empty"""
    password_command: tuple[str, ...] = ()
    """words of a command that prints the password: `[pass, show, smtp]`"""


class Announcement(Section):
    """The vote mail."""

    to: Address
    """the list that votes"""
    from_: Annotated[Address, Field(alias="from")]
    """who asks for the vote"""
    vote_days: Annotated[int, Field(ge=1, le=60)] = 3
    """how long a vote is open, in days"""
    smtp: Smtp | None = None
    """what sends the mails; without it they are files to send by hand"""


class Registry(Section):
    """How one registry is reached; the key is its host, as image names begin with it."""

    requests_per_second: Annotated[float | None, BeforeValidator(rate)] = HostSettings.requests_per_second
    """how many requests its quota leaves to one process; more wait (default: as many as it answers)"""
    plain_http: Annotated[bool, BeforeValidator(switch)] = HostSettings.plain_http
    """whether it is spoken to without encryption, credentials included; elsewhere only this machine is"""
    backend: Annotated[Backend, BeforeValidator(known_backend)] = HostSettings.backend
    """what writes image tags: `http`, or `gcloud` for `gcloud container images add-tag` as in the runbook"""


class Profile(Section):
    """Where a run acts: a sandbox, or the real world."""

    production: bool = False
    """whether it acts on the real world"""
    sandbox: str = ""
    """folder of the rehearsal, below the folder of this tool"""
    state: str = ""
    """folder of journals and scratch of a production profile, below the folder of this tool"""
    account: Address | None = None
    """Google account; RELEASE_ACCOUNT and --account come first"""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.production and self.sandbox:
            raise ValueError("a production profile has no sandbox")
        if not self.production and not self.sandbox:
            raise ValueError("write 'production: true', or a folder as 'sandbox:'")
        if self.production and not self.state:
            raise ValueError("a production profile keeps its journal in a folder: write 'state:'")
        return self


class Config(Section):
    """The whole of release.yaml."""

    project: str
    """name of the project, in titles and mails"""
    repository: Slug
    """the repository that is released"""
    default_branch: str = "master"
    """where development happens"""
    registry: str
    """where the images are, with the project: gcr.io/kubeflow-images-public"""
    reference_prefixes: tuple[str, ...] = ()
    """what the names of our images begin with in files (default: the registry)"""
    gcp: Gcp | None = None
    """without it there is no `auth`, and nothing is built on a cluster"""
    operators: Operators = Operators()
    """operators that are released elsewhere"""
    tfserving: TfServing | None = None
    """without it there is no `build-tfserving`"""
    jupyter: Jupyter | None = None
    """without it there is no `build-jupyter`"""
    bootstrapper: Bootstrapper | None = None
    """without it there is no `update-bootstrapper`"""
    image_tags: RepositoryPath | None = None
    """the file that lists digests and tags of every image"""
    document: RepositoryPath | None = None
    """the file on the release branch that records digests; without it there is no `record-image-digests`"""
    registries: dict[Host, Registry] = {}
    """how registries are reached, by host; without an entry: https, no limit"""
    floating_tags: tuple[FloatingTag, ...] = ()
    """image tags that may move to another digest without `--allow-move`; never a release tag"""
    pins: tuple[Pin, ...] = ()
    """values on the release branch that are not images and change with each release"""
    parameters: tuple[Parameter, ...] = ()
    """values on the release branch that files set by name and that change with each release"""
    leave_alone: tuple[str, ...] = ()
    """globs of files whose references are not touched"""
    checks: Checks = Checks()
    """names of checks on GitHub"""
    blockers: Blockers = Blockers()
    """what stops a candidate"""
    branching: Branching = Branching()
    """what belongs on a release branch"""
    pull_requests: PullRequests = PullRequests()
    """labels and reviewers of pull requests"""
    notes: Notes = Notes()
    """how release notes are drafted"""
    signing: Signing | None = None
    """how git tags are signed; without it they are annotated only"""
    announcement: Announcement
    """the mails"""
    profiles: dict[str, Profile]
    """where runs act, by name; `rehearsal` is the default"""

    @model_validator(mode="after")
    def _builds_need_a_cluster(self) -> Self:
        if self.gcp is None and (self.tfserving or self.jupyter):
            raise ValueError(
                "builds run on a cluster: write 'gcp:', or leave out 'tfserving:' and 'jupyter:'"
            )
        if self.images and self.image_tags is None:
            raise ValueError("released images are listed in a file: write 'image-tags:'")
        return self

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Globs of files whose references record something: those of `leave_alone`, and the release document."""
        return (*self.leave_alone, *filter(None, [self.document]))

    @property
    def images(self) -> tuple[Images, ...]:
        """The images that a release builds, by build."""
        builds = (self.tfserving, self.jupyter, self.bootstrapper)
        return tuple(build.images for build in builds if build)
