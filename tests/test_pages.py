"""The generated pages are as the code makes them, and the README names what is there."""

from __future__ import annotations

import re

import tasks
from releasing.commands import listing
from releasing.commands import runbook_page as page
from releasing.config import file as config_file
from releasing.config import reference_page as config_page
from releasing.recipes import NIGHTLY, RECIPES
from tests.whole_releases import ROOT


def test_runbook_is_what_the_steps_say() -> None:
    wanted = page.runbook(config_file.load(ROOT / "release.yaml"), RECIPES, NIGHTLY)
    assert (ROOT / "RUNBOOK.md").read_text() == wanted, "run: scripts/invoke runbook --write"


def test_schema_is_what_the_types_say() -> None:
    assert (ROOT / "docs" / "release.schema.json").read_text() == config_file.schema(), (
        "run: scripts/invoke schema --write"
    )


def test_reference_of_release_yaml_is_what_the_types_say() -> None:
    assert (ROOT / "docs" / "release-yaml.md").read_text() == config_page.reference(), (
        "run: scripts/invoke schema --write"
    )


def test_every_key_of_the_reference_has_a_meaning() -> None:
    assert not re.findall(r"^\|.*\|  \|$", config_page.reference(), flags=re.MULTILINE)


def test_runbook_has_every_step_once_in_each_recipe_that_has_it() -> None:
    text = (ROOT / "RUNBOOK.md").read_text()
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    whole = listing.named(RECIPES, listing.known({}))
    for recipe, part in zip([*whole, NIGHTLY], parts, strict=True):
        assert part.startswith(f"{recipe.title}\n")
        # Entries of the release config stand on the page under the name of one.
        names = ["NAME" if step.each else step.name for step in recipe]
        assert re.findall(r"^#### (.*)$", part, flags=re.MULTILINE) == names


def test_every_variable_of_the_runbook_is_set_before_it_is_used() -> None:
    known = {"ACCOUNT", "USER"}
    for line in (ROOT / "RUNBOOK.md").read_text().splitlines():
        used = set(re.findall(r'"\$\{?(\w+)\}?"', line))
        assert used <= known, line
        known |= set(re.findall(r"^(\w+)=", line))


def test_readme_names_only_tasks_that_exist() -> None:
    named = set(re.findall(r"scripts/invoke ([a-z][\w.-]+)", (ROOT / "README.md").read_text()))
    assert named <= set(tasks.namespace.task_names)


def test_readme_gives_a_reason_for_every_dependency() -> None:
    readme = (ROOT / "README.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    packages = re.findall(r'^    "([A-Za-z][\w-]+)(?:[<>=]+\d+)?",$', project, flags=re.MULTILINE)
    assert len(packages) > 10
    assert [name for name in packages if name not in readme] == []
