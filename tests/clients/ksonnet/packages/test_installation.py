"""Registries and packages, from a repository that git finds in place of GitHub, and from a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import App, find_app
from releasing.clients.ksonnet.packages.installation import install_package, split
from releasing.clients.ksonnet.packages.package_registries import PackageLocation, add_registry, located
from releasing.clients.ksonnet.packages.prototype import find_prototype
from releasing.errors import PreconditionError, UsageError
from releasing.shell.programs import Shell
from tests.support.ksonnet_apps import APP, PACKAGE, write_app, write_package

pytestmark = pytest.mark.interpreter

URI = "github.com/example/parts/tree/master/parts"
REGISTRY = """\
registries:
  example:
    gitVersion:
      commitSha: COMMIT
      refSpec: master
    protocol: github
    uri: github.com/example/parts/tree/master/parts
"""
LIBRARY = """\
libraries:
  automation:
    gitVersion:
      commitSha: COMMIT
      refSpec: master
    name: automation
    registry: example
"""


class Origin:
    """A repository with a registry of one package, in place of github.com/example/parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "origin"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
        write_package(self.folder / "parts/automation")
        (self.folder / "parts/registry.yaml").write_text("kind: ksonnet.io/registry\n")
        (folder / ".gitconfig").write_text(
            f'[url "file://{self.folder}"]\n\tinsteadOf = https://github.com/example/parts.git\n'
            "[user]\n\tname = a\n\temail = a@example.org\n"
        )
        self.git("init", "--quiet", "--initial-branch=master")
        self.commit = self.save()

    def git(self, *words: str) -> str:
        ran = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()

    def save(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path)


@pytest.fixture
def sh(origin: Origin) -> Shell:
    return Shell(origin.environment)


@pytest.fixture
def app(tmp_path: Path) -> App:
    return find_app(write_app(tmp_path / "app"))


def with_registry(sh: Shell, app: App, uri: str = URI) -> App:
    add_registry(sh, app, "example", uri)
    return find_app(app.folder)


def vendored(app: App) -> dict[str, str]:
    folder = app.folder / "vendor/example/automation"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_registry_is_pinned_by_the_commit_of_its_branch(sh: Shell, app: App, origin: Origin) -> None:
    assert add_registry(sh, app, "example", URI)
    added = REGISTRY.replace("COMMIT", origin.commit)
    assert app.file.read_text() == APP.replace("version: 0.0.1\n", added + "version: 0.0.1\n")
    assert not add_registry(sh, find_app(app.folder), "example", f"https://{URI}/")


def test_another_registry_of_the_name_is_refused(sh: Shell, app: App) -> None:
    app = with_registry(sh, app)
    with pytest.raises(PreconditionError, match=r"registry example is github\.com/example/parts/tree/master"):
        add_registry(sh, app, "example", "github.com/example/other")


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("github.com/example/parts", "has no registry.yaml"),
        ("github.com/example/parts/tree/gone/parts", "at gone: parts: fatal: "),
        ("github.com/example/parts/tree/master/gone", "gone: "),
    ],
)
def test_an_address_without_a_registry_changes_nothing(sh: Shell, app: App, uri: str, says: str) -> None:
    with pytest.raises(PreconditionError) as caught:
        add_registry(sh, app, "example", uri)
    assert says in caught.value.message
    assert app.file.read_text() == APP


def test_a_package_is_copied_and_pinned(sh: Shell, app: App, origin: Origin) -> None:
    app = with_registry(sh, app)
    assert install_package(sh, app, "example/automation@master")
    assert LIBRARY.replace("COMMIT", origin.commit) in app.file.read_text()
    assert vendored(app) == PACKAGE
    assert [path.name for path in (app.folder / "vendor/example").iterdir()] == ["automation"]
    assert find_prototype(app, "release").name == "io.example.pkg.release"


def test_a_package_that_is_there_needs_no_network(sh: Shell, app: App, origin: Origin) -> None:
    app = with_registry(sh, app)
    install_package(sh, app, "example/automation@master")
    app, before = find_app(app.folder), app.file.read_text()
    origin.folder.rename(origin.folder.with_name("gone"))
    for version in ("@master", f"@{origin.commit}", ""):
        assert not install_package(sh, app, f"example/automation{version}")
    assert app.file.read_text() == before


def test_a_package_at_another_version_is_refused(sh: Shell, app: App) -> None:
    app = with_registry(sh, app)
    install_package(sh, app, "example/automation")
    with pytest.raises(PreconditionError, match=r"is from example@master .*, not example@v2"):
        install_package(sh, find_app(app.folder), "example/automation@v2")


