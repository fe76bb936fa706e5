"""Setting one parameter changes one line of params.libsonnet, and nothing else."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import _gojsonnet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from releasing.clients.ksonnet.app import find_app
from releasing.clients.ksonnet.params import encoded, set_param, with_param
from releasing.clients.ksonnet.render import params_of
from releasing.errors import ConfigError, UsageError
from tests.support.ksonnet_apps import EMPTY, OVERRIDES, PARAMS, write_app

pytestmark = pytest.mark.interpreter

PATH = Path("params.libsonnet")


def changes(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def with_name(text: str, name: str, component: str = "workflows", value: str = '"v"') -> str:
    return with_param(text, PATH, component, name, value, overrides=True)


def test_a_changed_value_changes_its_line_only() -> None:
    after = with_name(OVERRIDES, "namespace")
    assert changes(OVERRIDES, after) == [
        '-      namespace: "kubeflow-releasing",  // as in app.yaml',
        '+      namespace: "v",  // as in app.yaml',
    ]


@pytest.mark.parametrize(
    ("name", "follows"), [("bucket", "workflows+: {"), ("prow_env", "namespace:"), ("zone", "versionTag:")]
)
def test_an_added_parameter_is_one_line_in_order(name: str, follows: str) -> None:
    after = with_name(OVERRIDES, name)
    assert changes(OVERRIDES, after) == [f'+      {name}: "v",']
    lines = after.splitlines()
    assert lines[lines.index(f'      {name}: "v",') - 1].strip().startswith(follows)


def test_a_block_is_added_after_the_comment_of_an_environment() -> None:
    after = with_name(OVERRIDES, "name", component="second-one")
    assert changes(OVERRIDES, after) == ['+    "second-one"+: {', '+      name: "v",', "+    },"]


def test_an_empty_components_object_is_opened() -> None:
    after = with_name(EMPTY, "name")
    added = ["+  components+: {", "+    workflows+: {", '+      name: "v",', "+    },", "+  },"]
    assert changes(EMPTY, after) == ["-  components+: {},", *added]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{ components: { a: { b: "1" } } }', '{ components: { a: { b: "1", c: "v" } } }'),
        ('{ components: { a: { d: "1" } } }', '{ components: { a: { c: "v", d: "1" } } }'),
        ('{ components: { a: { d: "1", } } }', '{ components: { a: { c: "v", d: "1", } } }'),
        ("{ components: { a: {\n  b: 1\n} } }", '{ components: { a: {\n  b: 1,\n  c: "v",\n} } }'),
        ("{ components: { a: {\n  b: 1, d: 2,\n} } }", '{ components: { a: {\n  b: 1, c: "v", d: 2,\n} } }'),
        ("{ components: { a: {\r\n  b: 1,\r\n} } }", '{ components: { a: {\r\n  b: 1,\r\n  c: "v",\r\n} } }'),
        ("{ components: { a: {\n  z: 1,\n  b: 2,\n} } }", None),
        ("{ components: { a: { c: [{x: 1}, 2] + [3] } } }", '{ components: { a: { c: "v" } } }'),
        (
            "{ components: { a: { 'c': 'it''s' } } }".replace("''", "\\'"),
            "{ components: { a: { 'c': \"v\" } } }",
        ),
    ],
)
def test_unusual_layouts_are_kept(before: str, after: str | None) -> None:
    expected = after or '{ components: { a: {\n  z: 1,\n  b: 2,\n  c: "v",\n} } }'
    assert with_name(before, "c", component="a") == expected


def test_a_name_in_a_comment_or_a_string_is_not_taken_for_the_field() -> None:
    text = (
        '// components: {\n{ x: "components: {", components: { a: {\n  // c: 1\n  /* c: 2 */\n  c: 3,\n} } }'
    )
    assert with_name(text, "c", component="a") == text.replace("3", '"v"')


def test_a_component_that_is_an_expression_is_left_to_the_operator() -> None:
    with pytest.raises(ConfigError, match=r"components\.a is not a plain object"):
        with_name("{ components: { a: { b: 1 } + { c: 2 } } }", "c", component="a")


def test_a_computed_components_object_is_left_to_the_operator() -> None:
    with pytest.raises(ConfigError, match="no `components: "):
        with_name("{ components: { [x]: {} for x in ['a'] } }", "c", component="a")


def test_a_file_that_would_not_parse_is_not_written(tmp_path: Path) -> None:
    app = find_app(write_app(tmp_path))
    path = app.params_file(app.environment("releasing"))
    broken = OVERRIDES.replace("params {", "params { ,", 1)
    path.write_text(broken)
    with pytest.raises(ConfigError, match=r"params\.libsonnet:2: not jsonnet"):
        set_param(app, app.environment("releasing"), "workflows", "name", "x")
    assert path.read_text() == broken


@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was_given(value: str) -> None:
    text = with_param(
        PARAMS, PATH, "workflows", "name", json.dumps(value, ensure_ascii=False), overrides=False
    )
    assert json.loads(_gojsonnet.evaluate_snippet("x", text))["components"]["workflows"]["name"] == value


@pytest.mark.parametrize(
    "value", ["01234567", "12345e67", "true", "{}", "", 'a"b\\', "ünïcode", "two\nlines"]
)
@pytest.mark.parametrize("name", ["name", "dashed-name", "local"])
def test_a_value_is_always_a_string(tmp_path: Path, name: str, value: str) -> None:
    app = find_app(write_app(tmp_path))
    set_param(app, app.environment("releasing"), "workflows", name, value)
    assert params_of(app, app.environment("releasing"), "workflows")["workflows"][name] == value


def test_setting_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    app = find_app(write_app(tmp_path))
    path = app.params_file(app.environment("releasing"))
    path.chmod(0o600)
    assert set_param(app, app.environment("releasing"), "workflows", "zone", "a")
    assert not set_param(app, app.environment("releasing"), "workflows", "zone", "a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_without_an_environment_the_components_own_params_change(tmp_path: Path) -> None:
    app = find_app(write_app(tmp_path))
    set_param(app, None, "second-one", "name", "other")
    assert changes(PARAMS, app.params_file(None).read_text()) == [
        '-      name: "second",',
        '+      name: "other",',
    ]


def test_an_unknown_component_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    app = find_app(write_app(tmp_path))
    with pytest.raises(UsageError, match=r"no component 'workflow' \(known: workflows, second-one\)"):
        set_param(app, app.environment("releasing"), "workflow", "name", "x")
    assert app.params_file(app.environment("releasing")).read_text() == OVERRIDES


SPACE = st.sampled_from([" ", "\n    ", "\r\n  ", " // , { c: 1\n", " /* } */ ", "\t", "\n# it's\n"])
NAMES = st.sampled_from(["a", "name", "versionTag", "dashed-name", "local", "image2"])
LITERALS = st.sampled_from(['"x"', "'it\\'s'", "1", "[1, {b: 2}]", "{ c: '}' }", "@'a''b'", "null", "1 + 2"])


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """Some object: its fields in any order and layout, with comments in between."""
    names = draw(st.lists(NAMES, unique=True, max_size=3))
    written = [f"{json.dumps(name)}{draw(SPACE)}:{draw(SPACE)}{draw(inner)}" for name in names]
    last = draw(st.sampled_from(["", ","])) if written else ""
    return f"{{{draw(SPACE)}{f',{draw(SPACE)}'.join(written)}{last}{draw(SPACE)}}}"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    components=objects(objects(LITERALS)),
    component=NAMES,
    name=NAMES,
    value=st.text(alphabet="a1é\"'\\\n,}{/#"),
)
def test_any_file_has_this_value_and_all_others_unchanged(
    components: str, component: str, name: str, value: str
) -> None:
    text = f"{{\n  global: {{}},\n  components: {components},\n}}\n"
    before = json.loads(_gojsonnet.evaluate_snippet("x", text))
    after = with_param(text, PATH, component, name, encoded(value), overrides=False)
    expected = before["components"]
    expected.setdefault(component, {})[name] = value
    assert json.loads(_gojsonnet.evaluate_snippet("x", after)) == before
