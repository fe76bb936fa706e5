"""What the stand-in's cluster lets everybody do: read the namespace, and everything with what it has."""

from __future__ import annotations

from releasing.rehearsal.stand_ins.cluster import objects, resources
from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, Words


def can_i(words: Words, _namespace: str) -> None:
    """Print that a verb is allowed; raises Refusal for what the cluster does not have."""
    if resources.named(words.positional[1]) is None:
        raise ProgramRefusal(f"error: the rehearsal's cluster has no {words.positional[1]}")
    print("yes")


def get(words: Words, namespace: str) -> None:
    """Print the name of the namespace that is worked in, or what `objects` finds; raises Refusal."""
    if words.positional == ("namespace", namespace) and words.last("--output") == "name":
        print(f"namespace/{namespace}")
    else:
        objects.get(words, namespace)
