"""The results of GitHub's checks on the commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.clients.checks import commit_checks
from releasing.verification.claim import Claim

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """Every postsubmit of release.yaml succeeded on the commit."""
    contexts = it.release.config.checks.postsubmit
    if contexts:
        problems = commit_checks.unsuccessful(it.sh, it.release.slug, it.commit, contexts)
        found = "; ".join(map(str, problems)) or f"{', '.join(contexts)}: success"
        yield Claim("postsubmit", not problems, f"{it.short}: {found}")
