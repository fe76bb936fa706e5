"""What the owner of a repository has set: NAME.settings.json, {"allow_squash_merge": false, "archived": true}."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import ConfigDict, TypeAdapter

from releasing.rehearsal.github.settings_files import settings_in
from releasing.rehearsal.github.state import Repository


@dataclass(frozen=True)
class OwnersSettings:
    """How pull requests may be merged, and whether anything may change at all; as GitHub names them."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    allow_squash_merge: bool = True
    allow_merge_commit: bool = True
    allow_rebase_merge: bool = False
    archived: bool = False

    def refusal(self, method: str) -> str:
        """Why a merge by `method` is not allowed, in GitHub's words; nothing when it is."""
        refusals = {
            "squash": (self.allow_squash_merge, "Squash merges"),
            "merge": (self.allow_merge_commit, "Merge commits"),
            "rebase": (self.allow_rebase_merge, "Rebase merges"),
        }
        allowed, what = refusals[method]
        return "" if allowed else f"{what} are not allowed on this repository."


@cache
def _form() -> TypeAdapter[OwnersSettings]:
    return TypeAdapter(OwnersSettings)


def owners_settings(repository: Repository) -> OwnersSettings:
    """The settings of the repository; those of a new one when nobody changed any."""
    return settings_in(repository.beside("settings.json"), _form(), OwnersSettings())
