"""registries and floating-tags of release.yaml: their two readers, one set of rules."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from releasing.clients.registry.settings import RULES, HostSettings, Settings
from releasing.config import registry_settings
from releasing.config.config_file import load
from releasing.config.path import OWN, carried, config_path
from releasing.config.registry_settings import settings
from releasing.config.release_yaml import RegistryHost
from releasing.errors import ConfigError
from tests.support.paths import ROOT
from tests.support.release_yaml import GOOD, release_yaml

FIRST = len(GOOD.splitlines()) + 1  # the line at which settings begin

VALID = {
    "": Settings(),
    "registries: {}\nfloating-tags: []\n": Settings(),
    "registries: {gcr.io: {}}\n": Settings({"gcr.io": HostSettings()}),
    "registries:\n  gcr.io:\n    requests-per-second: 80\n": Settings({"gcr.io": HostSettings(80)}),
    "registries: {GCR.io: {requests-per-second: '0.5'}}\n": Settings({"gcr.io": HostSettings(0.5)}),
    "registries: {'localhost:5000': {plain-http: true, backend: gcloud}}\n": Settings(
        {"localhost:5000": HostSettings(None, True, "gcloud")}
    ),
    "registries: {gcr.io: &quay {plain-http: false, backend: http}, quay.io: *quay}\n": Settings(
        {"gcr.io": HostSettings(), "quay.io": HostSettings()}
    ),
    "floating-tags: [latest, 1.10, v0.2, v0.2.1-dev]\n": Settings(
        {}, ("latest", "1.10", "v0.2", "v0.2.1-dev")
    ),
}
NUMBER = "expected a number above 0"
INVALID = {
    **{
        f"registries: {{gcr.io: {{requests-per-second: {text}}}}}\n": ("requests-per-second", NUMBER)
        for text in ("0", "-1", "nan", "inf", "many", "", "[1]", "~")
    },
    **{
        f"registries: {{gcr.io: {{plain-http: {text}}}}}\n": ("plain-http", "expected true or false")
        for text in ("yes", "True", "1", "")
    },
    "registries: {gcr.io: {backend: docker}}\n": ("backend", "expected http or gcloud; found 'docker'"),
    "registries: {gcr.io: {plain-htp: true}}\n": ("gcr.io.plain-htp", "did you mean 'plain-http'?"),
    "registries: {gcr.io: fast}\n": ("registries.gcr.io", ""),
    "registries: [gcr.io]\n": ("registries", ""),
    "registries:\n": ("registries", ""),
    "registries: {gcr.io/kubeflow: {}}\n": ("gcr.io/kubeflow", "expected a registry host"),
    "registries: {library: {}}\n": ("library", "expected a registry host"),
    "registries: {gcr.io: {}, gcr.io: {}}\n": ("registries.gcr.io", "written twice"),
    "registries: {gcr.io: {backend: http, backend: http}}\n": ("gcr.io.backend", "written twice"),
    "registries: {gcr.io: {<<: {backend: http}}}\n": ("gcr.io.<<", "merge keys are not read"),
    "<<: {floating-tags: [latest]}\n": ("<<", "merge keys are not read"),
    "floating-tags: [latest]\nfloating-tags: [latest]\n": ("floating-tags", "written twice"),
    "floating-tags: latest\n": ("floating-tags", ""),
    "floating-tags: [v0.2.1]\n": ("floating-tags[0]", "a release tag must not float"),
    "floating-tags: [latest, v0.2.1-rc.0]\n": ("floating-tags[1]", "a release tag must not float"),
    "floating-tags: [a/b]\n": ("floating-tags[0]", "expected an image tag"),
    "floating-tags: [{}]\n": ("floating-tags[0]", ""),
}


@pytest.mark.parametrize("text", VALID)
def test_both_readers_read_the_same(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = release_yaml(tmp_path, text)
    assert registry_settings._thoroughly(Path(variable["RELEASE_CONFIG"])) == VALID[text]
    monkeypatch.setattr(registry_settings, "_thoroughly", None)
    assert settings(variable) == VALID[text]


@pytest.mark.parametrize("text", INVALID)
def test_both_readers_refuse_the_same_with_its_line(tmp_path: Path, text: str) -> None:
    variable = release_yaml(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        settings(variable)
    with pytest.raises(ConfigError) as theirs:
        load(Path(variable["RELEASE_CONFIG"]))
    assert str(raised.value) == str(theirs.value)
    key, problem = INVALID[text]
    line = raised.value.message
    assert line.startswith(f"release.yaml:{FIRST + text.count(chr(10)) - 1}: ")
    assert key in line
    assert problem in line


def test_the_readers_know_the_same_keys_and_defaults() -> None:
    keys = {field.alias: field.default for field in RegistryHost.model_fields.values()}
    assert keys == {each.name.replace("_", "-"): each.default for each in fields(HostSettings)}
    assert keys.keys() == RULES.keys()


def test_what_only_the_other_reader_takes_is_left_to_it(tmp_path: Path) -> None:
    variable = release_yaml(tmp_path, "registries: {gcr.io: {plain_http: true}}\n")
    assert settings(variable) == Settings({"gcr.io": HostSettings(plain_http=True)})


def test_a_problem_elsewhere_in_the_file_is_not_looked_for(tmp_path: Path) -> None:
    assert settings(release_yaml(tmp_path, "nonsense: 1\nfloating-tags: [latest]\n")).floating_tags == (
        "latest",
    )


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    variable = release_yaml(tmp_path, "floating-tags: [latest]\n")
    assert settings(variable).floating_tags == ("latest",)
    release_yaml(tmp_path, "floating-tags: [edge]\n")
    os.utime(variable["RELEASE_CONFIG"], ns=(1, 1))
    assert settings(variable).floating_tags == ("edge",)


def test_without_release_config_the_tools_own_file_counts() -> None:
    assert settings({}) == settings({"RELEASE_CONFIG": ""}) == settings({"RELEASE_CONFIG": str(OWN)})
    assert "latest" in settings({}).floating_tags
    assert settings({}).of("gcr.io").requests_per_second
    assert settings({}).of("quay.io") == HostSettings()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="absent: No such file") as raised:
        settings({"RELEASE_CONFIG": str(tmp_path / "absent")})
    assert "RELEASE_CONFIG=" in raised.value.hint


def test_programs_in_another_folder_are_given_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert carried({"RELEASE_CONFIG": "x.yaml"}) == {"RELEASE_CONFIG": str(tmp_path / "x.yaml")}
    assert carried({}) == {"RELEASE_CONFIG": str(ROOT / "release.yaml")}
    assert config_path({"RELEASE_CONFIG": "x.yaml"}) == Path("x.yaml")


def test_programs_do_not_load_the_types_of_the_whole_file() -> None:
    read = "import sys; from releasing.config.registry_settings import settings; settings({})"
    command = [sys.executable, "-c", f"{read}; assert 'pydantic' not in sys.modules"]
    subprocess.run(command, cwd=ROOT, check=True)
