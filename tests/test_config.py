from __future__ import annotations

from pathlib import Path

import pytest
from attrs import asdict
from attrs.exceptions import FrozenInstanceError

from chainrule.config import Highlight, Settings, known_keys, load_settings, read_settings
from chainrule.errors import ConfigError

DEFAULTS = {  # section E of the requirements
    "performance.max_nodes_per_frame": 1000,
    "performance.render_throttle_ms": 16,
    "performance.worker_pool_size": 4,
    "performance.cache_size_mb": 50,
    "visualization.node_radius": 20,
    "visualization.edge_width": 2,
    "visualization.gradient_color_range": ("#ff6b6b", "#ffffff", "#4ecdc4"),
    "visualization.animation_duration": 300,
    "visualization.highlight_threshold": {"value": 0.1, "relative": False},
    "computation.gradient_precision": 1e-6,
    "computation.update_threshold": 1e-4,
    "computation.max_iterations": 1000,
    "computation.batch_size_limit": 1000,
    "network_limits.max_layers": 10,
    "network_limits.max_neurons_per_layer": 100,
    "network_limits.max_total_parameters": 10000,
    "network_limits.max_training_steps": 10000,
    "code_limits.max_seconds": 5,
    "code_limits.max_memory_mb": 1024,
    "code_limits.max_values": 40000,
    "code_limits.max_printed": 20000,
}


def load(folder: Path, text: str) -> Settings:
    path = folder / "chainrule.yaml"
    path.write_text(text, "utf-8")
    return load_settings(path)


def refused(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value


def test_the_settings_hold_exactly_the_keys_and_defaults_of_the_requirements() -> None:
    tree = asdict(Settings())
    flat = {f"{group}.{name}": value for group, keys in tree.items() for name, value in keys.items()}
    assert flat == DEFAULTS
    assert [key for key in known_keys() if "." in key] == list(DEFAULTS)


def test_defaults_stand_without_a_file_and_with_an_empty_one(tmp_path: Path) -> None:
    assert load_settings(None) == Settings()
    assert load(tmp_path, "# nothing yet\n") == Settings()
    assert load(tmp_path, "performance:\n  # worker_pool_size: 2\n") == Settings()


def test_the_defaults_written_as_yaml_read_back_as_the_defaults() -> None:
    tree = asdict(Settings())
    tree["visualization"]["gradient_color_range"] = list(tree["visualization"]["gradient_color_range"])
    assert read_settings(tree) == Settings()


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    settings = load(tmp_path, "network_limits:\n  max_layers: 4\ncomputation: {update_threshold: 1e-3}\n")
    assert settings.network_limits.max_layers == 4
    assert settings.computation.update_threshold == 0.001
    assert settings.network_limits.max_neurons_per_layer == 100
    assert settings.performance == Settings().performance


def test_two_colours_get_white_between_them(tmp_path: Path) -> None:
    settings = load(tmp_path, 'visualization: {gradient_color_range: ["#AA0000", "#0000aa"]}')
    assert settings.visualization.gradient_color_range == ("#aa0000", "#ffffff", "#0000aa")
    settings = load(tmp_path, 'visualization: {gradient_color_range: ["#aa0000", "#222222", "#0000aa"]}')
    assert settings.visualization.gradient_color_range == ("#aa0000", "#222222", "#0000aa")


@pytest.mark.parametrize(
    ("text", "value", "relative"),
    [("0.5", 0.5, False), ("{value: 0.25, relative: true}", 0.25, True), ("{relative: true}", 0.1, True)],
)
def test_the_highlight_threshold_is_a_number_or_a_share(
    tmp_path: Path, text: str, value: float, relative: bool
) -> None:
    settings = load(tmp_path, f"visualization: {{highlight_threshold: {text}}}")
    assert settings.visualization.highlight_threshold == Highlight(value=value, relative=relative)


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("network_limit: {max_layers: 3}", "network_limit", "network_limits"),
        ("network_limits: {max_layer: 3}", "network_limits.max_layer", "network_limits.max_layers"),
        ("performance: {max_layers: 3}", "performance.max_layers", "network_limits.max_layers"),
        ("node_radius: 3", "node_radius", "visualization.node_radius"),
        ("visualisation: {node_radius: 3}", "visualisation", "visualization"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_known_one(
    tmp_path: Path, text: str, key: str, nearest: str
) -> None:
    error = refused(tmp_path, text)
    assert error.where == key
    assert f"{key}. Did you mean {nearest}?" in str(error)


def test_an_unknown_key_like_no_other_lists_what_is_allowed_there(tmp_path: Path) -> None:
    error = refused(tmp_path, "computation: {zebra: 3}")
    assert error.code == "error.config_unknown_key"
    assert "computation.gradient_precision, computation.update_threshold" in str(error)
    assert "performance, visualization" in str(refused(tmp_path, "zebra: 3"))


@pytest.mark.parametrize(
    ("text", "where", "parts"),
    [
        ("network_limits: {max_layers: 0}", "network_limits.max_layers", ("0", "whole number from 1 to")),
        ("network_limits: {max_layers: 2.5}", "network_limits.max_layers", ("2.5", "whole number")),
        ("network_limits: {max_layers: true}", "network_limits.max_layers", ("true", "whole number")),
        ("network_limits: {max_layers: '4'}", "network_limits.max_layers", ("'4'", "whole number")),
        ("network_limits: {max_layers: }", "network_limits.max_layers", ("empty", "whole number")),
        ("network_limits: 7", "network_limits", ("7", "max_layers, max_neurons_per_layer")),
        ("computation: {update_threshold: -1}", "computation.update_threshold", ("-1", "from 0 to 1")),
        ("computation: {update_threshold: .nan}", "computation.update_threshold", ("nan", "from 0 to 1")),
        ("computation: {update_threshold: .inf}", "computation.update_threshold", ("inf", "from 0 to 1")),
        ("visualization: {edge_width: wide}", "visualization.edge_width", ("'wide'", "a number from")),
        (
            "visualization: {gradient_color_range: ['#fff', '#000000']}",
            "visualization.gradient_color_range",
            ("'#fff'", "#rrggbb"),
        ),
        (
            "visualization: {gradient_color_range: ['#000000']}",
            "visualization.gradient_color_range",
            ("['#000000']", "two or three colours"),
        ),
        (
            "visualization: {gradient_color_range: red}",
            "visualization.gradient_color_range",
            ("'red'", "two or three colours"),
        ),
        (
            "visualization: {highlight_threshold: {value: 2, relative: true}}",
            "visualization.highlight_threshold.value",
            ("2", "from 0 to 1"),
        ),
        (
            "visualization: {highlight_threshold: {relative: 1}}",
            "visualization.highlight_threshold.relative",
            ("1", "true or false"),
        ),
    ],
)
def test_a_wrong_value_is_an_error_that_names_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, where: str, parts: tuple[str, ...]
) -> None:
    error = refused(tmp_path, text)
    assert error.where == where
    assert all(part in str(error) for part in (where, *parts)), str(error)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("network_limits: {max_layers: %s}", "network_limits.max_layers", "is 0xfff"),
        ("network_limits: {max_layers: [%s]}", "network_limits.max_layers", "is …"),
        (
            "network_limits:\n  ? %s\n  : 1",
            "network_limits.0xfff",
            "There is no setting network_limits.0xfff",
        ),
    ],
)
def test_a_number_that_python_does_not_write_in_digits_is_quoted_all_the_same(
    tmp_path: Path, text: str, where: str, says: str
) -> None:
    error = refused(tmp_path, text % ("0x" + "f" * 5000))
    assert error.where.startswith(where)
    assert says in str(error)
    assert len(str(error)) < 400


