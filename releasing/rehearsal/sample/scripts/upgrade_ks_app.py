"""Point the Kubeflow registry of a ksonnet app at another release: upgrade_ks_app.py APP_YAML [URI]"""

import pathlib
import re
import sys

# Goes with every release.
CURRENT_RELEASE = "github.com/kubeflow/kubeflow/tree/v0.2.0-rc.1/kubeflow"


def upgraded(text, uri):
    """Give the text of app.yaml with the registry at `uri`."""
    return re.sub(r"(uri: )github\.com/kubeflow/kubeflow/tree/\S+", r"\g<1>" + uri, text)


if __name__ == "__main__":
    path, *rest = sys.argv[1:]
    app = pathlib.Path(path)
    app.write_text(upgraded(app.read_text(), *(rest or [CURRENT_RELEASE])))