def test_a_copy_that_is_missing_is_made_again_from_the_pinned_commit(
    sh: Shell, app: App, origin: Origin
) -> None:
    app = with_registry(sh, app)
    install_package(sh, app, "example/automation@master")
    app, before = find_app(app.folder), app.file.read_text()
    (app.folder / "vendor/example/automation").rename(app.folder / "elsewhere")
    (origin.folder / "parts/automation/release.libsonnet").write_text("{}\n")
    origin.save()
    assert install_package(sh, app, "example/automation@master")
    assert vendored(app) == PACKAGE
    assert app.file.read_text() == before


def test_a_run_that_was_killed_before_app_yaml_is_taken_up(sh: Shell, app: App) -> None:
    app = with_registry(sh, app)
    install_package(sh, app, "example/automation@master")
    after = app.file.read_text()
    app.file.write_text(after.replace("libraries:", "others:"))
    assert install_package(sh, find_app(app.folder), "example/automation@master")
    assert find_app(app.folder).libraries[0].name == "automation"


def test_somebodys_own_copy_is_not_overwritten(sh: Shell, app: App) -> None:
    app = with_registry(sh, app)
    mine = app.folder / "vendor/example/automation/mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("")
    with pytest.raises(PreconditionError, match="exists with other content"):
        install_package(sh, app, "example/automation@master")


def test_a_package_that_is_not_there_is_answered_with_the_known_ones(sh: Shell, app: App) -> None:
    app = with_registry(sh, app)
    with pytest.raises(
        PreconditionError, match=r"example/auto@master: no such package \(known: automation\)"
    ):
        install_package(sh, app, "example/auto@master")


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_folder_is_a_registry_too(sh: Shell, app: App, origin: Origin, prefix: str) -> None:
    app = with_registry(sh, app, f"{prefix}{origin.folder}/parts")
    assert f"  example:\n    protocol: fs\n    uri: {origin.folder}/parts\n" in app.file.read_text()
    assert install_package(sh, app, "example/automation@master")
    assert vendored(app) == PACKAGE
    assert find_app(app.folder).libraries[0].registry == "example"


def test_an_app_of_ks_0_13_gets_its_own_form(sh: Shell, app: App, origin: Origin) -> None:
    app.file.write_text(APP.replace("apiVersion: 0.1.0", "apiVersion: 0.3.0"))
    app = with_registry(sh, find_app(app.folder))
    install_package(sh, app, "example/automation@master")
    text = app.file.read_text()
    assert (
        f"  automation:\n    name: automation\n    registry: example\n    version: {origin.commit}\n" in text
    )
    assert "gitVersion" not in text
    assert not install_package(sh, find_app(app.folder), f"example/automation@{origin.commit}")


@pytest.mark.parametrize("wanted", ["automation", "a/b/c", "/b", "a/", "a/b@c@d", "a/b@--upload-pack=x"])
def test_a_package_in_another_form_is_refused(wanted: str) -> None:
    with pytest.raises(UsageError, match="is not a package"):
        split(wanted)


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("github.com/a/b", PackageLocation("a/b", "master", ".")),
        ("https://www.github.com/a/b.git", PackageLocation("a/b", "master", ".")),
        ("http://github.com/a/b/blob/v1/c/registry.yaml", PackageLocation("a/b", "v1", "c")),
        ("github.com/a/b.c/tree/master/d/e/", PackageLocation("a/b.c", "master", "d/e")),
    ],
)
def test_addresses_of_ks_are_read(uri: str, location: PackageLocation) -> None:
    assert located(uri) == location


@pytest.mark.parametrize(
    "uri", ["", "gitlab.com/a/b", "github.com/a", "github.com/a/b/tree/m/../../x", "github.com/a/b?c"]
)
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a registry"):
        located(uri)


def test_a_version_that_git_would_take_for_an_option_starts_nothing(
    sh: Shell, app: App, tmp_path: Path
) -> None:
    app = with_registry(sh, app)
    mark = tmp_path / "ran"
    text = app.file.read_text().replace("refSpec: master", f'refSpec: "--upload-pack=touch {mark};"')
    assert "--upload-pack" in text
    app.file.write_text(text)
    with pytest.raises(UsageError, match="begins with '-'"):
        install_package(sh, find_app(app.folder), "example/automation")
    assert not mark.exists()
