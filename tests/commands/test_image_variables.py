"""The runbook page lists the images once, and its commands are still those of the steps."""

from __future__ import annotations

import re
import subprocess

import pytest

from releasing.commands.image_variables import Variable, shortened, variables
from tests.support.paths import ROOT

IMAGES = ("gcr.io/p/a-1.2-cpu", "gcr.io/p/b_c", "quay.io:443/p/d")
KNOWN = variables(IMAGES, "v0.2.1")
SETTINGS = "\n".join(each.setting for each in KNOWN)


def words(script: str, settings: str = SETTINGS) -> list[str]:
    """What the program `show` is given by `script`, after the `settings`, in a POSIX shell."""
    show = "show() { printf '<%s>\\n' \"$@\"; }"
    asked = ["sh", "-euc", f"{show}\n{settings}\n{script}"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("known", KNOWN, ids=[each.name for each in KNOWN])
def test_a_variable_has_the_text_that_it_stands_for(known: Variable) -> None:
    assert [f"<{each.value}>" for each in KNOWN if each is known] == words(f'show "${{{known.name}}}"')


@pytest.mark.parametrize(
    "command",
    [
        "show gcr.io/p/a-1.2-cpu gcr.io/p/b_c quay.io:443/p/d --tag v0.2.1",
        "show --image gcr.io/p/a-1.2-cpu --image gcr.io/p/b_c --image quay.io:443/p/d",
        "show gcr.io/p/a-1.2-cpu:v0.2.1 gcr.io/p/b_c:v0.2.1 quay.io:443/p/d:v0.2.1 gcr.io/p/other:v0.1.0",
        r"show --pattern '(gcr\.io/p/a-1\.2-cpu|gcr\.io/p/b_c|quay\.io:443/p/d):v0\.2\.1'",
        "show 'body=Made by:\n\n  add gcr.io/p/a-1.2-cpu gcr.io/p/b_c quay.io:443/p/d\n'",
        r"""show 'Made by: add '"'"'(gcr\.io/p/a-1\.2-cpu|gcr\.io/p/b_c|quay\.io:443/p/d):x'"'"''""",
    ],
)
def test_a_shortened_command_has_the_same_words(command: str) -> None:
    short = shortened(command, KNOWN)
    assert "gcr.io/p/b_c" not in short
    assert words(short) == words(command)


def test_a_list_that_is_another_one_stays_as_it_is() -> None:
    command = "show gcr.io/p/a-1.2-cpu gcr.io/p/other"
    assert shortened(command, KNOWN) == command


def test_a_project_without_images_has_no_variables() -> None:
    assert variables((), "v0.2.1") == ()


def test_the_runbook_lists_the_images_once() -> None:
    text = (ROOT / "RUNBOOK.md").read_text()
    lists = re.findall(r"(?:gcr\S*notebook\S*\s+(?:--image )?){2,}", text.replace("\\\n", ""))
    assert len(lists) == 1


def test_the_settings_of_the_runbook_work_in_a_shell() -> None:
    settings = re.findall(r"^```sh\n(.*?)^```", (ROOT / "RUNBOOK.md").read_text(), re.MULTILINE | re.DOTALL)[
        0
    ]
    assert words("show $IMAGES", settings)[-1] == "<gcr.io/kubeflow-images-public/bootstrapper>"
    assert words('show "$TAGGED_IMAGES"', settings)[0].endswith("/bootstrapper:v0.2.1>")
