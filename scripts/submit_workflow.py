#!/usr/bin/env python3
"""Create the Argo workflow NAME of the WorkflowTemplate in FILE, unless it exists. A workflow is never changed.

The template's spec becomes the workflow's own: the cluster shows what ran, even when FILE has changed since.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Read the command line, create the workflow, and say what was done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the WorkflowTemplate, YAML or JSON")
    parser.add_argument("--name", required=True, help="the workflow's name")
    parser.add_argument("-n", "--namespace", required=True, metavar="NS", help="the namespace it runs in")
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template; the value is always text",
    )
    parser.add_argument(
        "-l", "--label", action="append", default=[], metavar="KEY=VALUE", help="a label of the workflow"
    )
    parser.add_argument(
        "--show", action="store_true", help="print the workflow as YAML, without asking a cluster"
    )
    parser.add_argument("--dry-run", action="store_true", help="create nothing, say what would be created")
    options = parser.parse_args()
    import yaml

    from releasing.clients.cluster import workflow, workflow_template
    from releasing.shell.programs import Shell

    given = workflow_template.pairs("--parameter", options.parameter, "-p versionTag=v20180723-01234567")
    template = workflow_template.read(options.file)
    content = workflow_template.workflow(template, options.name, options.namespace, given)
    if marks := workflow_template.pairs("--label", options.label, "-l team=release"):
        content["metadata"]["labels"] = marks
    if options.show:
        print(yaml.safe_dump(content, sort_keys=False), end="")
        return 0
    outcome = workflow.create(Shell(), content, options.namespace, dry_run=options.dry_run)
    print(f"{workflow.title(options.name, options.namespace)}: {outcome}")
    return 0


if __name__ == "__main__":
    program(main)
