"""Initialisers: how one weight of a layer is drawn. Three of them are wrong on purpose, to be watched failing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import Protocol

from chainrule.network.stream import Stream


class Fan(Protocol):
    """What an initialiser may know of a layer: its fan-in, its fan-out and the function behind it."""

    @property
    def inputs(self) -> int: ...

    @property
    def outputs(self) -> int: ...

    @property
    def activation(self) -> str: ...


_HALF_OPEN = frozenset({"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})

Draw = Callable[[Stream, Fan], float]
"""One weight of a layer, from the stream of its neuron."""

_INITIALISERS: dict[str, Draw] = {}
INITIALISERS: Mapping[str, Draw] = MappingProxyType(_INITIALISERS)


def initialiser(draw: Draw) -> Draw:
    """Add an initialiser to the menu, named as the function."""
    _INITIALISERS[draw.__name__] = draw
    return draw


def _uniform(stream: Stream, bound: float) -> float:
    return bound * (2.0 * stream.uniform() - 1.0)


@initialiser
def auto(stream: Stream, fan: Fan) -> float:
    """What suits the activation: He's uniform where only the positive half passes, else Glorot's."""
    return (he_uniform if fan.activation in _HALF_OPEN else xavier_uniform)(stream, fan)


@initialiser
def xavier_uniform(stream: Stream, fan: Fan) -> float:
    """Within sqrt(6 / (fan_in + fan_out)): Glorot and Bengio (2010), equation 16."""
    return _uniform(stream, sqrt(6.0 / (fan.inputs + fan.outputs)))


@initialiser
def xavier_normal(stream: Stream, fan: Fan) -> float:
    """Variance 2 / (fan_in + fan_out): Glorot and Bengio (2010), equation 12."""
    return sqrt(2.0 / (fan.inputs + fan.outputs)) * stream.normal()


@initialiser
def he_uniform(stream: Stream, fan: Fan) -> float:
    """Within sqrt(6 / fan_in): the variance of He et al. (2015), equation 10."""
    return _uniform(stream, sqrt(6.0 / fan.inputs))


@initialiser
def he_normal(stream: Stream, fan: Fan) -> float:
    """Variance 2 / fan_in: He et al. (2015), equation 10."""
    return sqrt(2.0 / fan.inputs) * stream.normal()


@initialiser
def uniform(stream: Stream, fan: Fan) -> float:
    """Within 1 / sqrt(fan_in): the rule of thumb that Glorot and Bengio (2010) start from, equation 1."""
    return _uniform(stream, 1.0 / sqrt(fan.inputs))


@initialiser
def normal(stream: Stream, fan: Fan) -> float:
    """Standard deviation 0.1, whatever the layer's size."""
    return 0.1 * stream.normal()


@initialiser
def zeros(stream: Stream, fan: Fan) -> float:
    """Wrong on purpose: all neurons of a layer are equal, and stay so."""
    return 0.0


@initialiser
def too_large(stream: Stream, fan: Fan) -> float:
    """Wrong on purpose: ten times He's deviation saturates bounded activations and lets others explode."""
    return 10.0 * he_normal(stream, fan)


@initialiser
def too_small(stream: Stream, fan: Fan) -> float:
    """Wrong on purpose: a hundredth of Glorot's deviation, and signals and gradients vanish."""
    return 0.01 * xavier_normal(stream, fan)
