"""release.yaml as frozen types: what is released, where, and for whom. Loading is in config_file.py."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    return text


def _one_group(text: str) -> str:
    if re.compile(_pattern(text)).groups != 1:
        raise ValueError(f"{text!r} needs exactly one group: the part that is the value")
    return text


def _inside(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("expected a path inside the repository, such as releasing/image_tags.yaml")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
PinPattern = Annotated[str, AfterValidator(_one_group)]
Slug = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$", description="a repository on GitHub: OWNER/NAME")]
RepositoryPath = Annotated[str, AfterValidator(_inside), Field(description="a path in the repository")]
ImageName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$")]
ImageTag = Annotated[str, Field(pattern=r"^\w[\w.-]{0,127}$")]
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
    value: str
    """what belongs there"""


class Operator(Section):
    """An operator that is released elsewhere, and the release of it that this one uses."""

    repository: Slug
    """where it is released"""
    release: ImageTag
    """the release that is used: a git tag there, and the tag of the image"""
    image: ImageName
    """name of its image, below `registry`"""
    pins: tuple[Pin, ...] = ()
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


class Checks(Section):
    """Names of the checks on GitHub that must succeed before a merge and after it."""

    presubmit: tuple[str, ...] = ()
    """must succeed on the head of a pull request before it is merged"""
    postsubmit: tuple[str, ...] = ()
    """must succeed on a commit before images are built from it, and before it is tagged"""


class Blockers(Section):
    """Open issues with one of these labels stop a candidate."""

    labels: tuple[str, ...] = ()
    """open issues with one of these stop a candidate"""


class Announcement(Section):
    """The vote mail."""

    to: Address
    """the list that votes"""
    from_: Annotated[Address, Field(alias="from")]
    """who asks for the vote"""
    vote_days: Annotated[int, Field(ge=1, le=60)] = 3
    """how long a vote is open, in days"""


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
    leave_alone: tuple[str, ...] = ()
    """globs of files whose references are not touched"""
    checks: Checks = Checks()
    """names of checks on GitHub"""
    blockers: Blockers = Blockers()
    """what stops a candidate"""
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
    def images(self) -> tuple[Images, ...]:
        """The images that a release builds, by build."""
        builds = (self.tfserving, self.jupyter, self.bootstrapper)
        return tuple(build.images for build in builds if build)
