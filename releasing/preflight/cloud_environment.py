"""The environment in which gcloud and kubectl work for one profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.clients.cluster.gcp_access import CONFIGURATION, CREDENTIALS

if TYPE_CHECKING:
    from releasing.config.release_yaml import Profile

# They would come before what `auth` sets in the tool's own configuration.
OVERRIDES = ("CLOUDSDK_CORE_ACCOUNT", "CLOUDSDK_CORE_PROJECT")


def environment(given: Mapping[str, str], profile: Profile, root: Path) -> dict[str, str]:
    """The variables `given`, and those with which gcloud and kubectl work for `profile` below `root`.

    Unless the profile says otherwise, kubectl has a file of its own and gcloud a configuration of its own: what the
    operator has chosen elsewhere stays, and all who are logged in stay logged in.
    """
    found = dict(given)
    path = found.get(CREDENTIALS) or profile.credentials
    if path:
        found[CREDENTIALS] = str(root / Path(path).expanduser())
    if profile.kubeconfig == "operator":
        return found
    state = root / profile.state
    name = re.sub(r"[^a-z0-9]+", "-", state.name.lower()).strip("-")
    own = {"KUBECONFIG": str(state / "kubeconfig"), CONFIGURATION: f"release-{name}".rstrip("-")}
    return {key: value for key, value in found.items() if key not in OVERRIDES} | own
