"""`kubectl config` of the stand-in: contexts listed, changed and chosen, as kubectl prints it."""

from __future__ import annotations

import json
import re
from typing import Any

from releasing.rehearsal.stand_ins.cluster import kubeconfig
from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, Words, as_json

PATH = re.compile(r"\.([\w-]+)|\[(\d+)\]")


def current_context(_words: Words) -> None:
    """Print the current context's name."""
    name = kubeconfig.read()["current-context"]
    if not name:
        raise ProgramRefusal("error: current-context is not set")
    print(name)


def get_contexts(words: Words) -> None:
    """Print the contexts as a table, or their names."""
    output = words.last("--output")
    if output not in ("", "name"):
        raise ProgramRefusal(
            f"error: --output {output} is not available in kubectl config get-contexts; "
            "resetting to default output format"
        )
    content = kubeconfig.read()
    wanted = words.positional or tuple(each["name"] for each in content["contexts"] or [])
    found = {name: kubeconfig.find(content, "contexts", name) for name in wanted}
    rows: list[tuple[str, ...]] = [] if output else [("CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE")]
    for name, entry in found.items():
        if entry and output:
            print(name)
        elif entry:
            context = entry["context"]
            mark = "*" if name == content["current-context"] else ""
            rows.append((mark, name, *(context.get(key, "") for key in ("cluster", "user", "namespace"))))
    _print_table(rows)
    if missing := [name for name, entry in found.items() if entry is None]:
        raise ProgramRefusal("\n".join(f"error: context {name} not found" for name in missing))


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(cell) for cell in column) + 3 for column in zip(*rows, strict=True)]
    for row in rows:
        print("".join(f"{cell:{width}}" for cell, width in zip(row[:-1], widths, strict=False)) + row[-1])


def set_context(words: Words) -> None:
    """Add a context, or change what is given of one."""
    if len(words.positional) > 1:
        raise ProgramRefusal(f"error: Unexpected args: [{' '.join(words.positional)}]")
    if not words.positional or not words.positional[0]:
        raise ProgramRefusal("error: you must specify a non-empty context name or --current")
    content, name = kubeconfig.read(), words.positional[0]
    known = kubeconfig.find(content, "contexts", name)
    given = {key: words.last(f"--{key}") for key in ("cluster", "user", "namespace") if f"--{key}" in words}
    added = kubeconfig.put(content, "contexts", name, (known["context"] if known else {}) | given)
    kubeconfig.save(content)
    print(f'Context "{name}" {"created" if added else "modified"}.')


def use_context(words: Words) -> None:
    """Make a context the current one."""
    if len(words.positional) != 1:
        raise ProgramRefusal(f"error: Unexpected args: [{' '.join(words.positional)}]")
    content, name = kubeconfig.read(), words.positional[0]
    if kubeconfig.find(content, "contexts", name) is None:
        raise ProgramRefusal(f'error: no context exists with the name: "{name}"')
    kubeconfig.save(content | {"current-context": name})
    print(f'Switched to context "{name}".')


def view(words: Words) -> None:
    """Print the kubeconfig, or what a jsonpath finds in it."""
    content, output = kubeconfig.read(), words.last("--output", "yaml")
    content = kubeconfig.minified(content) if "--minify" in words else content
    if output == "json":
        print(as_json(content))
    elif output.startswith("jsonpath="):
        print(jsonpath(content, output.removeprefix("jsonpath=")), end="")
    elif output == "yaml":
        import yaml  # noqa: PLC0415 - slow to load, and only people ask for YAML

        print(yaml.safe_dump(content, default_flow_style=False), end="")
    else:
        raise no_format(output)


def jsonpath(content: Any, template: str) -> str:
    """A template of plain paths, `{.contexts[0].name}`; what is not there is empty, as with kubectl."""

    def value(found: re.Match[str]) -> str:
        at = content
        for key, index in PATH.findall(found[1]):
            try:
                at = at[key] if key else at[int(index)]
            except (KeyError, IndexError, TypeError):
                return ""
        return at if isinstance(at, str) else json.dumps(at)

    return re.sub(r"\{([^}]*)\}", value, template)


def no_format(output: str) -> ProgramRefusal:
    """The refusal of an output format."""
    return ProgramRefusal(
        f'error: unable to match a printer suitable for the output format "{output}", '
        "the rehearsal has: json,jsonpath,name,wide,yaml"
    )
