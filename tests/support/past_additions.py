"""Workflows that Kubeflow's people added to the nightly release: what they committed, and what asks for the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from releasing.clients.ksonnet.app import read_app
from releasing.commands.release_commands import load
from releasing.nightly.release_config import ReleaseConfig, parse
from releasing.rehearsal import sandbox
from releasing.rehearsal.github.existing_repositories import found
from tests.support.histories import Workplace
from tests.support.paths import DATA
from tests.support.whole_releases import git

APPS = DATA / "nightly-additions"
PACKAGE = "kubeflow/automation"
CONFIG = "releasing/prow_config_release.yaml"
# The commit that each app is taken from, and the folder of its copy of the package: as ks 0.12 calls it, or none.
TAKEN = {
    "pytorch-operator": ("36062f39", "automation"),
    "katib": ("047799bd", ""),
    "centraldashboard": ("880c96bf", "automation@{version}"),
    "chainer-operator": ("e16685b8", ""),
    "kubebench": ("6ba50a7b", "automation@{version}"),
}
RELEASERS = {
    "tf-serving": "releasing/releaser",
    "notebook": "components/tensorflow-notebook-image/releaser",
}
BUILD = "#!/bin/sh\nexec docker build --file=$1 --tag=$2:$3 .\n"


@dataclass(frozen=True)
class Past:
    """An addition: the `commit` that has the app, the one whose release config was there `before`, and the options.

    `then` is the mode that build_image.sh had when the app was first committed, 0 where there was none. `differences`
    are what nightly.add makes otherwise, as patterns, each with its reason.
    """

    commit: str
    before: str
    name: str
    options: Mapping[str, str]
    then: int
    differences: Mapping[str, str]

    @property
    def words(self) -> list[str]:
        """What is typed."""
        more = [word for key, text in self.options.items() for word in (f"--{key}", text)]
        return ["nightly.add", self.name, *more]

    @property
    def app(self) -> Path:
        """The app as committed, without vendor/."""
        return app_of(self.commit, self.name)

    @property
    def contexts(self) -> list[str]:
        """The folders of the images."""
        return self.options["dockerfile-dir"].split(",")


def config_of(commit: str) -> bytes:
    """The release config as a commit had it."""
    return next((DATA / "prow_config_release").glob(f"{commit}*")).read_bytes()


def entries_of(commit: str) -> ReleaseConfig:
    """The same, read."""
    return parse(config_of(commit), CONFIG)


def app_of(commit: str, name: str) -> Path:
    """An app as a commit had it, without vendor/."""
    return next(APPS.glob(f"{commit}*")) / "releasing" / name


def package() -> Path:
    """The package that the apps are made of."""
    return next(APPS.glob(f"*/{PACKAGE}"))


def source(folder: Path, past: Past) -> Path:
    """A repository as Kubeflow's was before the addition, as far as an addition looks at it."""
    shutil.copytree(package().parent, folder / "kubeflow")
    (folder / ".gitignore").write_text("vendor/\n")
    (folder / CONFIG).parent.mkdir()
    (folder / CONFIG).write_bytes(config_of(past.before))
    releasers(folder)
    apps(folder, [each.app_dir.rpartition("/")[2] for each in entries_of(past.before).entries])
    contexts(folder, [each for each in past.contexts if each.startswith("kubeflow/kubeflow/")], 0o755)
    committed(folder, "init", "--quiet", "--initial-branch", "master")
    return folder


def releasers(folder: Path) -> None:
    """Put the two apps that were there first into a repository; of their environments one is a copy of the other."""
    for name, app in RELEASERS.items():
        shutil.copytree(DATA / "kubeflow-apps" / name, folder / app)
        environments = folder / app / "environments"
        shutil.copytree(
            environments / "releasing", environments / read_app(folder / app).environments[0].path
        )


def apps(folder: Path, names: Iterable[str]) -> None:
    """Put those of the apps in `names` that people added into a repository, as they committed them."""
    for name in TAKEN.keys() & {*names}:
        commit, copy = TAKEN[name]
        app = folder / "releasing" / name
        shutil.copytree(app_of(commit, name), app)
        if copy:
            (library,) = read_app(app).libraries
            vendored = app / "vendor" / PACKAGE
            shutil.copytree(package(), vendored.with_name(copy.format(version=library.version)))


def place(folder: Path, past: Past) -> Path:
    """A sandbox with that repository, and with those of the images as they were then."""
    opened = folder / "sandbox"
    with sandbox.opened(opened, load(), str(source(folder / "source", past))):
        pass
    for slug in {"/".join(each.split("/")[:2]) for each in past.contexts} - {"kubeflow/kubeflow"}:
        found(opened / "github", slug)
    made(opened, past, past.then)
    return opened


def made(opened: Path, past: Past, mode: int) -> None:
    """Let every context outside our repository have a build_image.sh with this mode; none when it is 0."""
    for context in past.contexts:
        slug = "/".join(context.split("/")[:2])
        if slug != "kubeflow/kubeflow" and mode:
            bare = opened / "github" / f"{slug}.git"
            clone = opened.parent / "clones" / slug
            work = Workplace(clone) if clone.exists() else Workplace.of(bare, clone)
            contexts(clone, [context], mode)
            work.git("add", "--all")
            work.git("commit", "--quiet", "--allow-empty", "-m", f"Build {context}")
            work.git("push", "--quiet", "origin", "HEAD:master")


def contexts(checkout: Path, names: list[str], mode: int) -> None:
    """Write a build_image.sh into each folder."""
    for name in names:
        script = checkout.joinpath(*name.split("/")[2:]) / "build_image.sh"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(BUILD)
        script.chmod(mode)


def proposed(opened: Path, past: Past) -> Path:
    """A clone of what the pull request has."""
    clone = opened.parent / "proposed"
    branch = f"nightly/{past.name}/nightly-add"
    git(opened, "clone", "--quiet", "--branch", branch, f"{opened}/github/kubeflow/kubeflow.git", str(clone))
    return clone


def committed(folder: Path, *first: str) -> None:
    """Commit everything in a folder, after a first command of git."""
    work = Workplace(folder)
    for words in (first, ("add", "--all", "--force"), ("commit", "--quiet", "-m", "As it was")):
        work.git(*words)
