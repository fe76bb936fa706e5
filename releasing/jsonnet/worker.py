"""The program that evaluates jsonnet: a child for the snippets, which is ended and begun anew when one is too much.

gojsonnet ends its whole process when code is nested too deeply or memory runs out, and has no end for a loop.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

from releasing.jsonnet.imports import Importer, refusal

LONGEST_FAILURE = 4000  # characters
LARGEST_VALUE = 32 << 20  # characters of JSON
Answer = dict[str, str]


def main() -> None:
    """Read what to evaluate, and within which bounds, as JSON; write one line of JSON for each snippet."""
    asked = json.load(sys.stdin)
    for answer in _answers(asked["snippets"], asked["seconds"], asked["whole"], asked["memory"]):
        print(json.dumps(answer), flush=True)


def _answers(snippets: list[dict[str, Any]], seconds: float, whole: float, memory: int) -> Iterator[Answer]:
    """An answer for each snippet, whatever becomes of the processes that evaluate them."""
    place, last = 0, time.monotonic() + whole
    while place < len(snippets):
        child, pipe = _begun(snippets[place:], memory)
        why = ""
        try:
            for line in _lines(pipe, seconds, last):
                yield json.loads(line)
                place += 1
        except TimeoutError:
            why = f"takes more than {seconds:g} s to evaluate"
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(pipe)
        if place < len(snippets):
            yield {"failure": why or f"is nested too deeply, or needs more than {memory >> 20} MiB"}
            place += 1
        if time.monotonic() > last:
            yield from ({"failure": f"not evaluated: others took {whole:g} s"} for _ in snippets[place:])
            return


def _begun(snippets: list[dict[str, Any]], memory: int) -> tuple[int, int]:
    """A process that evaluates `snippets`, and the pipe from which its answers come."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        _bounded(memory)
        with open(writing, "w", encoding="utf-8") as answers:  # noqa: PTH123 - a descriptor
            for each in snippets:
                answers.write(json.dumps(_evaluated(each)) + "\n")
                answers.flush()
    finally:
        os._exit(0)


def _bounded(memory: int) -> None:
    """Let this process have so much memory, leave no core, and say nothing of its own."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(silence, each)


def _lines(pipe: int, seconds: float, last: float) -> Iterator[bytes]:
    """Each whole line; raises TimeoutError when the next one does not come in `seconds`, nor before `last`."""
    buffer = bytearray()
    deadline = min(time.monotonic() + seconds, last)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        part = os.read(pipe, 1 << 16)
        if not part:
            return
        buffer += part
        if b"\n" in part:
            *whole, rest = buffer.split(b"\n")
            yield from map(bytes, whole)
            buffer = bytearray(rest)
            deadline = min(time.monotonic() + seconds, last)


def _evaluated(snippet: dict[str, Any]) -> Answer:
    from _gojsonnet import evaluate_snippet  # noqa: PLC0415 - a Go runtime, which a fork would not survive

    path, text = snippet["path"], snippet["text"]
    if text is None:
        if why := refusal(path, snippet["root"]):
            return {"failure": f"may not be evaluated: {why}"}
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
    importer = Importer(snippet["root"], snippet["folders"], snippet["copies"], snippet["given"])
    try:
        value = evaluate_snippet(path, text, ext_codes=snippet["variables"], import_callback=importer)
    except RuntimeError as error:
        return {"failure": str(error)[:LONGEST_FAILURE]}
    except (UnicodeError, OSError, ValueError) as error:
        return {"failure": f"cannot be evaluated: {error}"[:LONGEST_FAILURE]}
    if importer.failure:
        return {"failure": importer.failure[:LONGEST_FAILURE]}
    if len(value) > LARGEST_VALUE:
        return {"failure": f"evaluates to more than {LARGEST_VALUE >> 20} MiB"}
    return {"value": value}
