"""How the parts may depend on each other and how large they may be, read from the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from releasing.recipes import NIGHTLY, RECIPES
from releasing.runbook.recipe import Recipe
from releasing.runbook.step import Step
from tests.support.paths import ROOT

LIBRARIES = {"aiohttp", "aiosmtpd", "_gojsonnet", "plumbum", "pydantic", "ruamel", "semver"}
SKIPPED = {"sample", "__pycache__"}
# From the top down: a package imports only what stands below it.
ORDER = (
    "tasks",
    "scripts",
    "commands",
    "recipes",
    "steps",
    "nightly",
    "deployment",
    "gates",
    "verification",
    "branching",
    "builds",
    "changes",
    "publication",
    "announcements",
    "preflight",
    "runbook",
    "release",
    "config",
    "clients.git",
    "clients.checks",
    "clients.github",
    "clients.ksonnet",
    "clients.cluster",
    "clients.registry",
    "clients",
    "image_tags",
    "references",
    "jsonnet",
    "shell",
    "version",
    "naming",
    "image",
    "errors",
    "releasing",
)
MAY_START_PROGRAMS = {
    "releasing.shell.programs",
    "releasing.rehearsal.github.git.git_program",
    "releasing.rehearsal.server_process",
}
BANNED = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "handler",
    "processor",
    "data",
    "info",
}
# Words of others' interfaces: aiohttp passes `handler` by that name, aiosmtpd calls `handle_DATA`, asyncio calls
# `data_received`, Docker calls its programs credential helpers.
TERMS = {
    "releasing.clients.registry.auth.credentials": {"helper", "helpers"},
    "releasing.clients.registry.wire.connection": {"data"},
    "releasing.clients.registry.wire.general_client": {"handler"},
    "releasing.rehearsal.github.application": {"handler"},
    "releasing.rehearsal.github.middlewares": {"handler"},
    "releasing.rehearsal.registry.distribution": {"handler"},
    "releasing.rehearsal.mail_server": {"data"},
}
FIRST_WORDS = ("do_", "my_", "new_")


def sources() -> Iterator[Path]:
    for pattern in ("tasks.py", "releasing/**/*.py", "scripts/*.py", "scripts/ks"):
        yield from (path for path in sorted(ROOT.glob(pattern)) if SKIPPED.isdisjoint(path.parts))


def name_of(path: Path) -> str:
    """The dotted name: releasing.steps.cut_branch, scripts.entry, tasks."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TREES = {name_of(path): ast.parse(path.read_text()) for path in sources()}
PATHS = {name_of(path): path for path in sources()}
PACKAGE = [name for name in TREES if name.startswith("releasing")]
STEPS = [name for name in PACKAGE if name.startswith("releasing.steps.")]
REHEARSAL = [name for name in PACKAGE if name.startswith("releasing.rehearsal")]
OUTSIDE = [name for name in TREES if name not in REHEARSAL]


def imported(name: str, *, typing: bool = False) -> set[str]:
    """What a module imports, anywhere in it; what it imports for annotations only when `typing`."""
    found: set[str] = set()
    nodes: list[ast.AST] = [TREES[name]]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
            nodes += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            deeper = {f"{module}.{alias.name}" for alias in node.names} & set(TREES)
            found |= deeper or {module}
        nodes += ast.iter_child_nodes(node)
    return found


def begins(name: str, *prefixes: str) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def importers(*packages: str) -> set[str]:
    return {name for name in TREES if any(begins(each, *packages) for each in imported(name, typing=True))}


def own(names: set[str]) -> set[str]:
    return {name for name in names if begins(name, "releasing")}


def test_nothing_goes_past_the_shell_of_a_step() -> None:
    """A plan gives steps a shell that shows changes instead: what went past it would be done, and not be shown."""
    past = {
        name
        for name in OUTSIDE
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("sh.shell")
    }
    assert past == set()


def test_only_the_tasks_know_invoke() -> None:
    assert importers("invoke") == {"tasks"}


def test_only_the_shell_starts_programs() -> None:
    assert importers("plumbum") == {"releasing.shell.programs"}
    assert importers("subprocess") == MAY_START_PROGRAMS


