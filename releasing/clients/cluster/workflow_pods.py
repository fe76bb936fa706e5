"""The pods that an Argo workflow runs: each with its container, its parameters filled in where they are literal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
PARAMETER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
NAME_IN_DEPENDS = re.compile(r"([\w-]+)(?:\.\w+)?")


@dataclass(frozen=True)
class Pod:
    """A node to come: its name, its container, how many come before it, and which of them it depends on."""

    name: str
    container: Object
    level: int
    needs: tuple[str, ...]


@dataclass(frozen=True)
class ScriptCall:
    """A template that a task names, under the task's name: `known` are its parameters, `within` who called it."""

    name: str
    template: str
    known: Mapping[str, str]
    level: int = 0
    needs: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


def pods_of(workflow: Object) -> Iterator[Pod]:
    """The pods that the entrypoint leads to; without the pods of an exit handler."""
    spec = workflow.get("spec", {})
    templates = {each["name"]: each for each in spec.get("templates", [])}
    entrypoint = spec.get("entrypoint", "")
    known = _given(spec.get("arguments", {}), "workflow.parameters", {})
    yield from _pods(templates, ScriptCall(entrypoint, entrypoint, known))


def _pods(templates: dict[str, Object], call: ScriptCall) -> Iterator[Pod]:
    template = templates.get(call.template, {})
    if call.template in call.within:
        return  # a template that calls itself ends by a condition, which only a run can tell
    known = _given(template.get("inputs", {}), "inputs.parameters", {}) | dict(call.known)
    for level, task in _tasks(template):
        for each in _repeated(task):
            workflow_wide = {name: text for name, text in known.items() if name.startswith("workflow.")}
            given = workflow_wide | _given(each.get("arguments", {}), "inputs.parameters", known)
            within = (*call.within, call.template)
            yield from _pods(
                templates,
                ScriptCall(each["name"], each["template"], given, call.level + level, _needs(each), within),
            )
    container = template.get("container") or template.get("script")
    if container:
        yield Pod(call.name, _filled(container, known), call.level, call.needs)


def _tasks(template: Object) -> Iterator[tuple[int, Object]]:
    """What a template of tasks or steps calls, each with how many come before it."""
    levels: dict[str, int] = {}
    for task in template.get("dag", {}).get("tasks", []):
        # Tasks are mostly declared after those they depend on; any other task only appears too early in the list.
        levels[task["name"]] = 1 + max((levels.get(name, 0) for name in _needs(task)), default=0)
        yield levels[task["name"]] - 1, task
    for number, group in enumerate(template.get("steps", [])):
        yield from ((number, step) for step in group)


def _needs(task: Object) -> tuple[str, ...]:
    return (*task.get("dependencies", ()), *NAME_IN_DEPENDS.findall(task.get("depends", "")))


def _repeated(task: Object) -> Iterator[Object]:
    """The task, or one for each of its items."""
    if "template" not in task:
        return
    for number, item in enumerate(task.get("withItems", [None])):
        if item is None:
            yield task
            continue
        parts = item.items() if isinstance(item, dict) else ()
        known = {"item": str(item)} | {f"item.{name}": str(part) for name, part in parts}
        yield task | {"name": f"{task['name']}-{number}", "arguments": _filled(task.get("arguments"), known)}


def _given(arguments: Object | None, prefix: str, known: Mapping[str, str]) -> dict[str, str]:
    """The literal parameters of `arguments`, as `{{…}}` names them."""
    parameters = (arguments or {}).get("parameters", [])
    texts = {each["name"]: each.get("value", each.get("default")) for each in parameters}
    return {f"{prefix}.{name}": _filled(str(text), known) for name, text in texts.items() if text is not None}


def _filled(content: Any, known: Mapping[str, str]) -> Any:
    """`content` with each `{{…}}` in its texts replaced that is known."""
    if isinstance(content, str):
        return PARAMETER.sub(lambda found: known.get(found[1], found[0]), content)
    if isinstance(content, dict):
        return {name: _filled(part, known) for name, part in content.items()}
    return [_filled(part, known) for part in content] if isinstance(content, list) else content
