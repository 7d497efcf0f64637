"""The settings of ``chainrule.yaml``: what each key means, what it may hold, and the strict reader.

    visualization:
      node_radius: 24
      highlight_threshold: {value: 0.25, relative: true}

Every key has a default, so a file names only what differs. Bounds stand beside the default, once; a wrong key
or value is a ``ConfigError`` whose ``where`` is the dotted key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import Attribute, asdict, field, fields, frozen

from chainrule.errors import ConfigError

Reader = Callable[[str, object], Any]
"""Takes a dotted key and what the file holds there; returns the checked value or raises ``ConfigError``."""

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
WHITE = "#ffffff"
DEEPEST = 16  # levels of nesting that are read; the settings need four


def _whole(default: int, low: int, high: int) -> Any:
    def read(key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ConfigError(
                "error.config_whole", where=key, key=key, value=shown(value), low=low, high=high
            )
        return value

    return field(default=default, metadata={"read": read})


def _number(default: float, low: float, high: float) -> Any:
    def read(key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ConfigError(
                "error.config_number", where=key, key=key, value=shown(value), low=low, high=high
            )
        return float(value)

    return field(default=float(default), metadata={"read": read})


def _nested(shape: Any) -> dict[str, Reader]:
    return {"read": lambda key, value: _group(shape, key, value)}


def _flag(default: bool) -> Any:
    def read(key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise ConfigError("error.config_flag", where=key, key=key, value=shown(value))
        return value

    return field(default=default, metadata={"read": read})


def _colours(key: str, value: object) -> tuple[str, ...]:
    """Two or three colours; two get white between them."""
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise ConfigError("error.config_colours", where=key, key=key, value=shown(value))
    for colour in value:
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
            raise ConfigError("error.config_colour", where=key, key=key, value=shown(colour))
    colours = [colour.lower() for colour in value]
    return tuple(colours if len(colours) == 3 else (colours[0], WHITE, colours[1]))


def _highlight(key: str, value: object) -> Highlight:
    """A number, or a mapping of ``value`` and ``relative``."""
    read: Highlight = _group(Highlight, key, value if isinstance(value, Mapping) else {"value": value})
    if read.relative and read.value > 1:
        raise ConfigError("error.config_share", where=f"{key}.value", key=f"{key}.value", value=read.value)
    return read


@frozen(kw_only=True)
class Highlight:
    """Gradients of a magnitude above ``value`` stand out; ``relative``: a share of the largest, 0 to 1."""

    value: float = _number(0.1, 0, 1e9)
    relative: bool = _flag(False)


@frozen(kw_only=True)
class Performance:
    """How much may be drawn, computed and kept at once."""

    max_nodes_per_frame: int = _whole(1000, 10, 1_000_000)
    render_throttle_ms: float = _number(16, 0, 10_000)
    worker_pool_size: int = _whole(4, 1, 64)
    cache_size_mb: float = _number(50, 0, 16_384)


@frozen(kw_only=True)
class Visualization:
    """How it looks: pixels, milliseconds, and ``#rrggbb`` for a negative, a zero and a positive gradient."""

    node_radius: float = _number(20, 4, 200)
    edge_width: float = _number(2, 0.1, 50)
    gradient_color_range: tuple[str, ...] = field(
        default=("#ff6b6b", WHITE, "#4ecdc4"), metadata={"read": _colours}
    )
    animation_duration: float = _number(300, 0, 60_000)
    highlight_threshold: Highlight = field(default=Highlight(), metadata={"read": _highlight})


@frozen(kw_only=True)
class Computation:
    """How exactly and how far it computes."""

    gradient_precision: float = _number(1e-6, 1e-15, 1)
    update_threshold: float = _number(1e-4, 0, 1)
    max_iterations: int = _whole(1000, 1, 1_000_000_000)
    batch_size_limit: int = _whole(1000, 1, 100_000)


@frozen(kw_only=True)
class NetworkLimits:
    """How large a network may grow and how long it may train. Layers are hidden layers."""

    max_layers: int = _whole(10, 1, 1000)
    max_neurons_per_layer: int = _whole(100, 1, 10_000)
    max_total_parameters: int = _whole(10_000, 1, 10_000_000)
    max_training_steps: int = _whole(10_000, 1, 1_000_000_000)


@frozen(kw_only=True)
class CodeLimits:
    """How much the code of the code view may use: seconds, mebibytes, values of its graph, printed characters."""

    max_seconds: float = _number(5, 0.1, 600)
    max_memory_mb: int = _whole(1024, 64, 1_000_000)
    max_values: int = _whole(40_000, 10, 1_000_000)
    max_printed: int = _whole(20_000, 0, 1_000_000)


@frozen(kw_only=True)
class Settings:
    """All settings; ``Settings()`` are the defaults."""

    performance: Performance = field(default=Performance(), metadata=_nested(Performance))
    visualization: Visualization = field(default=Visualization(), metadata=_nested(Visualization))
    computation: Computation = field(default=Computation(), metadata=_nested(Computation))
    network_limits: NetworkLimits = field(default=NetworkLimits(), metadata=_nested(NetworkLimits))
    code_limits: CodeLimits = field(default=CodeLimits(), metadata=_nested(CodeLimits))


