"""A small project whose release holds in every respect, in a bare repository, to be broken in one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from releasing.config.release_yaml import Config
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump
from releasing.rehearsal.registry.layout import digest_of
from releasing.rehearsal.registry.small_images import build
from releasing.release import Release
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell
from releasing.verification.claim import Claim
from releasing.verification.tagged import Tagged, tagged
from releasing.version import Candidate
from releasing.version import Version as ReleaseVersion
from tests.support.releases import redirected

REGISTRY = "gcr.io/kubeflow-images-public"
TAG = "v0.2.1"
NAMES = ("bootstrapper", "bootstrapper-debug")
IMAGES = tuple(f"{REGISTRY}/{name}" for name in NAMES)
OPERATOR = f"{REGISTRY}/tf_operator"
CREATED = "2018-07-11T12:00:00Z"
CONFIG = Config.model_validate(
    {
        "project": "Kubeflow",
        "repository": "kubeflow/kubeflow",
        "registry": REGISTRY,
        "reference-prefixes": [f"{REGISTRY}/", "{0}/{1}/"],
        "operators": {
            "tfjob": {
                "repository": "kubeflow/tf-operator",
                "release": "v0.2.0",
                "image": "tf_operator",
                "pins": [
                    {
                        "file": "ci/workflows.libsonnet",
                        "pattern": r"kubeflow/tf-operator@([\w.-]+)",
                        "value": "v0.2.0",
                    }
                ],
            }
        },
        "bootstrapper": {
            "images": {"pattern": "bootstrapper(-debug)?", "names": [*NAMES]},
            "folder": "bootstrap",
            "config": "deploy/cluster.yaml",
        },
        "image-tags": "releasing/image_tags.yaml",
        "document": "docs/releasing.md",
        "leave-alone": ["old/**"],
        "checks": {"postsubmit": ["postsubmit"]},
        "announcement": {"to": "discuss@example.org", "from": "team@example.org"},
        "profiles": {"rehearsal": {"sandbox": ".rehearsal"}},
    }
)


def digest(image: str, tag: str = TAG) -> str:
    """The digest of the image that tests push under this name and tag."""
    return digest_of(build(image, tag, {}, CREATED).manifest)


def listing(*rows: tuple[str, str, str]) -> bytes:
    """image_tags.yaml with rows of image, digest and tag."""
    images = [ImageRow(name, (TaggedDigest(its, (tag,)),)) for name, its, tag in rows]
    return dump(ImageTags(tuple(images)))


LISTED = tuple((image, digest(image), TAG) for image in IMAGES)
RECORDED = "".join(f"| `{image}:{TAG}` | `{its}` |\n" for image, its, _ in LISTED)
# What v0.2.0 was, and what the branch of 0.2 is.
BEFORE = {
    "deploy/cluster.yaml": f"image: {IMAGES[0]}:v0.2.0\n",
    "core/prototypes/all.jsonnet": (
        f"// @optionalParam tfJobImage string {OPERATOR}:v0.2.0 The operator.\n"
        "// @optionalParam database string mongo:3.4 The database.\n"
        "{ image: params.tfJobImage }\n"
    ),
    "ci/workflows.libsonnet": '{ repos: "kubeflow/tf-operator@v0.2.0" }\n',
    "old/guide.md": f"docker pull {IMAGES[0]}:v0.1.0\n",
    "vendor/theirs.yaml": "a: [\n",
    "tool.py": "print 'Python 2'\n",
}
SOUND = {
    "deploy/cluster.yaml": f"image: {IMAGES[0]}:{TAG}\n",
    "core/spawner.py": f"OPTION = '{{0}}/{{1}}/{NAMES[1]}:{TAG}'\n",
    "docs/releasing.md": f"# {TAG}-rc.0\n\n{RECORDED}",
}


@dataclass
class Project:
    """The project, its release, a shell whose git finds it, and more variables for that shell."""

    folder: Path
    config: Config = CONFIG
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def bare(self) -> Path:
        """Its repository."""
        return self.folder / "github" / "kubeflow" / "kubeflow.git"

    def git(self, *words: str, stdin: str = "") -> str:
        """What git says there."""
        done = subprocess.run(
            ["git", "-C", self.bare, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words],
            input=stdin,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None],
        subject: str = "Change (#1)",
        start: str = "",
    ) -> str:
        """Put `files` (None deletes one) on a branch, which begins at `start`; the new commit."""
        parts = [f"commit refs/heads/{branch}\ncommitter Ada <ada@example.org> 1530662400 +0000\n"]
        parts += [f"data {len(subject.encode())}\n{subject}\n"]
        known = subprocess.run(
            ["git", "-C", self.bare, "rev-parse", "-q", "--verify", f"refs/heads/{branch}"],
            capture_output=True,
            check=False,
        )
        if start or known.returncode == 0:
            parts += [f"from {start or f'refs/heads/{branch}^0'}\n"]
        for path, content in files.items():
            text = content.decode() if isinstance(content, bytes) else content
            quoted = json.dumps(path) if "\n" in path else path
            parts += [
                f"D {quoted}\n"
                if text is None
                else f"M 100644 inline {quoted}\ndata {len(text.encode())}\n{text}\n"
            ]
        self.git("fast-import", "--quiet", stdin="".join(parts))
        return self.git("rev-parse", f"refs/heads/{branch}")

    def tag(self, name: str, commit: str, *, annotated: bool = True) -> None:
        """Put a tag on `commit`."""
        self.git("tag", "--force", *(("--annotate", "-m", name) if annotated else ()), name, commit)

    def shell(self) -> StepShell:
        """A shell that reads everything once, and knows no journal."""
        environment = {**clean_environment(), **redirected(self.folder / "github"), **self.variables}
        return StepShell(Shell(environment).remembering(), Journal(self.folder / "none"), "test")

    def release(self, candidate: int | None = None) -> Release:
        """0.2.1, or a candidate of it."""
        version = ReleaseVersion(0, 2, 1)
        profile = self.config.profiles["rehearsal"]
        return Release(
            self.config,
            profile,
            version,
            Candidate(version, candidate or 0),
            self.folder / "state",
            "",
            "",
            final=candidate is None,
        )

    def read(self, candidate: int | None = None, release: Release | None = None) -> Tagged:
        """The final or a candidate as read back from a clone that is up to date."""
        release, sh = release or self.release(candidate), self.shell()
        if not Path(release.checkout).exists():
            sh.run(sh["git"]["clone", "--quiet", "--no-checkout", release.url, release.checkout])
        sh.run(release.origin(sh).fetch())
        return tagged(release, sh)

    def claims(
        self, group: Callable[[Tagged], Iterator[Claim]], candidate: int | None = None
    ) -> dict[str, Claim]:
        """What a group claims of the final, or of a candidate."""
        return {claim.name: claim for claim in group(self.read(candidate))}

    def released(self, files: Mapping[str, str | bytes | None]) -> Project:
        """The same with a change that candidate and final have."""
        commit = self.commit("v0.2-branch", files)
        for tag in (f"{TAG}-rc.0", TAG):
            self.tag(tag, commit)
        return self

    def configured(self, **changes: object) -> Project:
        """The same with another release.yaml; keys as in Python."""
        return replace(self, config=self.config.model_copy(update=changes))


def sound(folder: Path) -> Project:
    """The project with v0.2.0, v0.2.1-rc.0 and v0.2.1, where everything is as it should be."""
    project = Project(folder)
    project.bare.parent.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=master", project.bare], check=True)
    first = project.commit("master", BEFORE, "Begin (#1)")
    project.commit("v0.2-branch", {"VERSION": "0.2\n"}, "Cut the branch (#2)", start=first)
    project.tag("v0.2.0", "v0.2-branch")
    project.commit("master", {"releasing/image_tags.yaml": listing(*LISTED)}, "List the images (#3)")
    project.commit("v0.2-branch", SOUND, "Use the images of v0.2.1 (#4)")
    for tag in (f"{TAG}-rc.0", TAG):
        project.tag(tag, "v0.2-branch")
    return project
