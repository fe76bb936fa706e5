"""How the sample project came about: commits, branches and tags, and what the tree was at each commit.

The files in sample/ are as master has them today. A commit says what it added, and for each place that it
changed what that place read before; trees of earlier commits follow from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

MASTER = "master"
PATCHES = "v0.1-branch"
SPAWNER = "kubeflow/core/kubeform_spawner.py"
CORE = "kubeflow/core/prototypes/all.jsonnet"
TFJOB = "kubeflow/core/prototypes/tf-job-operator.jsonnet"
SERVING = "kubeflow/tf-serving/prototypes/tf-serving-all-features.jsonnet"


@dataclass(frozen=True)
class File:
    """A file at a commit: git's mode, and its bytes (of a link: where it leads)."""

    mode: str
    content: bytes


@dataclass(frozen=True)
class TreeChange:
    """A place in the file `path` that reads `after` where it read `before`."""

    path: str
    before: str
    after: str

    def undone(self) -> TreeChange:
        """The change back."""
        return TreeChange(self.path, self.after, self.before)


@dataclass(frozen=True)
class SampleCommit:
    """A squashed pull request, merged on a day of July 2018; `adds` are files, or folders with all in them."""

    number: int
    day: int
    subject: str
    adds: tuple[str, ...] = ()
    changes: tuple[TreeChange, ...] = ()

    @property
    def message(self) -> str:
        """What GitHub writes for a squash merge."""
        return f"{self.subject} (#{self.number})\n"

    def covers(self, path: str) -> bool:
        """Whether `path` came with this commit, if it came with none before."""
        return any(path == each or path.startswith(f"{each}/") or not each for each in self.adds)


@dataclass(frozen=True)
class Snapshot:
    """A commit on a branch, the number of the one before it, and the whole tree."""

    branch: str
    commit: SampleCommit
    parent: int | None
    files: dict[str, File]


@dataclass(frozen=True)
class Tag:
    """A git tag on the commit of a pull request; annotated when it has a message."""

    name: str
    number: int
    message: str
    day: int


COMMITS = (
    SampleCommit(
        3, 2, "Offer notebooks and training jobs", ("README.md", "OWNERS", "kubeflow/core", "testing")
    ),
    SampleCommit(
        *(11, 3, "Serve TensorFlow models"),
        ("kubeflow/tf-serving", "kubeflow/examples", "components/k8s-model-server", "releasing/releaser"),
    ),
    SampleCommit(
        18, 4, "Build the notebook images with a workflow", ("components/tensorflow-notebook-image",)
    ),
    SampleCommit(
        *(34, 9, "Set clusters up with a bootstrapper"),
        ("bootstrap", "docs", "scripts", "manifests", "components/gcp-click-to-deploy"),
    ),
    SampleCommit(47, 11, "Add packages for katib, argo and PyTorch", ("kubeflow",)),
    SampleCommit(
        *(52, 13, "Use the TFJob operator of May in the core prototype"),
        changes=(TreeChange(CORE, "tf_operator:v20180329-a7511ff", "tf_operator:v20180522-77375baf"),),
    ),
    SampleCommit(
        *(60, 16, "Offer notebooks with TensorFlow 1.8"),
        changes=(
            TreeChange(
                SPAWNER,
                "",
                '      <option value="{0}/{1}/tensorflow-1.8.0-notebook-cpu:v20180607-476e150e">\n'
                '      <option value="{0}/{1}/tensorflow-1.8.0-notebook-gpu:v20180607-476e150e">\n',
            ),
            TreeChange(SPAWNER, "public/tensorflow-1.7.0-notebook", "public/tensorflow-1.8.0-notebook"),
        ),
    ),
    # The empty folder: whatever no commit before has added.
    SampleCommit(71, 19, "Write down how to release, and which images carry which tags", ("",)),
)
# Files that no folder of ours can have everywhere: a name with a line break, as pasting makes one.
ODD_FILES = {"docs/notes\nof a meeting.txt": File("100644", b"Who brings the next release?\n")}
PATCHED = 18
PATCH = SampleCommit(
    *(26, 6, "Use the images of 0.1.2"),
    changes=(
        TreeChange(CORE, "tf_operator:v20180329-a7511ff", "tf_operator:v0.1.2"),
        TreeChange(TFJOB, "tf_operator:v20180329-a7511ff", "tf_operator:v0.1.2"),
        TreeChange(SERVING, "server-cpu:v20180327-995786ec", "server-cpu:v0.1.2"),
    ),
)
TAGS = (
    Tag("v0.1.2", PATCH.number, "Kubeflow v0.1.2\n", 6),
    # Pushed by hand, as people did: it names no version, and tools ignore it.
    Tag("v0.1.rc1", PATCHED, "", 4),
)


def snapshots(today: dict[str, File]) -> Iterator[Snapshot]:
    """Every commit after its parent, from the tree that master has today.

    Raises ValueError when a file does not read what a commit says that it reads.
    """
    trees = {commit.number: tree for commit, tree in _backwards(today)}
    parent = None
    for commit in COMMITS:
        yield Snapshot(MASTER, commit, parent, trees[commit.number])
        parent = commit.number
    yield Snapshot(PATCHES, PATCH, PATCHED, _changed(trees[PATCHED], PATCH.changes))


def _backwards(today: dict[str, File]) -> Iterator[tuple[SampleCommit, dict[str, File]]]:
    files = today
    for place in range(len(COMMITS) - 1, -1, -1):
        yield COMMITS[place], files
        files = _changed(files, [change.undone() for change in COMMITS[place].changes])
        files = {
            path: file
            for path, file in files.items()
            if any(earlier.covers(path) for earlier in COMMITS[:place])
        }


def _changed(files: dict[str, File], changes: Iterable[TreeChange]) -> dict[str, File]:
    files = dict(files)
    for change in changes:
        file, before = files[change.path], change.before.encode()
        if before not in file.content:
            raise ValueError(f"{change.path}: the sample's history expects {change.before!r}")
        files[change.path] = replace(file, content=file.content.replace(before, change.after.encode()))
    return files
