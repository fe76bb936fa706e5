"""What is built, and on which cluster: operators, images, and the workflows that build them."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from releasing.config.deploy import Argo
from releasing.config.file_edits import OperatorPin
from releasing.config.value_forms import (
    ConfigSection,
    ImageName,
    ImageTag,
    Pattern,
    RepositoryPath,
    Slug,
    Title,
)

NEWEST = "latest"  # as the release of an operator: the newest on GitHub that is no pre-release


class Gcp(ConfigSection):
    """Where the builds run (runbook: Authenticate to GCP)."""

    project: str
    """Google Cloud project of the releasing cluster"""
    cluster: str
    """its name"""
    zone: str
    """its zone"""
    namespace: str
    """namespace in which the workflows run"""


class Operator(ConfigSection):
    """An operator that another repository releases, and the release of it that this project uses."""

    repository: Slug
    """the repository that releases it"""
    release: ImageTag = NEWEST
    """the release to use: a git tag there, and the tag of the image; `latest` is the newest release on GitHub"""
    image: ImageName
    """name of its image, below `registry`"""
    pins: tuple[OperatorPin, ...] = ()
    """other values that change with its release"""
    title: Title = ""
    """its name in texts (default: the key)"""


class Images(ConfigSection):
    """The images of one build: `names` are built, `pattern` matches them in files."""

    pattern: Pattern
    """regular expression for the image names as files have them, after a prefix of `reference-prefixes`"""
    names: Annotated[tuple[ImageName, ...], Field(min_length=1)]
    """the images that the build pushes, below `registry`"""

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        strangers = [name for name in self.names if not re.fullmatch(self.pattern, name)]
        if strangers:
            raise ValueError(f"the pattern does not match these names: {', '.join(strangers)}")
        return self


class OtherImages(ConfigSection):
    """Images of the project that something else builds: a release tags the build that is named here."""

    images: Images
    """which images, and how files name them"""
    build: ImageTag
    """the tag of the build that the release's tag is put on"""


OF_THE_STEP = ("name", "namespace", "prow_env")  # parameters by which a step finds its workflow again
VERSION_TAG = "versionTag"


class BuildWorkflow(ConfigSection):
    """A ksonnet app in the repository that renders an Argo workflow."""

    app: RepositoryPath
    """folder of the ksonnet app"""
    environment: str
    """its environment"""
    component: str
    """its component"""
    job_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]
    """JOB_NAME of the runbook; part of the name of the workflow"""
    parameters: dict[str, str] = Field(default={})
    """further parameters of the component, beside the runbook's; `versionTag` only with `tag: app`"""

    @field_validator("parameters")
    @classmethod
    def _are_not_the_steps(cls, given: dict[str, str]) -> dict[str, str]:
        if taken := [name for name in given if name in OF_THE_STEP]:
            raise ValueError(f"{', '.join(taken)}: the step itself sets these for each workflow")
        return given


class Build(ConfigSection):
    """Images and the workflow that builds them; the file `spawner` offers the images to users."""

    images: Images
    """what is built"""
    workflow: BuildWorkflow
    """what builds it"""
    tag: Literal["build", "app"] = "build"
    """who chooses the tag: `build`: the release, as versionTag; `app`: the ksonnet app, and images get both tags"""
    argo: Argo | None = None
    """how they are built with `engine: argo`"""
    spawner: RepositoryPath | None = None
    """the file that offers the images to users, and names their tag; without it no pull request is opened"""
    title: Title = ""
    """the name of the images in texts (default: `NAME images`)"""
    heading: Title = ""
    """its section of the runbook, after "Build" (default: `the TITLE`)"""

    @model_validator(mode="after")
    def _the_tag_is_given_once(self) -> Self:
        if self.tag == "build" and VERSION_TAG in self.workflow.parameters:
            raise ValueError(
                f"{VERSION_TAG} is the release's build tag: write 'tag: app' where the app chooses"
            )
        return self

    @model_validator(mode="after")
    def _argo_builds_the_images(self) -> Self:
        if self.argo and (differing := {*self.argo.builds} ^ {*self.images.names}):
            raise ValueError(
                f"argo.builds and images.names must list the same images: {', '.join(sorted(differing))}"
            )
        return self


class Bootstrapper(ConfigSection):
    """Runbook: Update the bootstrapper; `make push` in `folder`, `config` names the image."""

    images: Images
    """what is built"""
    folder: RepositoryPath
    """the folder of the Makefile with `push`"""
    config: RepositoryPath
    """the file that names the image"""
    tag: Literal["build", "make"] = "build"
    """who chooses the image's tag: `build`: make gets the tag of the other images as TAG; `make`: the Makefile"""
