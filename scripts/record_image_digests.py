#!/usr/bin/env python3
"""Write the image digests of a release into its document.

  record_image_digests.py docs_dev/releasing.md --release v0.2.1-rc.0 --image-tag v0.2.1 IMAGE...

Asks the registry for the digest of each IMAGE at the tag and writes a section at the end of the document;
a section on the same release is replaced.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path


def main() -> int:
    """Write the section."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("document", type=Path, metavar="DOCUMENT")
    parser.add_argument("--release", required=True, metavar="TAG", help="the git tag of the release")
    parser.add_argument("--image-tag", required=True, metavar="TAG")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    options = parser.parse_args()
    from releasing.changes.digest_table import with_section
    from releasing.config.registries import existing_digests
    from releasing.errors import ConfigError
    from releasing.shell.files import replace_text

    if not options.document.is_file():
        raise ConfigError(f"{options.document}: no such file", "name the release document of the checkout")
    digests = existing_digests(options.images, options.image_tag, os.environ)
    text = options.document.read_bytes().decode()
    replace_text(options.document, with_section(text, options.release, options.image_tag, digests))
    print(f"{options.document} names {len(digests)} digests of {options.release}")
    return 0


if __name__ == "__main__":
    program(main)
