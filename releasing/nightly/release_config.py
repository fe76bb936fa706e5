"""The release config of the runbook: prow_config_release.yaml, the workflows that run every night.

All problems are reported at once, each with its line; a scalar is text as it is written.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import yaml

from releasing.errors import ConfigError
from releasing.shell.text.marked_yaml import Document, line_of

REQUIRED = ("app_dir", "component", "name")
OPTIONAL = ("params", "job_types", "include_dirs")
JOB_TYPES = ("presubmit", "postsubmit", "periodic", "batch")
# Each night sets these itself, because it finds its workflow and its images by them.
OWN_PARAMS = ("name", "prow_env", "versionTag")
# The form of a Kubernetes name, because the name of the workflow contains it.
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
COMPONENT = re.compile(r"[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?")
ITEM = re.compile(r" *- +")
PARAM = re.compile(r"[A-Za-z_][\w-]*")
HINT = "docs/nightly.md shows an entry; a night reads the file from the default branch"


@dataclass(frozen=True)
class Entry:
    """A workflow that runs every night: a component of a ksonnet app or an Argo WorkflowTemplate, and when.

    `app_dir` is OWNER/REPO/PATH; without `job_types` and `include_dirs` it runs every night.
    """

    name: str
    app_dir: str
    component: str
    params: dict[str, str] = field(default_factory=dict)
    job_types: tuple[str, ...] = ()
    include_dirs: tuple[str, ...] = ()
    line: int = 0

    @property
    def repository(self) -> str:
        """The repository with the app: OWNER/REPO."""
        return "/".join(PurePosixPath(self.app_dir).parts[:2])

    @property
    def folder(self) -> str:
        """The app's folder in its repository."""
        return "/".join(PurePosixPath(self.app_dir).parts[2:])

    @property
    def template(self) -> str:
        """The path of its WorkflowTemplate in the repository, if the folder has one instead of a ksonnet app."""
        return f"{self.folder}/{self.component}.yaml"

    def is_for(self, job_type: str) -> bool:
        """Whether jobs of this type run it."""
        return not self.job_types or job_type in self.job_types


@dataclass(frozen=True)
class ReleaseConfig:
    """The entries of the file, in its order."""

    entries: tuple[Entry, ...]


def parse(text: str | bytes, where: str) -> ReleaseConfig:
    """The entries of a release config; `where` is how messages call the file.

    Raises ConfigError with every problem, each as `where:LINE: …`.
    """
    content = text.encode() if isinstance(text, str) else text
    document = Document(content, where)
    if document.root is None and document.problems:
        document.problems += _meant(content, where, document.problems[0])
    try:
        return document.read(lambda root: _config(document, root))
    except ConfigError as error:
        problems = sorted(error.message.splitlines(), key=lambda problem: _line(problem, where))
        raise ConfigError("\n".join(problems), HINT) from None


def _config(document: Document, root: yaml.Node) -> ReleaseConfig:
    if isinstance(root, yaml.SequenceNode):
        document.blame(root, "the list of entries requires a key; write 'workflows:' above it")
        root = yaml.MappingNode(root.tag, [(yaml.ScalarNode(root.tag, "workflows"), root)])
    found = document.mapping(root, "the file", ("workflows",))
    entries = tuple(_entry(document, node) for node in document.items(found.get("workflows"), "workflows"))
    if not entries and not document.problems:
        document.blame(root, "workflows is empty: no image would be released")
    counts = Counter(entry.name for entry in entries if entry.name)
    first = {entry.name: entry.line for entry in reversed(entries)}
    for entry in entries:
        if counts[entry.name] > 1 and entry.line != first[entry.name]:
            problem = (
                f"the name {entry.name} is already used at line {first[entry.name]}; names must be unique"
            )
            document.problems.append(f"{document.where}:{entry.line}: {problem}")
    return ReleaseConfig(entries)


def _entry(document: Document, node: yaml.Node) -> Entry:
    found = document.mapping(node, "an entry of workflows", REQUIRED, OPTIONAL)
    return Entry(
        name=_word(document, found.get("name"), "name", NAME, "lower-case letters, digits and '-'"),
        app_dir=_app_dir(document, found.get("app_dir")),
        component=_word(document, found.get("component"), "component", COMPONENT, "a component of the app"),
        params=_params(document, found.get("params")),
        job_types=_job_types(document, found.get("job_types")),
        include_dirs=_texts(document, found.get("include_dirs"), "include_dirs"),
        line=line_of(node),
    )


def _word(
    document: Document, node: yaml.Node | None, what: str, pattern: re.Pattern[str], expected: str
) -> str:
    text = document.text(node, what)
    if isinstance(node, yaml.ScalarNode) and not pattern.fullmatch(text):
        document.blame(node, f"{what} is {text!r}; expected {expected}")
    return text


def _app_dir(document: Document, node: yaml.Node | None) -> str:
    text = document.text(node, "app_dir")
    path = PurePosixPath(text)
    outside = path.is_absolute() or ".." in path.parts or len(path.parts) < 3
    if isinstance(node, yaml.ScalarNode) and (outside or re.search(r"[\s<>]", text)):
        example = "OWNER/REPO/PATH, such as kubeflow/kubeflow/releasing/releaser"
        document.blame(node, f"app_dir is {text!r}; expected {example}")
    return text


def _params(document: Document, node: yaml.Node | None) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        document.blame(node, "params is not a mapping; leave it out for an app without parameters")
        return {}
    found: dict[str, str] = {}
    for key, value in node.value:
        name = _word(document, key, "a name in params", PARAM, "the name of a parameter")
        if name in found:
            document.blame(key, f"params has {name} twice")
        if name in OWN_PARAMS:
            document.blame(key, f"params has {name}, which each night sets itself; remove it")
        found[name] = document.text(value, f"params.{name}")
    return found


def _job_types(document: Document, node: yaml.Node | None) -> tuple[str, ...]:
    texts = _texts(document, node, "job_types")
    for item, text in zip(node.value if node and texts else (), texts, strict=True):
        if text not in JOB_TYPES:
            close = difflib.get_close_matches(text, JOB_TYPES, n=1)
            meant = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(JOB_TYPES)}"
            document.blame(item, f"job_types has {text!r}; {meant}")
    return texts


def _texts(document: Document, node: yaml.Node | None, what: str) -> tuple[str, ...]:
    items = tuple(document.items(node, what))
    if isinstance(node, yaml.SequenceNode) and not items:
        document.blame(node, f"{what} is empty; list at least one item, or remove it")
    return tuple(document.text(item, f"an item of {what}") for item in items)


def _line(problem: str, where: str) -> int:
    return int(problem.removeprefix(f"{where}:").split(":")[0])


def _meant(content: bytes, where: str, problem: str) -> list[str]:
    """A hint for a file that is not YAML: probably keys are indented more than the entry that they belong to."""
    if "mapping values are not allowed" not in problem:
        return []
    lines = content.decode(errors="replace").splitlines()
    wrong = _line(problem, where)
    entries = [(at, found) for at in range(wrong - 1, 0, -1) if (found := ITEM.match(lines[at - 1]))]
    if not entries:
        return []
    entry, dash = entries[0]
    column = len(dash[0])
    return [
        f"{where}:{at}: {name[2]} belongs to the entry of line {entry}: "
        f"indent it by {column} spaces, not {len(name[1])}"
        for at in range(wrong, len(lines) + 1)
        if (name := re.match(r"( +)(\w+):", lines[at - 1]))
        and name[2] in (*REQUIRED, *OPTIONAL)
        and len(name[1]) > column
        and not any(ITEM.match(line) for line in lines[entry : at - 1])
    ]
