#!/usr/bin/env python3
"""Check that the credentials of gcloud and kubectl suffice for builds on a cluster, by using them.

  check_cloud_access.py --project kubeflow-releasing --zone us-central1-a --cluster kubeflow-releasing \\
      --namespace kubeflow-releasing --image gcr.io/kubeflow-images-public/tf-model-server

Reads the cluster, the namespace of kubectl's context and the registry, and changes nothing. All problems are
reported at once, each with what to do; exit code 4. Credentials that expire before the end cause a warning.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    for name in ("project", "zone", "cluster", "namespace"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--image", default="", help="full name of an image in the registry to be read")
    parser.add_argument(
        "--hours", type=float, default=12, metavar="N", help="hours that the release may take"
    )
    options = parser.parse_args()
    from releasing.preflight import cloud_access
    from releasing.shell.programs import Shell

    wanted = cloud_access.CloudNeed(**vars(options))
    found = cloud_access.answers(Shell(), wanted)
    for answer in found:
        if not answer.problem:
            print(f"warning: {answer.text}; {answer.hint}" if answer.warning else answer.text)
    cloud_access.require(found, wanted)
    return 0


if __name__ == "__main__":
    program(main)
