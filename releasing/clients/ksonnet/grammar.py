"""The command lines of ks: its own words and options, as far as the runbook uses them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from releasing.errors import UsageError

COMMANDS = (
    "apply",
    "env add",
    "env list",
    "env set",
    "generate",
    "init",
    "param diff",
    "param list",
    "param set",
    "pkg install",
    "registry add",
    "registry list",
    "show",
    "version",
)


def read(words: Sequence[str], text: str) -> argparse.Namespace:
    """The command and its options; `text` is shown by --help. Raises UsageError for a command not supported here."""
    _refuse_unknown(words)
    parser = _parser(text)
    options, rest = parser.parse_known_args(words)
    options.words = [word for word in words if not word.startswith("--with=")]
    if options.command == "generate":
        options.flags = [*options.flags, *rest]
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _refuse_unknown(words: Sequence[str]) -> None:
    named = [word for word in words if not word.startswith("-")]
    groups = {known.split()[0] for known in COMMANDS if " " in known}
    wanted = " ".join(named[: 2 if named[:1] and named[0] in groups else 1])
    helped = "-h" in words or "--help" in words
    if wanted not in COMMANDS and not helped:
        what = f"'{wanted}' is not part of this ks" if wanted else "a command is missing"
        raise UsageError(f"{what} (known: {', '.join(COMMANDS)})")


def _parser(text: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ks",
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--with", default="", dest="program", metavar="PROGRAM", help="a real ks: see docs/ksonnet.md"
    )
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    top = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = {
        "apply": _apply,
        "env add": _env_add,
        "env set": _env_set,
        "generate": _generate,
        "init": _init,
        "param diff": _param_diff,
        "param list": _param_list,
        "param set": _param_set,
        "pkg install": _pkg_install,
        "registry add": _registry_add,
        "show": _show,
    }
    for command in COMMANDS:
        group, _, name = command.rpartition(" ")
        if group and group not in groups:
            inner = top.add_parser(group, allow_abbrev=False)
            groups[group] = inner.add_subparsers(dest="action", required=True)
        each = (groups[group] if group else top).add_parser(name, allow_abbrev=False)
        arguments.get(command, _nothing)(each)
    return parser


def _nothing(parser: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def _env_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("env")
    _destination(parser)


def _destination(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server", default="", help="URL of the cluster; default: the server of kubectl's current context"
    )
    parser.add_argument("--namespace", default="", help="default: the namespace of the context, or 'default'")
    parser.add_argument(
        "--context", default="", help="take the server and the namespace from this context of kubectl"
    )
    parser.add_argument(
        "--api-spec", default="", help="version:vX.Y.Z, the version of Kubernetes as app.yaml has it"
    )


def _env_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("env")
    for option in ("--name", "--namespace", "--server"):
        parser.add_argument(option, default="")


def _generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prototype")
    parser.add_argument("component")
    parser.add_argument("type", nargs="?", choices=["jsonnet"], default="jsonnet")
    parser.set_defaults(flags=[])


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    parser.add_argument("--dir", default="", help="the app's folder; default: NAME")
    parser.add_argument("--env", default="default", help="name of its first environment")
    parser.add_argument(
        "--skip-default-registries",
        action="store_true",
        help="accepted and ignored: default registries are never added",
    )
    _destination(parser)


def _registry_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    parser.add_argument("uri")
    parser.add_argument("--version", default="", help="branch, tag or commit; default: as in the address")


def _pkg_install(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", metavar="REGISTRY/PACKAGE@VERSION")


def _param_set(parser: argparse.ArgumentParser) -> None:
    for name in ("component", "name", "value"):
        parser.add_argument(name)
    parser.add_argument("--env", default="")


def _param_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("component", nargs="?", default="")
    parser.add_argument("--env", default="")


def _param_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--component", default="")


def _rendered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("env")
    parser.add_argument("-c", "--component", action="append", required=True, dest="components")


def _show(parser: argparse.ArgumentParser) -> None:
    _rendered(parser)
    parser.add_argument("-o", "--format", choices=["json", "yaml"], default="yaml")


def _apply(parser: argparse.ArgumentParser) -> None:
    _rendered(parser)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument(
        "--any-server", action="store_true", help="also create it in a cluster that app.yaml does not name"
    )
