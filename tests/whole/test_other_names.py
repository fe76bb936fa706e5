"""Small projects that call their releases differently: whole releases, killed once and resumed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.kill_sample import only
from tests.support.killing import AFTER, SAMPLE, keep, killed_until_done, wrap_programs
from tests.support.sample_tree import git
from tests.support.whole_releases import completed, invoke

PLAIN = """\
project: Mini
repository: acme/mini
default-branch: main
registry: ghcr.io/acme
checks: {presubmit: [unit], postsubmit: [smoke]}
operators: {tfjob: {repository: acme/operator, release: v2.0.0, image: operator}}
announcement: {to: dev@acme.example, from: team@acme.example}
profiles: {rehearsal: {sandbox: .rehearsal}}
"""


@dataclass(frozen=True)
class Project:
    """A repository, its release.yaml and the sandbox of its rehearsal, all below one folder."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "a project"

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    @property
    def bare(self) -> Path:
        return self.sandbox / "github" / "acme" / "mini.git"

    @property
    def variables(self) -> dict[str, str]:
        return {"RELEASE_CONFIG": str(self.folder / "release.yaml")}

    def says(self, settings: str) -> None:
        (self.folder / "release.yaml").write_text(PLAIN + settings)

    def write(self, name: str, text: str) -> str:
        """Commit a file on the branch that is checked out; gives the commit."""
        (self.source / name).write_text(text)
        git("-C", self.source, "add", ".")
        git(
            "-C",
            self.source,
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-q",
            "-m",
            f"{name} (#7)",
        )
        return git("-C", self.source, "rev-parse", "HEAD")

    def run(self, *words: str) -> str:
        return completed(self.sandbox, *words, **self.variables)

    def killed_once(self, kind: str, *words: str) -> str:
        """Run a task that is killed after its first command of this kind, and again to its end."""
        invoke(self.sandbox, "release.plan", *words[1:], "--source", str(self.source), **self.variables)
        wrap_programs(self.sandbox)
        keep(self.sandbox, only(kind, AFTER))
        kills, run = killed_until_done(self.sandbox, SAMPLE, *words, **self.variables)
        assert run.returncode == 0, run.stdout + run.stderr
        assert kills == 1
        return run.stdout

    def refs(self, kind: str) -> list[str]:
        return git("-C", self.bare, "for-each-ref", "--format=%(refname:lstrip=2)", f"refs/{kind}").split()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    git("init", "-q", "-b", "main", made.source)
    made.write("deploy.yaml", "image: ghcr.io/acme/operator:v1.0.0\n")
    return made


def test_a_release_branch_of_the_projects_own_is_cut_used_and_verified(project: Project) -> None:
    project.says("release-branch: release/{major}.{minor}\n")
    project.killed_once("git push", "release.rc", "--version", "1.0.0")
    assert "release/1.0" in project.refs("heads")
    assert [name for name in project.refs("heads") if name.endswith("-branch")] == []
    assert git("-C", project.bare, "show", "release/1.0:deploy.yaml") == "image: ghcr.io/acme/operator:v2.0.0"
    status = project.run("release.status", "--version", "1.0.0")
    assert "complete" in status.splitlines()
    assert "every commit of release/1.0 is on main" in status
    assert "origin has release/1.0" in project.run("release.verify", "--version", "1.0.0")


def test_a_branch_that_exists_is_used_and_picked_to(project: Project) -> None:
    git("-C", project.source, "branch", "release-1.0")
    later = project.write("later.txt", "later\n")
    project.says("release-branch: release-{major}.{minor}\n")
    began = git("-C", project.source, "rev-parse", "release-1.0")
    said = project.killed_once("git push tag", "release.rc", "--version", "1.0.0")
    assert f"cut from main at {began[:12]}" in said
    assert git("-C", project.bare, "merge-base", "release-1.0", "main") == began
    project.run("pick", "--version", "1.0.0", "--commits", later)
    assert any(name.startswith("release/v1.0.0/pick-") for name in project.refs("heads"))


def test_a_branch_of_another_name_is_told_before_anything_is_written(project: Project) -> None:
    git("-C", project.source, "branch", "release-1.0")
    project.says("")
    words = ("release.rc", "--version", "1.0.0", "--source", str(project.source))
    run = invoke(project.sandbox, *words, **project.variables)
    assert run.returncode == 4
    assert "origin has no branch v1.0-branch, but release-1.0" in run.stderr
    assert "release-branch: release-{major}.{minor}" in run.stderr
    assert (project.refs("heads"), project.refs("tags")) == (["main", "release-1.0"], [])


VALUES = """\
pins:
- {file: VERSION, pattern: '^(v.+)$', value: "v{full}", on: candidate}
- {file: README.md, pattern: 'release-(\\S+)-blue', value: "v{shields}", on: candidate}
- {file: README.md, pattern: 'made on (\\S+)', value: "{date}"}
- {file: README.md, pattern: 'install (\\S+)', value: "{major}.{minor}.{patch}"}
- {file: docs.md, pattern: 'latest: (\\S+)', value: "{full}", on: final}
parameters:
- {files: setup.cfg, name: version, value: "{pep440}", on: candidate}
- {files: chart.yaml, name: appVersion, value: "{npm}", on: candidate}
"""


def test_files_have_the_spellings_that_release_yaml_says_and_keep_the_day_of_the_first_run(
    project: Project,
) -> None:
    project.write("VERSION", "v0.9.0\n")
    project.write("README.md", "badge/release-v0.9.0-blue\nmade on 2018-01-01\ninstall 0.9.0\n")
    project.write("docs.md", "latest: 0.9.0\n")
    project.write("setup.cfg", "[metadata]\nversion = 0.9.0\n")
    project.write("chart.yaml", "name: mini\nappVersion: 0.9.0\n")
    project.says(VALUES)
    before = f"{datetime.now(UTC):%F}"
    project.killed_once("git push tag", "release.rc", "--version", "1.0.0")
    journal = (project.sandbox / "releases" / "v1.0.0-rc.0" / "journal.jsonl").read_text()
    [day] = {
        each["value"] for each in map(json.loads, journal.splitlines()) if each.get("name") == "release date"
    }
    assert before <= day <= f"{datetime.now(UTC):%F}"
    tagged = {
        name: git("-C", project.bare, "show", f"v1.0.0-rc.0:{name}")
        for name in ("VERSION", "README.md", "docs.md")
    }
    assert tagged == {
        "VERSION": "v1.0.0-rc.0",
        "README.md": f"badge/release-v1.0.0--rc.0-blue\nmade on {day}\ninstall 1.0.0",
        "docs.md": "latest: 1.0.0",
    }
    assert "version = 1.0.0rc0" in git("-C", project.bare, "show", "v1.0.0-rc.0:setup.cfg")
    assert "appVersion: 1.0.0-rc.0" in git("-C", project.bare, "show", "v1.0.0-rc.0:chart.yaml")
    project.run(
        "vote", "--version", "1.0.0", "--result", "passed", "--evidence", "https://acme.example/votes/1"
    )
    project.run("release.final", "--version", "1.0.0")
    project.run("release.verify", "--version", "1.0.0")
