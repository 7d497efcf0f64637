"""Losses as rules of one prediction ``p`` and its target ``t``, with what each asks of the network's last layer."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from chainrule.rules.alphabet import absolute, exp, log1p, maximum, where
from chainrule.rules.table import Rule, define

Task = Literal["binary", "multiclass"]


@frozen
class Loss:
    """A loss of the menu: its rule, the function that ends the network, and the tasks it fits.

    Binary targets are -1 and +1; multi-class targets are 1 for the true class and 0 for the others.
    """

    rule: Rule
    output: str
    tasks: tuple[Task, ...]


LOSSES: dict[str, Loss] = {}


def _loss(rule: Rule, *, output: str, tasks: tuple[Task, ...]) -> None:
    LOSSES[rule.name] = Loss(rule, output, tasks)


_loss(
    define(
        "mse",
        "p t",
        lambda p, t: (p - t) * (p - t),
        grad=lambda p, t, y, g: (2 * (p - t) * g, -2 * (p - t) * g),
        kind="loss",
        latex=r"\left({p} - {t}\right)^2",
    ),
    output="tanh",
    tasks=("binary",),
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
    output="linear",
    tasks=("binary",),
)

_loss(
    define(
        "hinge",
        "p t",
        lambda p, t: maximum(0.0, 1 - t * p),
        grad=lambda p, t, y, g: (where(t * p < 1, -t * g, 0.0), where(t * p < 1, -p * g, 0.0)),
        kind="loss",
    ),
    output="linear",
    tasks=("binary",),
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
    output="log_softmax",
    tasks=("multiclass",),
)