def test_a_key_that_stands_twice_is_an_error_with_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, "computation:\n  max_iterations: 5\n  max_iterations: 6\n")
    assert error.where.endswith("chainrule.yaml:3")
    assert "max_iterations stands twice" in str(error)


def test_a_missing_file_a_folder_and_a_file_that_is_no_yaml_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no configuration file .*none\.yaml"):
        load_settings(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)
    error = refused(tmp_path, "a: 1\nb: [1\nc: 2\n")
    assert error.code == "error.config_not_yaml"
    assert error.where.endswith("chainrule.yaml:3")
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\xff\x00")
    with pytest.raises(ConfigError, match="not YAML in UTF-8"):
        load_settings(tmp_path / "picture.yaml")


@pytest.mark.parametrize(
    "text", ["- 1\n- 2\n", "hello", "42", "[" * 5000, "a: \x00", "? [a]\n: b", "!!python/object:os.system {}"]
)
def test_a_file_that_holds_no_keys_is_refused_whatever_it_holds(tmp_path: Path, text: str) -> None:
    refused(tmp_path, text)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("2020-13-45", "'2020-13-45' cannot be read as timestamp"),
        ("9" * 5000, "999… cannot be read as int"),
        ("0x_", "cannot be read as int"),
        ("!!bool perhaps", "'perhaps' cannot be read as bool"),
        ("!!timestamp soon", "'soon' cannot be read as timestamp"),
        ("!!int ''", "cannot be read as int"),
        ("\x07", "special characters are not allowed"),
        ("[" * 5000, "nested too deeply"),
        ("&a [*a]", ""),
    ],
)
def test_a_value_that_yaml_cannot_read_is_named_with_its_line(tmp_path: Path, value: str, says: str) -> None:
    error = refused(tmp_path, f"network_limits:\n  max_layers: 3\n  max_neurons_per_layer: {value}\n")
    assert says in str(error)
    assert "UTF-8" not in str(error)
    if says:
        assert "in line 3:" in str(error)
        assert error.where.endswith("chainrule.yaml:3")


def test_settings_cannot_be_changed_once_made() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().performance.worker_pool_size = 9  # type: ignore[misc]
