"""The Argo WorkflowTemplate of a new image of the nightly release: a checkout, its build_image.sh, the logs' copy."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from releasing.config.deploy import NODE_NAME
from releasing.deployment.build_workflow import TESTING, ImageBuild, template
from releasing.deployment.yaml_text import headed
from releasing.errors import ConfigError, UsageError
from releasing.nightly import extra_repositories
from releasing.runbook.step import present

if TYPE_CHECKING:
    from releasing.config.release_yaml import ArgoPods, Config

HEAD = """\
# A workflow of the image auto release: nightly.add created it; change it by hand from now on.
# docs/nightly.md says which parameters a night sets.
"""
# A shell would do something with these; here every word reaches build_image.sh as it is.
OF_SHELLS = re.compile(r"[$`;&|<>]|\{\{")


def text(config: Config, name: str, build: ImageBuild, extra: str) -> str:
    """The file of the template `name`, which checks the repositories `extra` out beside ours.

    Raises ConfigError without `nightly.argo` in release.yaml.
    """
    pods = pods_of(config)
    wanted = extra_repositories.parsed(extra)
    if pods.bucket:
        wanted = extra_repositories.parsed(TESTING) | wanted
    repositories = ";".join(f"{name}@{ref}" for name, ref in wanted.items())
    seconds = int(present(config.nightly).minutes * 60)
    return headed(HEAD, template(config, name, pods, [build], repositories, seconds))


def pods_of(config: Config) -> ArgoPods:
    """What the workflows run in; ConfigError when release.yaml does not say."""
    if config.nightly is None or config.nightly.argo is None:
        raise ConfigError(
            "release.yaml: nightly.argo is missing: engine: argo requires it to say what the new workflow runs in",
            "write 'nightly:', 'argo:' and 'worker: IMAGE', or say engine: ksonnet (docs/release-yaml.md)",
        )
    return config.nightly.argo


def image_build(image: str, context: str, dockerfile: str, extra: str) -> ImageBuild:
    """The build of `image` in OWNER/NAME/FOLDER, of Dockerfile or of `dockerfile`; `extra` is for build_image.sh.

    Raises UsageError for an image whose node would have too long a name, and for words that only a shell knows.
    """
    if len(image) > NODE_NAME:
        raise UsageError(f"--image {image}: longer than {NODE_NAME} characters", "a node is named after it")
    if found := OF_SHELLS.search(extra):
        raise UsageError(
            f"--extra-args {extra!r}: {found[0]} has a meaning in a shell, but no shell reads these words",
            "write the words as build_image.sh receives them",
        )
    words = [word.replace("{", "{{").replace("}", "}}") for word in _words(extra)]
    return ImageBuild(image, context, dockerfile or "Dockerfile", ("{image}", "{tag}", *words))


def _words(extra: str) -> list[str]:
    try:
        return shlex.split(extra)
    except ValueError as error:
        raise UsageError(f"--extra-args {extra!r}: {error}", "close the quotes") from None