def test_nothing_outside_the_rehearsal_knows_of_it_but_the_tasks() -> None:
    assert importers("releasing.rehearsal") - set(REHEARSAL) <= {"tasks"}


def home_of(name: str) -> str:
    """The package of a module, as ORDER names it: clients.git, nightly; a module of releasing itself is its own."""
    parts = name.split(".")
    if parts[0] != "releasing":
        return parts[0]
    return ".".join(parts[1:3] if parts[1:2] == ["clients"] else parts[1:2]) or "releasing"


def upward(name: str) -> set[tuple[str, str]]:
    """The imports of a module, for annotations as well, from a package that is not above what it imports."""
    at = home_of(name)
    others = {(each, home_of(each)) for each in own(imported(name, typing=True)) - {*REHEARSAL}}
    rank = {package: place for place, package in enumerate(ORDER)}
    return {(name, each) for each, home in others if home != at and rank[home] <= rank[at]}


def test_every_package_has_its_place_in_the_order() -> None:
    assert {home_of(name) for name in OUTSIDE} == {*ORDER}


def test_imports_go_down_the_order() -> None:
    assert {each for name in OUTSIDE for each in upward(name)} == set()


def test_nothing_stands_flat_but_the_named_modules() -> None:
    flat = {
        name.partition(".")[2] for name in PACKAGE if name.count(".") == 1 and PATHS[name].stem != "__init__"
    }
    assert flat == {"errors", "image", "recipes", "release", "version"}


def test_no_package_has_more_modules_than_a_person_keeps_in_mind() -> None:
    counted = Counter(name.rpartition(".")[0] for name in PACKAGE if PATHS[name].stem != "__init__")
    assert {name: count for name, count in counted.items() if count > 15} == {}


def test_a_module_is_called_as_no_other_is() -> None:
    """But the rehearsal's counterpart of a client, and the step that does what a package of that name is for."""
    named = [
        name.rpartition(".")[2]
        for name in PACKAGE
        if not begins(name, "releasing.rehearsal", "releasing.steps")
    ]
    assert {name for name, count in Counter(named).items() if count > 1} == set()
    for group in (REHEARSAL, STEPS):
        inside = Counter(name.rpartition(".")[2] for name in group)
        assert {name for name, count in inside.items() if count > 1} == set()
    mirrored = {name.rpartition(".")[2] for name in (*REHEARSAL, *STEPS)} & {*named}
    assert mirrored == {"checks", "cluster", "git", "github", "preflight", "registry", "releases"}


def test_a_public_class_is_called_as_no_other_is() -> None:
    named = Counter(
        node.name
        for name in TREES
        for node in TREES[name].body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in named.items() if count > 1} == set()


def mirrored_names(folder: Path) -> set[str]:
    """What a test in `folder` may be called after: the package, its modules, the programs of scripts."""
    of = folder.relative_to(ROOT / "tests")
    source = ROOT / of if of.parts[0] == "scripts" else ROOT / "releasing" / of
    return {folder.name, *(path.stem for path in source.iterdir())} if source.is_dir() else set()


def test_tests_mirror_the_tree() -> None:
    """A test is called after the module that it is about; whole releases and the tests' own helpers stand apart."""
    tests = [
        path for path in (ROOT / "tests").glob("*/**/test_*.py") if not {"whole", "support"} & {*path.parts}
    ]
    subjects = {path: path.stem.removeprefix("test_") for path in tests}
    assert len(tests) > 100
    assert [
        path.relative_to(ROOT)
        for path, subject in subjects.items()
        if not any(f"{subject}_".startswith(f"{name}_") for name in mirrored_names(path.parent))
    ] == []


def test_only_tests_stand_among_the_tests_of_a_package() -> None:
    others = {path.name for path in (ROOT / "tests").glob("**/*.py") if "support" not in path.parts}
    assert {name for name in others if not name.startswith("test_")} == {"conftest.py"}


