"""What the project calls its releases: the pattern of its release branches. Versions carry it, so that no name is
spelled out elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from releasing.naming.branch_pattern import BranchPattern


@dataclass(frozen=True)
class Naming:
    """The names of a project's releases, as release.yaml says; the default is Kubeflow's."""

    branches: BranchPattern = field(default_factory=BranchPattern)


DEFAULT = Naming()
