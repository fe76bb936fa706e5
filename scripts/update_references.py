#!/usr/bin/env python3
r"""Point references to released images at the release's tags, in the files that git tracks.

Without --write it prints the change as a unified diff and touches nothing. An image is selected by its whole
name as a file writes it, templates included and without the tag; its old tag does not matter:

  update_references.py . --image '(gcr\.io/kubeflow-images-public|\{0\}/\{1\})/tensorflow-.*notebook.*:v0.2.1'

A digest after the tag (NAME_REGEX:TAG@sha256:...) also moves references that are pinned by digest; without it
they are left alone. Other values of a release are pinned by file and pattern, or by the name of a parameter:

  --pin testing/workflows/components/workflows.libsonnet 'kubeflow/tf-operator@([^;"]+)' v0.2.1
  --parameter 'components/image-releaser/*' versionTag v0.2.1

A pin whose file is missing stops the update; with --pin-if-present, the report says so instead.

Changelogs, vendored copies, lock files, swagger files, test fixtures, hack/retag_*, image_tags.yaml and
what Dockerfiles build on are left alone unless --also names them. The report (on standard error beside a diff)
says what was left alone and why, and which released images are still at another tag. Running it again changes
nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from entry import program

if TYPE_CHECKING:
    from releasing.references.report import ReferenceReport


def main() -> int:
    """Update the references that the command line names."""
    options = _parser().parse_args()
    from releasing.errors import PreconditionError, UsageError
    from releasing.references import examine_checkout
    from releasing.references.rules import Rules
    from releasing.references.tracked_files import replace_content

    checkout: Path = options.checkout
    if not checkout.is_dir():
        raise UsageError(f"{checkout}: no such folder", "name the folder of a checkout")
    rules = Rules.parse(
        options.image,
        options.pin,
        options.parameter,
        pins_if_present=options.pin_if_present,
        only=options.only,
        except_=options.except_,
        also=options.also,
    )
    report = examine_checkout(checkout, rules)
    if report.refused:
        raise PreconditionError(
            "\n".join(f"{fault} (it parses now; nothing was changed)" for fault in report.refused),
            "look at the pin or parameter that changes this line",
        )
    for rewrite in report.rewrites if options.write else ():
        replace_content(checkout / rewrite.path, rewrite.before, rewrite.after)
    _show(report, options.write, options.json)
    return 0


def _show(report: ReferenceReport, written: bool, json: bool) -> None:
    from releasing.references.report import as_json, as_text, diff
    from releasing.shell.text.plain_text import plain

    if json or written:
        text = as_json(report, written) if json else plain(as_text(report, "Changed"), undecoded=True)
        # The bytes of a path may be no text.
        _write(f"{text}\n".encode(errors="surrogateescape"))
    else:
        _write(diff(report))
        print(as_text(report, "Would change"), file=sys.stderr)


def _write(content: bytes) -> None:
    """Write to standard output: as it is for a program, which may apply it, and as plain text for a person."""
    if sys.stdout.isatty():
        print(content.decode(errors="replace"), end="")
    else:
        sys.stdout.buffer.write(content)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("checkout", type=Path, metavar="CHECKOUT", help="folder whose files are updated")
    add("--image", action="append", default=[], metavar="NAME_REGEX:TAG", help="image names and their tag")
    words = ("FILE", "PATTERN", "VALUE")
    add("--pin", action="append", default=[], nargs=3, metavar=words, help=PIN)
    add("--pin-if-present", action="append", default=[], nargs=3, metavar=words, help=PIN_IF_PRESENT)
    add(
        "--parameter", action="append", default=[], nargs=3, metavar=("GLOB", "NAME", "VALUE"), help=PARAMETER
    )
    add("--only", action="append", default=[], metavar="GLOB", help="search only these paths")
    add("--except", action="append", default=[], dest="except_", metavar="GLOB", help="leave these paths out")
    add("--also", action="append", default=[], metavar="GLOB", help="also rewrite these protected paths")
    add("--write", action="store_true", help="change the files")
    add("--json", action="store_true", help="print the report as JSON")
    return parser


PIN = "the one group of PATTERN, wherever it matches in FILE, becomes VALUE"
PIN_IF_PRESENT = "the same, and FILE may be absent"
PARAMETER = "the literal value of NAME in the files that match GLOB becomes VALUE"

if __name__ == "__main__":
    program(main)
