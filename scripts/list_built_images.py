#!/usr/bin/env python3
"""Print the names of the images that a component's workflow builds; run in a folder of its ksonnet app.

  list_built_images.py ENV -c COMPONENT --tag v20180711-380a9822

Every image has to be pushed under that tag: one that is not, and a workflow of which no image can be told, are
refused, because nobody could say afterwards whether it did its work.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path

from releasing.ksonnet.app import find_app
from releasing.ksonnet.render import render
from releasing.nightly.expected_images import expected


def main() -> int:
    """Print one name on each line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("env", metavar="ENV", help="an environment of the app")
    parser.add_argument("-c", "--component", required=True, metavar="COMPONENT")
    parser.add_argument("--tag", required=True, metavar="TAG", help="what every image has to be pushed under")
    options = parser.parse_args()
    app = find_app(Path.cwd())
    for name in expected(render(app, app.environment(options.env), options.component), options.tag):
        print(name)
    return 0


if __name__ == "__main__":
    program(main)
