"""The generated pages are as the code makes them, and what people wrote names what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tasks
from releasing.commands import configured_names
from releasing.commands import runbook_page as page
from releasing.config import config_file, reference_page
from releasing.recipes import NIGHTLY, RECIPES
from tests.support.paths import ROOT

COMMANDS = ROOT / "docs" / "commands.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_runbook_is_what_the_steps_say() -> None:
    wanted = page.runbook(config_file.load(ROOT / "release.yaml"), RECIPES, NIGHTLY)
    assert (ROOT / "RUNBOOK.md").read_text() == wanted, "run: scripts/invoke runbook --write"


def test_schema_is_what_the_types_say() -> None:
    assert (ROOT / "docs" / "release.schema.json").read_text() == reference_page.schema(), (
        "run: scripts/invoke schema --write"
    )


def test_reference_of_release_yaml_is_what_the_types_say() -> None:
    assert (ROOT / "docs" / "release-yaml.md").read_text() == reference_page.reference(), (
        "run: scripts/invoke schema --write"
    )


def test_every_key_of_the_reference_has_a_meaning() -> None:
    assert not re.findall(r"^\|.*\|  \|$", reference_page.reference(), flags=re.MULTILINE)


def test_runbook_has_every_step_once_in_each_recipe_that_has_it() -> None:
    text = (ROOT / "RUNBOOK.md").read_text()
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    whole = configured_names.named(RECIPES, configured_names.known({}))
    for recipe, part in zip([*whole, NIGHTLY], parts, strict=True):
        assert part.startswith(f"{recipe.title}\n")
        # Entries of the release config stand on the page under the name of one.
        names = ["NAME" if step.each else step.name for step in recipe]
        assert re.findall(r"^#### (.*)$", part, flags=re.MULTILINE) == names


def test_each_recipe_of_the_runbook_begins_with_a_table_of_its_steps() -> None:
    text = (ROOT / "RUNBOOK.md").read_text()
    links = dict(re.findall(r"^\[(.+)\]: #(.+)$", text, flags=re.MULTILINE))
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        rows = re.findall(
            r"^\| (\d+) \| \[(.+?)\] \| (.+?) \| (.+?) \| (yes|no) \|$", part, flags=re.MULTILINE
        )
        names = [name for _, name, *_ in rows]
        assert names == re.findall(r"^#### (.*)$", part, flags=re.MULTILINE)
        assert [number for number, *_ in rows] == [str(number) for number in range(1, len(rows) + 1)]
        for name, described in zip(names, re.split(r"^#### ", part, flags=re.MULTILINE)[1:], strict=True):
            _, _, title, needs, undone = rows[names.index(name)]
            assert links[name] == name.lower()
            assert title in described
            if "[Described above]" not in described:
                needed = re.search(r"^Needs: ([^.]*)\.", described, flags=re.MULTILINE)
                named = re.findall(r"`([\w-]+)`", needed[1]) if needed else []
                assert [str(names.index(each) + 1) for each in named] == re.findall(r"\d+", needs)
                assert ("Cannot be undone." in described) == (undone == "no")


def test_a_step_that_several_recipes_have_is_described_once() -> None:
    text = (ROOT / "RUNBOOK.md").read_text()
    described = re.findall(r"^#### (.*)\n\n(?!.*\[Described above\])", text, flags=re.MULTILINE)
    assert len(described) == len({*described})
    assert {"preflight", "auth"} <= {*described}


def test_no_line_of_the_runbook_outside_its_commands_is_longer_than_120_characters() -> None:
    prose = re.sub(
        r"^```sh\n.*?^```\n", "", (ROOT / "RUNBOOK.md").read_text(), flags=re.MULTILINE | re.DOTALL
    )
    assert [line for line in prose.splitlines() if len(line) > 120] == []


def test_every_variable_of_the_runbook_is_set_before_it_is_used() -> None:
    known = {"USER"}
    for line in (ROOT / "RUNBOOK.md").read_text().splitlines():
        used = set(re.findall(r"(?<!\\)\$\{?([A-Za-z]\w*)", line))
        assert used <= known, line
        known |= set(re.findall(r"^(\w+)=", line))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_page_names_only_tasks_that_exist(page: Path) -> None:
    named = set(re.findall(r"scripts/invoke ([a-z][\w.-]+)", page.read_text()))
    own = (
        {"open-next-milestone"} if page.name == "writing-a-step.md" else set()
    )  # the step that the page adds
    assert named - own <= set(tasks.namespace.task_names)


def test_readme_shows_ten_commands_and_the_page_of_commands_every_one_beside_the_steps() -> None:
    rows = re.findall(r"^\| `scripts/invoke ([\w.-]+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert len(rows) == len({*rows}) == 10
    listed = re.findall(r"^\| `scripts/invoke ([\w.-]+)", COMMANDS.read_text(), flags=re.MULTILINE)
    assert {*rows} <= {*listed}
    steps = {
        step.name for recipe in configured_names.named(RECIPES, configured_names.known({})) for step in recipe
    }
    assert {*tasks.namespace.task_names} - steps <= {*listed}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_page_links_only_to_files_and_headings_that_exist(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, heading = link.partition("#")
        if "://" not in link:
            target = (page.parent / path) if path else page
            assert target.exists(), link
            assert not heading or heading in headings(target), link


def headings(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in found}


def test_readme_gives_every_page_of_docs_as_the_answer_to_a_question() -> None:
    answers = re.findall(
        r"^- … .*\?.*\]\((docs/[\w-]+\.md)\)", (ROOT / "README.md").read_text(), flags=re.MULTILINE
    )
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")}
    assert pages - {"docs/writing-a-step.md"} <= {*answers}


def test_the_map_names_every_package_and_nothing_that_is_gone() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"^  ([\w.]+/?) ", contributing, flags=re.MULTILINE))
    there = {f"{path.parent.name}/" for path in (ROOT / "releasing").glob("*/__init__.py")}
    assert there <= named
    assert [name for name in named if not (ROOT / "releasing" / name).exists()] == []


def test_contributing_gives_a_reason_for_every_dependency() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    packages = re.findall(r'^    "([A-Za-z][\w-]+)(?:[<>=]+\d+)?",$', project, flags=re.MULTILINE)
    assert len(packages) > 10
    assert [
        name
        for name in packages
        if not re.search(rf"^\|[^|]*\b{re.escape(name)}\b[^|]*\|.*\w", contributing, flags=re.MULTILINE)
    ] == []
