"""release.yaml as frozen types: what is released, where, and for whom. config_file.py loads it."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from releasing.config import families
from releasing.config.build_sections import (
    Bootstrapper,
    Build,
    BuildWorkflow,
    Gcp,
    Images,
    Operator,
    OtherImages,
)
from releasing.config.deploy import Argo, ArgoBuild, ArgoPods, Deploy
from releasing.config.file_edits import ConfiguredParameter, ConfiguredPin, OperatorPin, unsettled
from releasing.config.nightly_section import Nightly
from releasing.config.placeholders import DATE, names
from releasing.config.profiles import Announcement, Profile, RegistryHost, Smtp
from releasing.config.review import Blockers, Branching, Checks, Notes, PullRequestSettings, Signing, Testgrid
from releasing.config.value_forms import (
    ConfigSection,
    FloatingTag,
    Host,
    MemberName,
    ReleaseBranch,
    RepositoryPath,
    Slug,
)
from releasing.naming import Naming
from releasing.naming.branch_pattern import BranchPattern
from releasing.version import Version

__all__ = [
    "Announcement",
    "Argo",
    "ArgoBuild",
    "ArgoPods",
    "Blockers",
    "Bootstrapper",
    "Branching",
    "Build",
    "BuildWorkflow",
    "Checks",
    "Config",
    "ConfiguredParameter",
    "ConfiguredPin",
    "Deploy",
    "Gcp",
    "Images",
    "Nightly",
    "Notes",
    "Operator",
    "OperatorPin",
    "OtherImages",
    "Profile",
    "PullRequestSettings",
    "RegistryHost",
    "Signing",
    "Smtp",
    "Testgrid",
]


class Config(ConfigSection):
    """The whole of release.yaml."""

    project: str
    """name of the project, in titles and mails"""
    repository: Slug
    """the repository that is released"""
    default_branch: str = "master"
    """the branch where development happens"""
    release_branch: ReleaseBranch = BranchPattern.text
    """the branch of a release; contains `{major}`, and mostly `{minor}`: release-{major}.{minor}"""
    registry: str
    """the registry of the images, with the project: gcr.io/kubeflow-images-public"""
    reference_prefixes: tuple[str, ...] = ()
    """prefixes of the project's image names in files (default: the registry)"""
    engine: Literal["ksonnet", "argo"] = "ksonnet"
    """how build workflows are made: from ksonnet apps in the repository, or from Argo WorkflowTemplates"""
    ks: Annotated[str, Field(min_length=1)] = "ks"
    """the program for ksonnet apps: this tool's own (`ks`), or the path of a real ks"""
    gcp: Gcp | None = None
    """the cluster for builds; without it, no step `auth` and no builds"""
    operators: dict[MemberName, Operator] = Field(default={})
    """operators of other repositories, by name: the step `update-NAME` bumps one, `--NAME TAG` names its release"""
    builds: dict[MemberName, Build] = Field(default={})
    """image builds by workflows, by name: the step `build-NAME`; `tfserving` and `jupyter` may be at the top level"""
    bootstrapper: Bootstrapper | None = None
    """the bootstrapper; without it, no step `update-bootstrapper`"""
    other_images: dict[MemberName, OtherImages] = Field(default={})
    """images of the project that are built elsewhere, by any name; a release tags them and refers to them"""
    image_tags: RepositoryPath | None = None
    """the file that lists digests and tags of every image"""
    document: RepositoryPath | None = None
    """the file on the release branch that records digests; without it, no step `record-image-digests`"""
    registries: dict[Host, RegistryHost] = Field(default={})
    """how registries are reached, by host; a registry without an entry uses https without a limit"""
    floating_tags: tuple[FloatingTag, ...] = ()
    """image tags that may move to another digest without `--allow-move`; never a release tag"""
    pins: tuple[ConfiguredPin, ...] = ()
    """values on the release branch that are not images and change with each release"""
    parameters: tuple[ConfiguredParameter, ...] = ()
    """values on the release branch that files set by name and that change with each release"""
    leave_alone: tuple[str, ...] = ()
    """globs of files whose references are not changed, and whose syntax errors do not stop a candidate"""
    checks: Checks = Checks()
    """names of checks on GitHub"""
    blockers: Blockers = Blockers()
    """what stops a candidate"""
    branching: Branching = Branching()
    """what belongs on a release branch"""
    pull_requests: PullRequestSettings = PullRequestSettings()
    """labels and reviewers of pull requests"""
    notes: Notes = Notes()
    """how release notes are drafted"""
    nightly: Nightly | None = None
    """the image auto release; without it, no command `nightly.run`"""
    deploy: Deploy = Deploy()
    """how this tool runs inside the cluster"""
    signing: Signing | None = None
    """how git tags are signed; without it they are annotated only"""
    announcement: Announcement
    """the mails"""
    profiles: dict[str, Profile]
    """where runs act, by name; `rehearsal` is the default"""

    @model_validator(mode="before")
    @classmethod
    def _builds_in_one_place(cls, sections: Any) -> Any:
        return families.with_builds(sections) if isinstance(sections, dict) else sections

    @model_validator(mode="after")
    def _builds_need_a_cluster(self) -> Self:
        if self.gcp is None and self.builds:
            raise ValueError("builds run on a cluster: write 'gcp:', or leave out 'builds:'")
        if self.images and self.image_tags is None:
            raise ValueError("released images are listed in a file: write 'image-tags:'")
        return self

    @model_validator(mode="after")
    def _argo_knows_the_builds(self) -> Self:
        lacking = [name for name, build in self.builds.items() if build.argo is None]
        if self.engine == "argo" and lacking:
            raise ValueError(
                f"engine: argo requires how images are built: write 'argo:' in builds.{lacking[0]}"
            )
        return self

    @model_validator(mode="after")
    def _branches_beside_each_other(self) -> Self:
        if self.naming.branches.read(self.default_branch):
            raise ValueError(
                f"release-branch: {self.release_branch} is the name of the default branch, too: "
                f"{self.default_branch}, which a release would change"
            )
        version = Version(1, 1, 1, self.naming)
        folder = f"{self.pull_requests.branch_prefix}{version.tag}/"
        if folder.startswith(f"{version.branch}/") or version.branch.startswith(folder):
            raise ValueError(
                f"release-branch: {version.branch} leaves no room for the branches {folder}… of a release's pull "
                "requests; write another 'branch-prefix:' under 'pull-requests:'"
            )
        return self

    @model_validator(mode="after")
    def _values_are_known(self) -> Self:
        pins = ((f"pins[{number}]", pin.value, pin.on) for number, pin in enumerate(self.pins))
        named = ((f"parameters[{number}]", it.value, it.on) for number, it in enumerate(self.parameters))
        values = ((f"{where}.value", unsettled(value, on)) for where, value, on in (*pins, *named))
        wrong = [f"{where}: {problem}" for where, problem in values if problem]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def dated(self) -> bool:
        """Whether a value in files is the day of the release."""
        values = (*(pin.value for pin in self.pins), *(each.value for each in self.parameters))
        return any(DATE in names(value) for value in values)

    @cached_property
    def naming(self) -> Naming:
        """What the project calls its releases."""
        return Naming(BranchPattern(self.release_branch))

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Globs of files whose references are records: those of `leave_alone`, and the release document."""
        return (*self.leave_alone, *filter(None, [self.document]))

    @property
    def images(self) -> tuple[Images, ...]:
        """The images that get a release's tag: those that it builds, and the others."""
        return (*self.built_images, *(each.images for each in self.other_images.values()))

    @property
    def built_images(self) -> tuple[Images, ...]:
        """The images that a release builds, by build."""
        own = (self.bootstrapper,) if self.bootstrapper else ()
        return tuple(build.images for build in (*self.builds.values(), *own))
