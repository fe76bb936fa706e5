"""What a night's workflow has to leave is known before it is submitted, or it is not submitted."""

from __future__ import annotations

from typing import Any

import pytest

from releasing.errors import PreconditionError
from releasing.nightly.expected_images import expected

TAG = "v20180711-380a9822"


def workflow(*commands: list[str]) -> dict[str, Any]:
    templates = [{"name": f"t{n}", "container": {"command": each}} for n, each in enumerate(commands)]
    steps = [[{"name": each["name"], "template": each["name"]} for each in templates]]
    return {"spec": {"entrypoint": "all", "templates": [{"name": "all", "steps": steps}, *templates]}}


def build(image: str) -> list[str]:
    return ["/bin/bash", "-c", f"a/build_image.sh a/Dockerfile {image}"]


def test_each_image_is_named_once() -> None:
    twice = workflow(build(f"gcr.io/x/a:{TAG}"), build(f"gcr.io/x/b {TAG}"), build(f"gcr.io/x/a {TAG}"))
    assert expected([twice], TAG) == ["gcr.io/x/a", "gcr.io/x/b"]


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ([["checkout.sh", "src"]], "cannot tell which images this workflow builds"),
        ([build(f"gcr.io/x/a {TAG}"), build("gcr.io/x/b latest")], f"not pushed as {TAG}: gcr.io/x/b:latest"),
        ([build(f"gcr.io/$PROJECT/a {TAG}")], f"not pushed as {TAG}: gcr.io/$PROJECT/a"),
    ],
)
def test_a_workflow_that_nobody_could_judge_is_refused(commands: list[list[str]], said: str) -> None:
    with pytest.raises(PreconditionError, match=said.replace("$", r"\$")):
        expected([workflow(*commands)], TAG)
