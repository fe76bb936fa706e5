#!/usr/bin/env python3
"""Write release-manifest.json: every image with its digest, the commit of every repository, the workflows.

  write_release_manifest.py release-manifest.json gcr.io/kubeflow-images-public/tf_operator:v0.2.0 ... \\
    --project Kubeflow --tag v0.2.1-rc.0 --repository kubeflow/kubeflow --commit COMMIT \\
    --also kubeflow/tf-operator@v0.2.0

The digests of the images (NAME:TAG) come from their registries, the commits of the repositories of --also from
GitHub. The same release always gives the same file.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
import re
from pathlib import Path


def main() -> int:
    """Write the file."""
    options = arguments()
    from releasing.errors import PreconditionError
    from releasing.image import ImageRef
    from releasing.publication.manifest import ReleaseManifest, digests
    from releasing.shell.files import replace_text

    found = digests(map(ImageRef.parse, options.images), os.environ)
    absent = [image for image, digest in found.items() if digest is None]
    if absent:
        raise PreconditionError(
            f"not in the registry: {', '.join(map(str, absent))}", "apply the tags: apply-image-tags"
        )
    repositories = {options.repository: options.commit}
    repositories |= dict(commit_of(also) for also in options.also)
    images = {image: digest for image, digest in found.items() if digest}
    manifest = ReleaseManifest(
        options.project,
        options.tag,
        options.repository,
        options.commit,
        images,
        repositories,
        tuple(options.workflow),
    )
    replace_text(options.file, manifest.text(), private=True)
    print(f"{options.file}: {len(images)} images, {len(repositories)} repositories")
    return 0


def commit_of(also: str) -> tuple[str, str]:
    """The repository OWNER/NAME of OWNER/NAME@TAG, and the commit of its tag on GitHub."""
    from releasing.clients.github import api
    from releasing.errors import CommandError, PreconditionError, UsageError
    from releasing.shell.programs import Shell

    slug, at, tag = also.partition("@")
    if not at:
        raise UsageError(f"--also {also}: expected OWNER/NAME@TAG", "--also kubeflow/tf-operator@v0.2.0")
    sh = Shell()
    try:
        return slug, sh.read(api.question(f"repos/{slug}/commits/{tag}", ".sha"))
    except CommandError as error:
        if not re.search(r"HTTP 4(04|22)", error.message):
            raise
        raise PreconditionError(
            f"{slug} has no tag {tag} on GitHub", "release it first, or correct operators in release.yaml"
        ) from None


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("images", nargs="*", metavar="IMAGE:TAG")
    for option in ("--project", "--tag", "--repository", "--commit"):
        parser.add_argument(option, required=True)
    parser.add_argument("--also", action="append", default=[], metavar="OWNER/NAME@TAG")
    parser.add_argument("--workflow", action="append", default=[], metavar="NAME")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