def read_settings(tree: object) -> Settings:
    """Settings from nested mappings as YAML or JSON give them. A wrong key or value is a ``ConfigError``."""
    settings: Settings = _group(Settings, "", tree)
    return settings


def load_settings(path: Path | str | None) -> Settings:
    """The settings in the YAML file ``path``; the defaults for ``None`` or an empty file.

    Raises ``ConfigError``: file missing or unreadable, not YAML, no mapping, a wrong key or value.
    """
    if path is None:
        return Settings()
    tree = _yaml(Path(path))
    if tree is None:
        return Settings()
    if not isinstance(tree, Mapping):
        raise ConfigError("error.config_not_groups", where=str(path), path=str(path), value=shown(tree))
    return read_settings(tree)


def _group(shape: Any, key: str, value: object) -> Any:
    """An instance of the attrs class ``shape`` from the mapping ``value`` found at the dotted ``key``."""
    known: dict[str, Attribute[Any]] = {each.name: each for each in fields(shape)}
    if value is None:  # a group whose keys are all commented out
        return shape()
    if not isinstance(value, Mapping):
        raise ConfigError(
            "error.config_group", where=key, key=key, value=shown(value), allowed=", ".join(known)
        )
    read: dict[str, Any] = {}
    for name, item in value.items():
        plain = name if isinstance(name, str) else shown(name)
        dotted = f"{key}.{plain}" if key else plain
        if name not in known:
            raise _unknown(dotted)
        read[name] = known[name].metadata["read"](dotted, item)
    return shape(**read)


def _unknown(key: str) -> ConfigError:
    """The error for a key that does not exist, with the nearest that does, whichever group it is in."""
    keys = known_keys()
    last = {each.rpartition(".")[2]: each for each in reversed(keys)}
    near = get_close_matches(key.rpartition(".")[2], last, n=1, cutoff=0.7)
    if near:
        return ConfigError("error.config_unknown", where=key, key=key, nearest=last[near[0]])
    group = key.rpartition(".")[0]
    siblings = [each for each in keys if each.rpartition(".")[0] == group] or list(last)
    return ConfigError("error.config_unknown_key", where=key, key=key, allowed=", ".join(siblings))


def known_keys() -> tuple[str, ...]:
    """Every group and every key, dotted, in the order of the classes."""
    keys: list[str] = []
    for group, value in asdict(Settings()).items():
        keys += [group, *(f"{group}.{name}" for name in value)]
    return tuple(keys)


def shown(value: object) -> str:
    """A value of the file as a message quotes it: in the file's own spelling, cut at 60 characters."""
    spelled = {None: "empty", True: "true", False: "false"}
    try:
        text = spelled[value] if value is None or isinstance(value, bool) else repr(value)
    except ValueError:  # Python writes a whole number of thousands of digits in hexadecimal only
        text = hex(value) if isinstance(value, int) else "…"
    return text if len(text) <= 60 else text[:59] + "…"


def _yaml(path: Path) -> object:
    import yaml  # here alone: config is imported everywhere, also where no YAML is read or installed

    class Strict(yaml.SafeLoader):
        """YAML's safe subset, where ``1e-4`` is a number (as in YAML 1.2) and a key stands once."""

        depth = -1

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            self.depth += 1
            if self.depth > DEEPEST:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
            node: yaml.Node | None = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep)
            except ConfigError:
                raise
            except (AttributeError, LookupError, ValueError):  # as PyYAML reads dates, numbers and flags
                reason = f"{shown(node.value)} cannot be read as {node.tag.rpartition(':')[2]}"
                raise yaml.constructor.ConstructorError(None, None, reason, node.start_mark) from None

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for name, _ in node.value:
                if not isinstance(name, yaml.ScalarNode):
                    continue  # no key of ours; the constructor or the reader says so
                if name.value in seen:
                    line = name.start_mark.line + 1
                    raise ConfigError("error.config_twice", where=f"{path}:{line}", key=name.value, line=line)
                seen.add(name.value)
            return super().construct_mapping(node, deep)

    Strict.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
    )
    place = str(path)
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("error.config_missing", where=place, path=place) from None
    except UnicodeDecodeError:
        raise ConfigError("error.config_not_text", where=place, path=place) from None
    except OSError as trouble:
        reason = trouble.strerror or type(trouble).__name__
        raise ConfigError("error.config_unreadable", where=place, path=place, reason=reason) from None
    try:
        return yaml.load(text, Strict)
    except yaml.MarkedYAMLError as trouble:
        line = trouble.problem_mark.line + 1 if trouble.problem_mark else 1
        reason = trouble.problem or "?"
    except yaml.reader.ReaderError as trouble:
        line, reason = text.count("\n", 0, trouble.position) + 1, trouble.reason
    raise ConfigError("error.config_not_yaml", where=f"{place}:{line}", path=place, line=line, reason=reason)
