"""What release.yaml adds to the commands: a step for each operator and build, and an option for each operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from releasing.changes.operators import option
from releasing.commands.table import HELP, OPERATOR_HELP
from releasing.config.families import ListedConfig, Listing, listed
from releasing.config.path import config_path
from releasing.errors import ConfigError
from releasing.runbook.recipe import Recipe


def known(environment: Mapping[str, str]) -> ListedConfig:
    """The operators and builds of the release.yaml in use, but for operators that are called as an option is."""
    config = listed(config_path(environment))
    operators = {name: each for name, each in config.operators.items() if option(name) not in HELP}
    return replace(config, operators=operators)


def operator_options(config: ListedConfig) -> dict[str, str]:
    """The options that name releases of operators, each with its help."""
    titles = {option(name): each.title or name for name, each in config.operators.items()}
    return {name: OPERATOR_HELP.format(title=title) for name, title in titles.items()}


def named(recipes: Iterable[Recipe], config: ListedConfig) -> list[Recipe]:
    """The recipes with the steps of these operators and builds, in the same order.

    Without those when two steps would have one name: what runs then says so.
    """
    try:
        return [recipe.listed(Listing(config)) for recipe in recipes]
    except ConfigError:
        return [recipe.listed(Listing(ListedConfig())) for recipe in recipes]
