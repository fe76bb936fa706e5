"""Finding a ksonnet app and reading its app.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import find_app
from releasing.errors import ConfigError, PreconditionError, UsageError
from tests.support.ksonnet_apps import APP, write_app

pytestmark = pytest.mark.interpreter


def test_an_app_is_found_from_a_folder_below(tmp_path: Path) -> None:
    app = find_app(write_app(tmp_path) / "environments" / "releasing")
    assert app.folder == tmp_path
    assert app.components == ("second-one", "workflows")
    assert app.environment("staging").server == "https://192.0.2.2"


def test_outside_of_an_app_the_message_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(PreconditionError, match="not in a ksonnet app"):
        find_app(tmp_path)


def test_an_unknown_environment_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no environment 'prod' \(known: releasing, staging\)"):
        find_app(write_app(tmp_path)).environment("prod")


def test_an_unknown_component_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no component 'release' \(known: second-one, workflows\)"):
        find_app(write_app(tmp_path)).component("release")


def test_all_environments_without_a_server_are_named_at_once(tmp_path: Path) -> None:
    text = "\n".join(line for line in APP.splitlines() if "server:" not in line)
    (write_app(tmp_path) / "app.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        find_app(tmp_path)
    assert "environments.releasing.destination" in caught.value.message
    assert "environments.staging.destination" in caught.value.message


@pytest.mark.parametrize("text", ["a: [", "kind: List", ""])
def test_an_app_yaml_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"app\.yaml"):
        find_app(tmp_path)
