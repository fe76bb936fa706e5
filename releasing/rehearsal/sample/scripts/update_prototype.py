"""Set the defaults of a prototype's parameters: --file=FILE --values=NAME=VALUE,…"""

import argparse
import pathlib
import re


def updated(text, name, value):
    """Give the text of a prototype with another default for one parameter."""
    return re.sub(r"(// @optionalParam %s \w+ )\S+" % name, r"\g<1>" + value, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=pathlib.Path, required=True)
    parser.add_argument("--values", required=True)
    options = parser.parse_args()
    content = options.file.read_text()
    for pair in options.values.split(","):
        content = updated(content, *pair.split("=", 1))
    options.file.write_text(content)