def test_a_step_is_declared_without_what_runs_it() -> None:
    assert own(imported("releasing.runbook.step")) == set()
    assert own(imported("releasing.runbook.recipe")) == {"releasing.errors"}


@pytest.mark.parametrize("name", [name for name in TREES if begins(name, "scripts")])
def test_programs_know_neither_steps_nor_what_runs_them(name: str) -> None:
    outer = ("releasing.recipes", "releasing.steps", "releasing.commands")
    assert not {each for each in own(imported(name, typing=True)) if begins(each, *outer)}


def test_tasks_are_listed_without_the_libraries_that_only_a_run_needs() -> None:
    """They take longer to load than all that listing takes: a step that needs one imports it when it runs."""
    code = "import sys, tasks; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert LIBRARIES & {*loaded.stdout.split()} == set()


def calls(function: str) -> Iterator[ast.Call]:
    nodes = (node for name in PACKAGE for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))
    yield from (node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == function)


def test_every_choice_is_declared_once() -> None:
    """Its name is a key of the journal: written out twice, a plan and its run could part."""
    names = [ast.unparse(call.args[0]) for call in calls("Choice")]
    assert len(names) > 5
    assert len({*names}) == len(names)


def test_no_module_needs_itself_through_others() -> None:
    graph = {name: {each for each in imported(name) if each in TREES and each != name} for name in TREES}
    assert len([*TopologicalSorter(graph).static_order()]) == len(TREES)


def code_lines(tree: ast.Module, path: Path) -> set[int]:
    """The lines with code: neither blank, nor comment, nor docstring."""
    with path.open("rb") as file:
        tokens = [*tokenize.tokenize(file.readline)]
    idle = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
    }
    idle.add(tokenize.ENDMARKER)
    lines = {n for token in tokens if token.type not in idle for n in range(token.start[0], token.end[0] + 1)}
    return lines - {n for node in docstrings(tree) for n in range(node.lineno, (node.end_lineno or 0) + 1)}


def docstrings(tree: ast.Module) -> Iterator[ast.Expr]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node


@pytest.mark.parametrize("name", TREES)
def test_no_file_has_more_than_220_lines_of_code_and_no_function_more_than_40(name: str) -> None:
    lines = code_lines(TREES[name], PATHS[name])
    assert len(lines) <= 220
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = len(lines & {*range(node.lineno, (node.end_lineno or 0) + 1)})
            assert size <= 40, f"{name}.{node.name} has {size} lines of code"


def names_in(name: str) -> Iterator[str]:
    yield name.rpartition(".")[2]
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("name", TREES)
def test_no_name_says_nothing(name: str) -> None:
    def words(text: str) -> set[str]:
        return set(re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower().split("_"))

    banned = BANNED - TERMS.get(name, set())
    found = {
        each for each in names_in(name) if words(each) & banned or each.lstrip("_").startswith(FIRST_WORDS)
    }
    assert found == set()


EVERY_STEP = [(recipe, step) for recipe in (*RECIPES, NIGHTLY) for step in recipe]


@pytest.mark.parametrize(("recipe", "step"), EVERY_STEP, ids=[step.name for _, step in EVERY_STEP])
def test_every_step_says_what_it_does_and_how_the_world_shows_it(recipe: Recipe, step: Step) -> None:
    assert step.title.endswith(".")
    assert step.done_when.endswith(".")


@pytest.mark.parametrize("recipe", [*RECIPES, NIGHTLY], ids=lambda recipe: recipe.name)
def test_every_section_has_a_heading_of_its_own_and_steps(recipe: Recipe) -> None:
    headings = [section.heading for section in recipe.sections]
    assert all(headings)
    assert len({*headings}) == len(headings)
    assert all(section.steps for section in recipe.sections)


@pytest.mark.parametrize("recipe", [*RECIPES, NIGHTLY], ids=lambda recipe: recipe.name)
def test_a_recipe_lists_each_step_once_and_after_what_it_needs(recipe: Recipe) -> None:
    names = [step.name for step in recipe]
    assert len({*names}) == len(names)
    for place, step in enumerate(recipe):
        assert set(step.needs) <= {*names[:place]}, step.name
