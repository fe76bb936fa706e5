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
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Gcp(Section):
    """Where the builds run (runbook: Authenticate to GCP)."""

    project: str
    cluster: str
    zone: str
    namespace: str


class Pin(Section):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    pattern: PinPattern
    value: str


class Operator(Section):
    """An operator that is released elsewhere, and the release of it that this one uses."""

    repository: Slug
    release: ImageTag
    image: ImageName
    pins: tuple[Pin, ...] = ()


class Images(Section):
    """The images of one build: `names` are built, `pattern` matches them in files."""

    pattern: Pattern
    names: Annotated[tuple[ImageName, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        strangers = [name for name in self.names if not re.fullmatch(self.pattern, name)]
        if strangers:
            raise ValueError(f"names that the pattern does not match: {', '.join(strangers)}")
        return self


class Workflow(Section):
    """A ksonnet app in the repository that renders an Argo workflow."""

    app: RepositoryPath
    environment: str
    component: str
    job_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]


class TfServing(Section):
    """Runbook: Build TF Serving Images."""

    images: Images
    workflow: Workflow


class Jupyter(Section):
    """Runbook: Build the Jupyter Images; `spawner` offers them to users."""

    images: Images
    workflow: Workflow
    spawner: RepositoryPath


class Bootstrapper(Section):
    """Runbook: Update the bootstrapper; `make push` in `folder`, `config` names the image."""

    images: Images
    folder: RepositoryPath
    config: RepositoryPath


class Operators(Section):
    """The operators that the runbook bumps."""

    tfjob: Operator | None = None
    pytorchjob: Operator | None = None


class Checks(Section):
    """Names of the checks on GitHub that must succeed before a merge and after it."""

    presubmit: tuple[str, ...] = ()
    postsubmit: tuple[str, ...] = ()


class Blockers(Section):
    """Open issues with one of these labels stop a candidate."""

    labels: tuple[str, ...] = ()


class Announcement(Section):
    """The vote mail."""

    to: Address
    from_: Annotated[Address, Field(alias="from")]
    vote_days: Annotated[int, Field(ge=1, le=60)] = 3


class Profile(Section):
    """Where a run acts: a sandbox, or the real world."""

    production: bool = False
    sandbox: str = ""
    state: str = ""
    account: Address | None = None

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
    repository: Slug
    default_branch: str = "master"
    registry: str
    reference_prefixes: tuple[str, ...] = ()
    gcp: Gcp | None = None
    operators: Operators = Operators()
    tfserving: TfServing | None = None
    jupyter: Jupyter | None = None
    bootstrapper: Bootstrapper | None = None
    image_tags: RepositoryPath | None = None
    document: RepositoryPath | None = None
    leave_alone: tuple[str, ...] = ()
    checks: Checks = Checks()
    blockers: Blockers = Blockers()
    announcement: Announcement
    profiles: dict[str, Profile]

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
