"""kubectl's stand-in: contexts in KUBECONFIG, and the objects of the sandbox's cluster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from releasing.rehearsal.stand_ins.cluster import cluster_rights, contexts, kubeconfig, objects, waits
from releasing.rehearsal.stand_ins.command_grammar import Grammar, ProgramRefusal, Words

EVERYWHERE = {"-n": "--namespace", "--namespace": "--namespace", "--request-timeout": "--request-timeout"}
OUTPUT = {"-o": "--output", "--output": "--output"}
FILE = {"-f": "--filename", "--filename": "--filename"}
SELECTOR = {"-l": "--selector", "--selector": "--selector"}
LOGS = {"-c": "--container", "--container": "--container", "--tail": "--tail"}
WAIT = {"--for": "--for", "--timeout": "--timeout"}


def main(words: list[str]) -> int:
    """Run one kubectl command; raises Refusal."""
    commands: dict[str, tuple[Callable[[Words], None], dict[str, str], list[str]]] = {
        "config current-context": (contexts.current_context, {}, []),
        "config get-contexts": (contexts.get_contexts, OUTPUT, []),
        "config set-context": (contexts.set_context, {"--cluster": "--cluster", "--user": "--user"}, []),
        "config use-context": (contexts.use_context, {}, []),
        "config view": (contexts.view, OUTPUT, ["--minify"]),
        "auth can-i": (_can_i, {}, []),
        "create": (partial(_in_namespace, objects.create), OUTPUT | FILE, []),
        "get": (partial(_in_namespace, cluster_rights.get), OUTPUT | SELECTOR, ["--ignore-not-found"]),
        "logs": (partial(_in_namespace, waits.logs), LOGS, []),
        "replace": (partial(_in_namespace, objects.replace), OUTPUT | FILE, []),
        "wait": (partial(_in_namespace, waits.wait), OUTPUT | WAIT, []),
    }
    name, rest = _command(words)
    if name not in commands:
        raise _no_command(name)
    run, valued, switches = commands[name]
    run(_grammar(name, EVERYWHERE | valued, switches).parse(rest))
    return 0


def _command(words: list[str]) -> tuple[str, list[str]]:
    """The command's name and the other words; kubectl takes its global options before the name too."""
    before: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-"):
        before.append(rest.pop(0))
        if "=" not in before[-1] and before[-1] in EVERYWHERE and rest:
            before.append(rest.pop(0))
    size = 2 if rest[:1] in (["config"], ["auth"]) else 1
    return " ".join(rest[:size]), before + rest[size:]


def _no_command(name: str) -> ProgramRefusal:
    group, _, command = name.partition(" ")
    if group == "config":
        return ProgramRefusal(
            f"error: unknown command \"{command}\"\nSee 'kubectl config -h' for help and examples"
        )
    return ProgramRefusal(f'Error: unknown command "{name}" for "kubectl"')


def _grammar(name: str, valued: dict[str, str], switches: list[str]) -> Grammar:
    see = f"See 'kubectl {name} --help' for usage."

    def unknown(option: str) -> ProgramRefusal:
        if option.startswith("--"):
            return ProgramRefusal(f"Error: unknown flag: {option}\n{see}")
        return ProgramRefusal(f"Error: unknown shorthand flag: '{option[1]}' in {option}\n{see}")

    def lacking(option: str) -> ProgramRefusal:
        what = option if option.startswith("--") else f"'{option[1]}' in {option}"
        return ProgramRefusal(f"Error: flag needs an argument: {what}\n{see}")

    return Grammar(valued, switches, unknown, lacking)


def _can_i(words: Words) -> None:
    # kubectl looks at its words before it asks the cluster.
    if len(words.positional) != 2:
        raise ProgramRefusal(
            "error: you must specify two arguments: verb resource or verb resource/resourceName."
        )
    _in_namespace(cluster_rights.can_i, words)


def _in_namespace(run: Callable[[Words, str], None], words: Words) -> None:
    run(words, _namespace(words))


def _namespace(words: Words) -> str:
    """The namespace that is asked for; raises Refusal without a context, as nothing would answer."""
    context = kubeconfig.current(kubeconfig.read())
    if context is None or not context["context"].get("cluster"):
        raise ProgramRefusal(
            "The connection to the server localhost:8080 was refused - "
            "did you specify the right host or port?"
        )
    return words.last("--namespace", context["context"].get("namespace") or "default")
