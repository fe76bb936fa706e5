"""The release document: a table of image digests per candidate, kept on the release branch.

Runbook: "update this document on the release branch with specific image hashes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from releasing.changes.pull_requests import Change
from releasing.config import registries

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command

STEP = "record-image-digests"


def change(release: Release, _build_tag: str = "") -> Change:
    """The pull request that records the digests of this candidate."""
    return Change(
        STEP,
        release.branch,
        f"Record the image digests of {release.tag}",
        f"What {release.image_tag} stands for in {release.config.registry}.",
        edits=lambda sh, checkout: [_command(release, sh, checkout)],
        wanted=lambda sh: not _recorded(release, sh),
    )


def with_section(document: str, tag: str, image_tag: str, digests: dict[str, str]) -> str:
    """`document` with the section on `tag`, which replaces one of the same name, at its end."""
    rows = "".join(f"| `{image}:{image_tag}` | `{digest}` |\n" for image, digest in sorted(digests.items()))
    section = f"{_begin(tag)}\n## Images of {tag}\n\n| image | digest |\n| --- | --- |\n{rows}{_end(tag)}\n"
    old = re.compile(f"{re.escape(_begin(tag))}\r?\n.*?{re.escape(_end(tag))}\n?", re.DOTALL)
    if old.search(document):
        return old.sub(lambda _found: section, document)
    return f"{document.rstrip()}\n\n{section}" if document.strip() else section


def _begin(tag: str) -> str:
    return f"<!-- images of {tag} -->"


def _end(tag: str) -> str:
    return f"<!-- end of images of {tag} -->"


def _command(release: Release, sh: StepShell, checkout: str) -> Command:
    path = f"{checkout}/{release.config.document}"
    tags = ("--release", release.tag, "--image-tag", release.image_tag)
    return sh["record_image_digests.py"][path, *tags, *release.images]


def _recorded(release: Release, sh: StepShell) -> bool:
    content = release.origin(sh).file_at(f"origin/{release.branch}", release.config.document or "")
    text = (content or b"").decode(errors="replace")
    digests = registries.digests(release.images, release.image_tag, sh.environment)
    section = text.partition(_begin(release.tag))[2].partition(_end(release.tag))[0]
    return all(
        digest and f"`{image}:{release.image_tag}` | `{digest}`" in section
        for image, digest in digests.items()
    )
