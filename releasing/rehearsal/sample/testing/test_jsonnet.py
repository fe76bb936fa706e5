"""Run every jsonnet test below a folder."""

import pathlib
import subprocess
import sys


def main(folder):
    """Give the number of tests that failed."""
    tests = sorted(pathlib.Path(folder).rglob("*_test.jsonnet"))
    return sum(subprocess.run(["jsonnet", "eval", str(test)]).returncode != 0 for test in tests)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
