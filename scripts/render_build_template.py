#!/usr/bin/env python3
"""Write into FILE the Argo WorkflowTemplate that builds an image every night, made from release.yaml.

  render_build_template.py releasing/pytorch-operator/pytorch-operator.yaml --image pytorch-operator \\
      --dockerfile-dir kubeflow/pytorch-operator --extra-repos kubeflow/pytorch-operator@HEAD --extra-args /mnt

`nightly.argo` of release.yaml (RELEASE_CONFIG names another file) says what its pods run in. An existing FILE is not
changed.

Exit codes: 0 written, 2 the command line, 3 release.yaml is not valid, 4 the file exists already.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path


def main() -> int:
    """Write it and say so."""
    options = arguments()
    from releasing.config import config_file
    from releasing.config.path import config_path
    from releasing.errors import PreconditionError
    from releasing.nightly.adding import build_template
    from releasing.shell.files import replace_text

    config = config_file.load(config_path(os.environ))
    folder = options.dockerfile_dir.rstrip("/")
    build = build_template.image_build(options.image, folder, options.dockerfile, options.extra_args)
    text = build_template.text(config, options.file.stem, build, options.extra_repos)
    if options.file.exists():
        raise PreconditionError(f"{options.file} is there already", "choose another name")
    options.file.parent.mkdir(parents=True, exist_ok=True)
    replace_text(options.file, text)
    print(f"{options.file}: builds {config.registry}/{options.image}")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--image", required=True, help="name of the image, below the registry of release.yaml"
    )
    parser.add_argument("--dockerfile-dir", required=True, metavar="OWNER/NAME/FOLDER")
    parser.add_argument("--dockerfile", default="Dockerfile", help="name of the Dockerfile in that folder")
    parser.add_argument("--extra-repos", default="", metavar="OWNER/NAME@REF;…")
    parser.add_argument("--extra-args", default="", help="further arguments for build_image.sh")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
