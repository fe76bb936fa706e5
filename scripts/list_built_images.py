#!/usr/bin/env python3
"""Print the names of the images that a workflow builds. It is a ksonnet app's component, or a WorkflowTemplate.

  list_built_images.py ENV -c COMPONENT --tag v20180711-380a9822      # in a folder of the app
  list_built_images.py --template FILE -p versionTag=v20180711-380a9822 --tag v20180711-380a9822

Every image must be pushed under that tag. An image under another tag is refused, and so is a workflow whose images
cannot be determined, because afterwards no one could check what it built.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Print one name on each line."""
    options = arguments()
    from releasing.nightly.expected_images import expected

    for name in expected(_workflows(options), options.tag):
        print(name)
    return 0


def _workflows(options: argparse.Namespace) -> list[dict[str, object]]:
    from releasing.clients.cluster import workflow_template
    from releasing.clients.ksonnet.app import find_app
    from releasing.clients.ksonnet.render import render
    from releasing.errors import UsageError

    if options.template:
        given = workflow_template.pairs("--parameter", options.parameter, f"-p versionTag={options.tag}")
        template = workflow_template.read(options.template)
        return [workflow_template.workflow(template, "listed", "default", given)]
    if not (options.env and options.component):
        raise UsageError("neither ENV with -c COMPONENT nor --template FILE", "list_built_images.py --help")
    app = find_app(Path.cwd())
    return render(app, app.environment(options.env), options.component)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("env", nargs="?", metavar="ENV", help="an environment of the app")
    parser.add_argument("-c", "--component", metavar="COMPONENT")
    parser.add_argument("--template", type=Path, metavar="FILE", help="file of an Argo WorkflowTemplate")
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument(
        "--tag", required=True, metavar="TAG", help="the tag that every image must be pushed under"
    )
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
