"""What an entry of the release config comes to: its app, its component, its images and where they are built."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from releasing.clients.cluster import workflow_template
from releasing.clients.cluster.built_images import BUILD, images_of
from releasing.clients.cluster.workflow import KIND
from releasing.clients.cluster.workflow_pods import pods_of
from releasing.errors import PreconditionError, ReleaseError
from releasing.image import ImageRef
from releasing.nightly import extra_repositories
from releasing.nightly.entry_workflow import SET_BY_NIGHTS, own_parameters

if TYPE_CHECKING:
    from releasing.nightly.release_config import Entry

# Where workflows check repositories out: OWNER/NAME and a folder follow.
CONTEXT = re.compile(rf"(?:/src/|^|[\s\"'])((?:[\w.-]+/)+){re.escape(BUILD)}")
TAG = "v20180101-00000000"  # of a night that never was
ENVIRONMENT = "of-a-night-that-never-was"
HINT = "docs/nightly.md says what an entry and its workflow must have"
# What a night sets beside name and tag: it has no part in what is built.
SET_BESIDE = {"prow_env": "PULL_BASE_SHA=00000000", "namespace": "default", "bucket": "none"}


@dataclass(frozen=True)
class Resolved:
    """The images that an entry builds, the build contexts, each as OWNER/NAME/FOLDER, and what is checked out beside.

    `repositories` are the latter, OWNER/NAME, each with its ref.
    """

    images: tuple[ImageRef, ...]
    contexts: tuple[str, ...]
    repositories: Mapping[str, str] = field(default_factory=dict)


def resolve(entry: Entry, checkout: Path, repository: str, tag: str) -> Resolved:
    """Render the entry's workflow for `tag` from `checkout`, a checkout of `repository`, and read it.

    Raises PreconditionError when it cannot be read from there, builds no image, or pushes under another tag;
    and for an app, a component or a parameter that is not right; ConfigError or UsageError for such a template.
    """
    if entry.repository != repository:
        raise PreconditionError(f"its app is in {entry.repository}, but only {repository} is read", HINT)
    workflows = _workflows(entry, checkout, tag)
    images = tuple(dict.fromkeys(image for each in workflows for image in images_of(each)))
    contexts = tuple(dict.fromkeys(path for each in workflows for path in _contexts(each)))
    if not images:
        raise PreconditionError(f"{entry.folder}: {entry.component} builds no image with {BUILD}", HINT)
    if wrong := [str(image) for image in images if image.tag != tag]:
        raise PreconditionError(
            f"{entry.folder}: {entry.component} pushes {', '.join(wrong)} for every versionTag",
            "pass the parameter versionTag to its build_image.sh",
        )
    return Resolved(images, contexts, extra_repositories.named(workflows))


def _workflows(entry: Entry, checkout: Path, tag: str) -> list[dict[str, Any]]:
    folder = checkout / entry.folder
    if not (folder / "app.yaml").is_file():
        return [_of_template(entry, checkout, tag)]
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / "app"
        shutil.copytree(folder, copy, symlinks=True)
        try:
            objects = _of_app(entry, copy, tag)
        except ReleaseError as error:
            message = error.message.replace(str(copy), entry.folder)
            raise PreconditionError(message, error.hint.replace(str(copy), entry.folder)) from None
    return [each for each in objects if each.get("kind") == KIND]


def _of_app(entry: Entry, folder: Path, tag: str) -> list[dict[str, Any]]:
    """What the app in `folder` renders in a new environment, as every night makes one: others have parameters."""
    from releasing.clients.ksonnet.app import read_app  # noqa: PLC0415 - loads YAML and jsonnet
    from releasing.clients.ksonnet.environments import Destination, add_environment  # noqa: PLC0415
    from releasing.clients.ksonnet.render import render  # noqa: PLC0415

    add_environment(read_app(folder), ENVIRONMENT, Destination("https://192.0.2.1", "default"))
    app = read_app(folder)
    given = {"name": entry.name, **SET_BESIDE, **entry.params, "versionTag": tag}
    return render(app, app.environment(ENVIRONMENT), entry.component, given)


def _of_template(entry: Entry, checkout: Path, tag: str) -> dict[str, Any]:
    file = checkout / entry.template
    if not file.is_file():
        raise PreconditionError(
            f"{entry.folder}: neither a ksonnet app (app.yaml) nor a WorkflowTemplate {entry.component}.yaml exists",
            HINT,
        )
    template = workflow_template.parsed(file.read_bytes(), entry.template)
    names = workflow_template.parameters(template)
    # What a night sets beside the tag has no part in what is built.
    placeholders = {name: name for name in names if name in SET_BY_NIGHTS}
    tagged = {"versionTag": tag} if "versionTag" in names else {}
    given = placeholders | own_parameters(entry, names) | tagged
    return workflow_template.workflow(template, entry.name, "default", given)


def _contexts(workflow: dict[str, Any]) -> Iterator[str]:
    for pod in pods_of(workflow):
        words = [*(pod.container.get("command") or []), *(pod.container.get("args") or [])]
        for word in [*words, pod.container.get("source", "")]:
            yield from (str(PurePosixPath(found[1])) for found in CONTEXT.finditer(str(word)))
