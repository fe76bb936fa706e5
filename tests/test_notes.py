"""Release notes, from real history."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing import notes
from releasing.version import Version
from tests.rehearsal.git_history import tagged
from tests.releases import Origin, origin_in
