"""One value of the experiment held against its field."""

from __future__ import annotations

from chainrule.config import shown
from chainrule.errors import ConfigError, Fact
from chainrule.session.commands import Setting
from chainrule.session.events import Catalogue, FieldSpec
from chainrule.session.experiment import Training

HYPER = "training.hyper."


def field(path: str, training: Training, catalogue: Catalogue) -> FieldSpec:
    """The field at ``path`` while ``training`` is what is chosen. Raises ``ConfigError`` where there is none."""
    chosen = {menu.path: getattr(training, menu.path.removeprefix("training.")) for menu in catalogue.menus}
    own = [
        spec
        for menu in catalogue.menus
        for entry in menu.choices
        if entry.name == chosen[menu.path]
        for spec in entry.fields
    ]
    for spec in (*catalogue.fields, *own):
        if spec.path == path:
            return spec
    if path.startswith(HYPER):
        names = ", ".join(spec.path.removeprefix(HYPER) for spec in own) or "-"
        name = path.removeprefix(HYPER)
        raise ConfigError(
            "error.hyper_unknown", where=path, name=name, optimiser=training.optimiser, allowed=names
        )
    raise ConfigError("error.edit_unknown", where=path, path=shown(path))


def checked(spec: FieldSpec, value: Setting, max_layers: int) -> Setting:
    """``value`` as the field holds it (a whole float as an integer); ``ConfigError`` where it does not fit."""
    if spec.kind == "choice":
        if value not in spec.choices:
            allowed = ", ".join(spec.choices)
            raise ConfigError(
                "error.edit_choice", where=spec.path, path=spec.path, value=shown(value), allowed=allowed
            )
        return value
    if spec.kind == "names":
        return _names(spec, value)
    if spec.kind == "layers":
        return _layers(spec, value, max_layers)
    fact: Fact = value if isinstance(value, int | float) and abs(value) < 1e15 else shown(value)
    if spec.kind == "integer":
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not spec.low <= value <= spec.high:
            low, high = int(spec.low), int(spec.high)
            raise ConfigError(
                "error.edit_whole", where=spec.path, path=spec.path, value=fact, low=low, high=high
            )
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not spec.low <= value <= spec.high:
        raise ConfigError(
            "error.edit_number", where=spec.path, path=spec.path, value=fact, low=spec.low, high=spec.high
        )
    return float(value)


def _names(spec: FieldSpec, value: Setting) -> list[str]:
    """Some of the choices, each once, in the order of the menu."""
    if not isinstance(value, list) or not value or len(set(value)) < len(value):
        raise ConfigError("error.edit_names", where=spec.path, allowed=", ".join(spec.choices))
    for each in value:
        if each not in spec.choices:
            allowed = ", ".join(spec.choices)
            raise ConfigError(
                "error.edit_choice", where=spec.path, path=spec.path, value=shown(each), allowed=allowed
            )
    return [name for name in spec.choices if name in value]


def _layers(spec: FieldSpec, value: Setting, max_layers: int) -> list[int]:
    layers = [each for each in value if isinstance(each, int)] if isinstance(value, list) else []
    if (
        not isinstance(value, list)
        or len(layers) < len(value)
        or any(isinstance(each, bool) for each in value)
    ):
        raise ConfigError("error.edit_layers", where=spec.path)
    if len(layers) > max_layers:
        raise ConfigError("error.too_many_layers", where=spec.path, value=len(layers), limit=max_layers)
    for layer, neurons in enumerate(layers, 1):
        if neurons < spec.low:
            raise ConfigError("error.layer_empty", where=spec.path, layer=layer)
        if neurons > spec.high:
            raise ConfigError(
                "error.too_many_neurons", where=spec.path, layer=layer, value=neurons, limit=int(spec.high)
            )
    return layers
