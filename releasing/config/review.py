"""What GitHub must show before a merge or a tag, and how commits say why they are on a release branch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from releasing.config.placeholders import OF_RELEASE
from releasing.config.value_forms import (
    ONE_LINE,
    BranchPrefix,
    ConfigSection,
    Label,
    StreamLabel,
    Trailer,
    gridded,
    value,
)


class Testgrid(ConfigSection):
    """The testgrid that names the latest green postsubmit instead of GitHub (runbook: the postsubmit dashboard)."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "https://testgrid-api.prow.k8s.io"
    """address of its API; plain HTTP only on this machine"""
    dashboard: Annotated[str, AfterValidator(gridded)]
    """name of the dashboard"""
    tab: Annotated[str, AfterValidator(gridded)]
    """name of its tab, whose columns are commits of the default branch"""


class Checks(ConfigSection):
    """Names of the checks on GitHub that must succeed before a merge and after it."""

    presubmit: tuple[str, ...] = ()
    """must succeed on the head of a pull request before it is merged"""
    postsubmit: tuple[str, ...] = ()
    """must succeed on a commit before images are built from it, and before it is tagged"""
    testgrid: Testgrid | None = None
    """the testgrid that names the latest green postsubmit; without it GitHub's checks do"""
    expected_hours: Annotated[float, Field(gt=0, le=1000)] = 12
    """how long a release takes; the preflight reports a token that expires sooner"""


class Blockers(ConfigSection):
    """Open issues with one of these labels stop a candidate."""

    labels: tuple[str, ...] = ()
    """labels: open issues with one of them stop a candidate"""
    milestone: Annotated[str, value(OF_RELEASE, *ONE_LINE)] | None = None
    """only issues in the milestone with this title count; names in braces as in `pins`, without `{date}`"""


class Notes(ConfigSection):
    """Release notes: how a draft groups pull requests."""

    groups: dict[str, tuple[Label, ...]] = Field(default={})
    """headings with the labels of the pull requests under each; a pull request is listed under the first that fits"""


class PullRequestSettings(ConfigSection):
    """Labels and reviewers of the pull requests of a release."""

    labels: tuple[Label, ...] = ()
    """labels that each pull request gets"""
    reviewers: tuple[str, ...] = ()
    """logins of people whose review is requested"""
    merge_method: Literal["squash", "merge", "rebase"] | None = None
    """how pull requests are merged (default: the first of squash, merge and rebase that the repository allows)"""
    branch_prefix: BranchPrefix = "release/"
    """what the names of the branches that a release creates begin with"""


class Branching(ConfigSection):
    """How commits say why they are on a release branch (runbook: Release branching policy)."""

    release_only_trailer: Trailer = "Release-only"
    """a commit with this trailer and a reason in its message is solely for the release"""
    release_only_label: Label | None = None
    """label of pull requests whose commits are solely for the release"""
    cherry_pick_label: StreamLabel | None = None
    """label of pull requests that are to be picked onto a release branch; contains `{major}` and `{minor}`"""


class Signing(ConfigSection):
    """How git tags are signed: by git itself, with the key in the release manager's git configuration."""

    format: Literal["openpgp", "ssh"]
    """kind of the key (git's gpg.format); the rest is in git's own user.signingKey and gpg.ssh.allowedSignersFile"""
