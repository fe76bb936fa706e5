"""Components made of prototypes: what ks 0.9.2 wrote for the same commands, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import App, find_app
from releasing.clients.ksonnet.packages.generate import generate
from releasing.clients.ksonnet.packages.prototype import find_prototype, read_prototype
from releasing.clients.ksonnet.render import render
from releasing.errors import ConfigError, PreconditionError, UsageError
from tests.support.ksonnet_apps import PARAMS, PROTOTYPE, write_app, write_package

pytestmark = pytest.mark.interpreter

COMPONENT = """\
local env = std.extVar("__ksonnet/environments");
local params = std.extVar("__ksonnet/params").components["boot-release"];
local k = import "k.libsonnet";
local release = import "example/automation/release.libsonnet";

k.core.v1.list.new([release.workflow(params, env.namespace)])
"""
BLOCK = """\
    "boot-release": {
      dockerfileDir: "bootstrap",
      extra_args: "12345",
      extra_repos: "a/b;c/d@HEAD:3",
      image: "boot",
      name: "boot-release",
      port: 80,
      retries: 2,
    },
"""
FLAGS = ["--image=boot", "--dockerfileDir", "bootstrap", "--extra_repos=a/b;c/d@HEAD:3", "--extra_args=12345"]


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = find_app(write_app(tmp_path))
    write_package(app.folder / "vendor/example/automation")
    return app


def generated(app: App, flags: list[str], name: str = "boot-release") -> Path:
    return generate(app, find_prototype(app, "release"), name, flags)


def test_a_component_and_its_parameters_are_as_ks_writes_them(app: App) -> None:
    assert generated(app, FLAGS).read_text() == COMPONENT
    assert app.params_file(None).read_text() == PARAMS.removesuffix("  },\n}\n") + BLOCK + "  },\n}\n"


def test_a_component_renders(app: App) -> None:
    generated(app, FLAGS)
    app = find_app(app.folder)
    [workflow] = render(app, app.environment("staging"), "boot-release")
    assert workflow["metadata"] == {"name": "boot-release", "namespace": "staging"}
    assert workflow["spec"] == {"entrypoint": "boot", "retries": 2}


def test_a_component_that_exists_is_refused(app: App) -> None:
    generated(app, FLAGS)
    before = app.params_file(None).read_text()
    with pytest.raises(PreconditionError, match="a component boot-release already exists"):
        generated(app, FLAGS)
    assert app.params_file(None).read_text() == before


def test_a_run_that_was_killed_between_its_files_is_taken_up(app: App) -> None:
    path = generated(app, FLAGS)
    path.unlink()
    with pytest.raises(PreconditionError, match="parameters of a component boot-release already exist"):
        generated(app, ["--image=other", "--dockerfileDir=d"])
    assert generated(app, FLAGS).read_text() == COMPONENT
    assert app.params_file(None).read_text().count("boot-release") == 2


def test_all_that_is_missing_is_named_with_its_meaning(app: App) -> None:
    with pytest.raises(UsageError) as caught:
        generated(app, [])
    assert "--image: Name of the image\n    --dockerfileDir: Where its Dockerfile is" in caught.value.message
    assert app.params_file(None).read_text() == PARAMS


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ([*FLAGS, "--dockerfile_dir=x", "--img", "y"], "has no --dockerfile_dir, --img"),
        ([*FLAGS, "--retries=two"], "--retries: 'two' is not a number"),
        ([*FLAGS, "--retries"], "--retries needs a value"),
        ([*FLAGS, "c/d"], "'c/d': expected --PARAMETER=VALUE"),
    ],
)
def test_flags_that_the_prototype_does_not_have_are_refused(app: App, flags: list[str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        generated(app, flags)
    assert says in caught.value.message
    assert app.params_file(None).read_text() == PARAMS


@pytest.mark.parametrize("name", ["a b", "a/b", "../a", ""])
def test_a_name_that_cannot_be_a_file_is_refused(app: App, name: str) -> None:
    with pytest.raises(UsageError, match="component"):
        generated(app, FLAGS, name)


def test_a_short_name_with_two_meanings_is_refused(app: App) -> None:
    other = app.folder / "vendor/example/other/prototypes/release.jsonnet"
    other.parent.mkdir(parents=True)
    other.write_text(PROTOTYPE.replace("io.example", "org.example"))
    with pytest.raises(UsageError) as caught:
        find_prototype(app, "release")
    assert (
        "io.example.pkg.release: vendor/example/automation/prototypes/release.jsonnet" in caught.value.message
    )
    assert find_prototype(app, "org.example.pkg.release").path == other


def test_an_unknown_prototype_is_answered_with_those_that_come_near(app: App) -> None:
    with pytest.raises(UsageError, match=r"ends with 'rel' \(known: io\.example\.pkg\.release\)"):
        find_prototype(app, "rel")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "@optionalParam port numberOrString 80 Where",
            "@optionalParam port 80",
            "is not `@optionalParam NAME",
        ),
        ("@param image string", "@param image text", "types: number, string"),
        ("@name io.example.pkg.release", "@nam", "no `// @name NAME`"),
        ("  whenever it", "whenever it", "in its heading belongs to no field"),
    ],
)
def test_a_heading_that_ks_would_not_read_is_refused(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    path = tmp_path / "release.jsonnet"
    path.write_text(PROTOTYPE.replace(before, after))
    with pytest.raises(ConfigError) as caught:
        read_prototype(path)
    assert says in caught.value.message
