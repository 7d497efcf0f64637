"""Optimisers as rules: from a parameter, its gradient and the optimiser's memory of it to their next values.

``prepare`` runs once a step on single numbers (the step count and hyperparameters); what it returns is given
to ``update``, which runs on every parameter. Both are traced like any rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from attrs import define as attrs_define
from attrs import evolve, frozen

from chainrule.rules.alphabet import power, sqrt
from chainrule.rules.expr import const, symbol
from chainrule.rules.kernel import Kernel, Output


@frozen
class Hyper:
    """A hyperparameter: its default, the range a person may choose from, and how a slider spreads it."""

    default: float
    low: float
    high: float
    scale: str = "linear"


@attrs_define(frozen=True, slots=False, eq=False)
class Optimiser:
    """``state`` names one number a parameter that is remembered from step to step, 0 at first."""

    name: str
    state: tuple[str, ...]
    hyper: Mapping[str, Hyper]
    derived: tuple[str, ...]
    prepare: Callable[..., tuple[Any, ...]]
    update: Callable[..., tuple[Any, ...]]

    @cached_property
    def prepare_kernel(self) -> Kernel:
        """Counts the step and computes the derived numbers; one column wide."""
        names = ("step", *self.hyper)
        step = symbol("step") + 1.0
        results = self.prepare(step, *map(symbol, self.hyper))
        outputs = (Output("step", step), *map(_output, self.derived, results))
        return Kernel(f"{self.name}.prepare", names, (), outputs)

    @cached_property
    def update_kernel(self) -> Kernel:
        """The new parameter and state of every parameter, in place."""
        columns = ("p", "g", *self.state)
        scalars = (*self.hyper, *self.derived)
        results = self.update(*map(symbol, (*columns, *scalars)))
        return Kernel(
            f"{self.name}.update", columns, scalars, tuple(map(_output, ("p", *self.state), results))
        )


def _output(name: str, value: Any) -> Output:
    return Output(name, value if hasattr(value, "apply") else const(value))


OPTIMISERS: dict[str, Optimiser] = {}
LEARNING_RATE = Hyper(0.03, 1e-5, 10.0, "log")


def define_optimiser(
    name: str,
    update: Callable[..., tuple[Any, ...]],
    *,
    state: str = "",
    derived: str = "",
    prepare: Callable[..., tuple[Any, ...]] = lambda step, *hyper: (),
    rate: float,
    **hyper: Hyper,
) -> None:
    """Add an optimiser. ``update(p, g, *state, learning_rate, *hyper, *derived)`` returns ``p`` and the state anew;
    ``rate`` is the learning rate to begin with; ``prepare(step, learning_rate, *hyper)``, with steps counted from 1,
    returns the derived numbers."""
    OPTIMISERS[name] = Optimiser(
        name,
        tuple(state.split()),
        {"learning_rate": evolve(LEARNING_RATE, default=rate), **hyper},
        tuple(derived.split()),
        prepare,
        update,
    )


define_optimiser("sgd", lambda p, g, learning_rate: (p - learning_rate * g,), rate=0.1)


def _momentum(p: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    velocity = momentum * velocity + g
    return p - learning_rate * velocity, velocity


# Polyak (1964), in the form of Sutskever et al. (2013) with the learning rate outside the velocity.
define_optimiser("momentum", _momentum, state="velocity", rate=0.03, momentum=Hyper(0.9, 0.0, 0.999))


def _adam(
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    scale: Any,
    root: Any,
) -> tuple[Any, ...]:
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g * g)
    return p - scale * m / (sqrt(v) / root + epsilon), m, v


def _adam_scales(step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any) -> tuple[Any, ...]:
    return learning_rate / (1 - power(beta1, step)), sqrt(1 - power(beta2, step))


# Kingma and Ba (2015), algorithm 1, with the bias corrections computed once a step.
define_optimiser(
    "adam",
    _adam,
    state="m v",
    rate=0.03,
    derived="scale root",
    prepare=_adam_scales,
    beta1=Hyper(0.9, 0.0, 0.999),
    beta2=Hyper(0.999, 0.0, 0.99999),
    epsilon=Hyper(1e-8, 1e-12, 1e-2, "log"),
)
