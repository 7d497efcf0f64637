"""Engineered features: functions of the plane that a network may be given instead of the bare coordinates."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from attrs import evolve, frozen

from chainrule.errors import DataError
from chainrule.network.data.table import Table
from chainrule.rules.elementary import sin


@frozen
class Feature:
    """``label`` is how it is written; ``value`` gives it from both coordinates."""

    name: str
    label: str
    value: Callable[[float, float], float]


_FEATURES: dict[str, Feature] = {}
FEATURES: Mapping[str, Feature] = MappingProxyType(_FEATURES)


def _feature(name: str, label: str, value: Callable[[float, float], float]) -> None:
    _FEATURES[name] = Feature(name, label, value)


_feature("x1", "x₁", lambda x, y: x)
_feature("x2", "x₂", lambda x, y: y)
_feature("x1_squared", "x₁²", lambda x, y: x * x)
_feature("x2_squared", "x₂²", lambda x, y: y * y)
_feature("x1x2", "x₁x₂", lambda x, y: x * y)
_feature("sin_x1", "sin x₁", lambda x, y: sin(x))
_feature("sin_x2", "sin x₂", lambda x, y: sin(y))


def engineered(table: Table, names: Sequence[str]) -> Table:
    """``table`` with the features ``names`` of its plane as inputs, in that order.

    Raises ``DataError``: a name that is not known, none at all, one twice, or a table that is not planar.
    """
    chosen = tuple(names)
    for name in chosen:
        if name not in FEATURES:
            near = get_close_matches(name, FEATURES, n=1)
            raise DataError(
                "error.unknown_feature",
                where="data.features",
                name=name,
                known=", ".join(FEATURES),
                nearest=near[0] if near else next(iter(FEATURES)),
            )
    if not chosen or len(set(chosen)) < len(chosen):
        raise DataError("error.features_once", where="data.features", known=", ".join(FEATURES))
    if not table.planar:
        raise DataError("error.features_plane", where="data.features", name=table.name)
    if chosen == table.engineered:
        return table
    places = table.coordinates
    columns = columns_of(chosen, places[0::2], places[1::2])
    inputs = array("d", bytes(8 * len(chosen) * table.rows))
    for at in range(len(chosen)):
        inputs[at :: len(chosen)] = columns[at * table.rows : (at + 1) * table.rows]
    labels = tuple(FEATURES[name].label for name in chosen)
    return evolve(table, features=labels, inputs=inputs, engineered=chosen, place=places)


def columns_of(names: Iterable[str], xs: Sequence[float], ys: Sequence[float]) -> array[float]:
    """The features ``names`` at the points ``xs``, ``ys``: all numbers of the first, then of the second …"""
    found = array("d")
    for name in names:
        found.extend(map(FEATURES[name].value, xs, ys))
    return found
