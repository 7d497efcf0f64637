"""Optimisers as rules: from a parameter, its gradient and the optimiser's memory of it to their next values.

``update`` is traced like any rule and runs on every parameter. What it remembers of a parameter starts at 0, when
the run begins, when the optimiser is chosen, or when the parameter is new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from attrs import define as attrs_define
from attrs import evolve

from chainrule.rules.alphabet import sqrt
from chainrule.rules.expr import symbol
from chainrule.rules.hyper import Hyper
from chainrule.rules.kernel import Kernel, Output


@attrs_define(frozen=True, slots=False, eq=False)
class Optimiser:
    """``state`` names the numbers that are remembered of a parameter from step to step."""

    name: str
    state: tuple[str, ...]
    hyper: Mapping[str, Hyper]
    update: Callable[..., tuple[Any, ...]]

    @cached_property
    def kernel(self) -> Kernel:
        """The new parameter and state of every parameter, in place."""
        columns = ("p", "g", *self.state)
        results = self.update(*map(symbol, (*columns, *self.hyper)))
        outputs = tuple(Output(name, expr) for name, expr in zip(("p", *self.state), results, strict=True))
        return Kernel(f"{self.name}.update", columns, tuple(self.hyper), outputs)


OPTIMISERS: dict[str, Optimiser] = {}
LEARNING_RATE = Hyper(0.03, 1e-5, 10.0, "log")


def define_optimiser(
    name: str, update: Callable[..., tuple[Any, ...]], *, state: str = "", rate: float, **hyper: Hyper
) -> None:
    """Add an optimiser. ``update(p, g, *state, learning_rate, *hyper)`` returns ``p`` and the state anew; ``rate`` is
    the learning rate to begin with."""
    rates = evolve(LEARNING_RATE, default=rate)
    OPTIMISERS[name] = Optimiser(name, tuple(state.split()), {"learning_rate": rates, **hyper}, update)


define_optimiser("sgd", lambda p, g, learning_rate: (p - learning_rate * g,), rate=0.1)


def _momentum(p: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    velocity = momentum * velocity + g
    return p - learning_rate * velocity, velocity


# Polyak (1964), in the form of Sutskever et al. (2013) with the learning rate outside the velocity.
define_optimiser("momentum", _momentum, state="velocity", rate=0.03, momentum=Hyper(0.9, 0.0, 0.999))


# Sutskever et al. (2013), section 2: the gradient where the velocity is about to lead, in the form that needs the
# gradient at the parameters only.
define_optimiser(
    "nesterov",
    lambda p, g, velocity, learning_rate, momentum: (
        p - learning_rate * (g + momentum * (momentum * velocity + g)),
        momentum * velocity + g,
    ),
    state="velocity",
    rate=0.03,
    momentum=Hyper(0.9, 0.0, 0.999),
)

# Duchi, Hazan and Singer (2011), the diagonal form.
define_optimiser(
    "adagrad",
    lambda p, g, total, learning_rate, epsilon: (
        p - learning_rate * g / (sqrt(total + g * g) + epsilon),
        total + g * g,
    ),
    state="total",
    rate=0.1,
    epsilon=Hyper(1e-10, 1e-12, 1e-2, "log"),
)


def _rmsprop(p: Any, g: Any, v: Any, learning_rate: Any, rho: Any, epsilon: Any) -> tuple[Any, ...]:
    v = rho * v + (1 - rho) * (g * g)
    return p - learning_rate * g / (sqrt(v) + epsilon), v


# Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning" (2012).
define_optimiser(
    "rmsprop",
    _rmsprop,
    state="v",
    rate=0.01,
    rho=Hyper(0.99, 0.0, 0.99999),
    epsilon=Hyper(1e-8, 1e-12, 1e-2, "log"),
)


def _adam(
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    seen1: Any,
    seen2: Any,
    learning_rate: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
) -> tuple[Any, ...]:
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g * g)
    # The same means of ones: 1 - beta**t, counted for each parameter from its own beginning.
    seen1 = beta1 * seen1 + (1 - beta1)
    seen2 = beta2 * seen2 + (1 - beta2)
    return p - learning_rate * (m / seen1) / (sqrt(v / seen2) + epsilon), m, v, seen1, seen2


_MOMENTS = "m v seen1 seen2"
_BETAS = {
    "beta1": Hyper(0.9, 0.0, 0.999),
    "beta2": Hyper(0.999, 0.0, 0.99999),
    "epsilon": Hyper(1e-8, 1e-12, 1e-2, "log"),
}

# Kingma and Ba (2015), algorithm 1.
define_optimiser("adam", _adam, state=_MOMENTS, rate=0.03, **_BETAS)


def _adamw(
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    seen1: Any,
    seen2: Any,
    learning_rate: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    weight_decay: Any,
) -> tuple[Any, ...]:
    kept = p - learning_rate * weight_decay * p
    return _adam(kept, g, m, v, seen1, seen2, learning_rate, beta1, beta2, epsilon)


# Loshchilov and Hutter (2019), algorithm 2: the decay acts on the parameter itself and not through the gradient.
define_optimiser("adamw", _adamw, state=_MOMENTS, rate=0.03, **_BETAS, weight_decay=Hyper(0.01, 0.0, 1.0))
