"""Losses as rules of one prediction ``p`` and its target ``t``, with what each asks of the network's last layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from chainrule.rules.alphabet import absolute, exp, log1p, maximum, minimum, where
from chainrule.rules.table import Rule, define

Task = Literal["binary", "multiclass", "regression"]


@frozen
class Loss:
    """A loss of the menu: its rule, and for each task it fits the function that ends the network.

    Binary targets are -1 and +1; multi-class targets are 1 for the true class and 0 for the others; targets of a
    regression are numbers.
    """

    rule: Rule
    outputs: Mapping[Task, str]

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(self.outputs)


LOSSES: dict[str, Loss] = {}
_BOUNDED: Mapping[Task, str] = {"binary": "tanh", "regression": "linear"}


def _loss(rule: Rule, outputs: Mapping[Task, str]) -> None:
    LOSSES[rule.name] = Loss(rule, outputs)


_loss(
    define(
        "mse",
        "p t",
        lambda p, t: (p - t) * (p - t),
        grad=lambda p, t, y, g: (2 * (p - t) * g, -2 * (p - t) * g),
        kind="loss",
        latex=r"\left({p} - {t}\right)^2",
    ),
    _BOUNDED,
)


def _huber(p: Any, t: Any, delta: Any) -> Any:
    size = absolute(p - t)
    return where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))


def _clipped(x: Any, limit: Any) -> Any:
    return minimum(maximum(x, -limit), limit)


# P. J. Huber, "Robust estimation of a location parameter" (1964): squared near 0, linear beyond delta.
_loss(
    define(
        "huber",
        "p t; delta",
        _huber,
        grad=lambda p, t, delta, y, g: (_clipped(p - t, delta) * g, -_clipped(p - t, delta) * g),
        kind="loss",
        delta=1.0,
        latex=r"\operatorname{{huber}}\left({p} - {t}\right)",
    ),
    _BOUNDED,
)


def _sign(x: Any) -> Any:
    return where(x > 0, 1.0, where(x < 0, -1.0, x))


_loss(
    define(
        "l1",
        "p t",
        lambda p, t: absolute(p - t),
        grad=lambda p, t, y, g: (_sign(p - t) * g, -_sign(p - t) * g),
        kind="loss",
    ),
    _BOUNDED,
)

# On the logit p, ln(1 + e^(-t p)): the same number as -ln of the sigmoid's probability of the true class.
_loss(
    define(
        "binary_cross_entropy",
        "p t",
        lambda p, t: maximum(-t * p, 0.0) + log1p(exp(-absolute(t * p))),
        grad=lambda p, t, y, g: (-t * g / (1 + exp(t * p)), -p * g / (1 + exp(t * p))),
        kind="loss",
        latex=r"\ln\left(1 + e^{{-{t} {p}}}\right)",
    ),
    {"binary": "linear"},
)

_loss(
    define(
        "hinge",
        "p t",
        lambda p, t: maximum(0.0, 1 - t * p),
        grad=lambda p, t, y, g: (where(t * p < 1, -t * g, 0.0), where(t * p < 1, -p * g, 0.0)),
        kind="loss",
    ),
    {"binary": "linear"},
)

# On logarithms of probabilities, as log_softmax gives them.
_loss(
    define(
        "cross_entropy",
        "p t",
        lambda p, t: -t * p,
        grad=lambda p, t, y, g: (-t * g, -p * g),
        kind="loss",
        latex=r"-{t} \ln {p}",
    ),
    {"multiclass": "log_softmax"},
)
