"""Schedules as rules: the learning rate of the next update, from the number of updates made so far.

``rate(step, learning_rate, *hyper)``: ``step`` is 0 before the first update. All periods count updates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import pi
from typing import Any

from attrs import define as attrs_define

from chainrule.rules.alphabet import cos, minimum, power, where
from chainrule.rules.bits import nearest
from chainrule.rules.expr import symbol
from chainrule.rules.hyper import Hyper
from chainrule.rules.kernel import Kernel, Output


@attrs_define(frozen=True, slots=False, eq=False)
class Schedule:
    """A schedule of the menu. ``rate`` is ``None`` where the learning rate stays as it is."""

    name: str
    hyper: Mapping[str, Hyper]
    rate: Callable[..., Any] | None

    @cached_property
    def kernel(self) -> Kernel | None:
        """The rate from the column ``step``, all else scalars."""
        if self.rate is None:
            return None
        scalars = ("learning_rate", *self.hyper)
        expr = self.rate(*map(symbol, ("step", *scalars)))
        return Kernel(f"{self.name}.schedule", ("step",), scalars, (Output("rate", expr),))


SCHEDULES: dict[str, Schedule] = {}


def define_schedule(name: str, rate: Callable[..., Any] | None, **hyper: Hyper) -> None:
    """Add a schedule to the menu."""
    SCHEDULES[name] = Schedule(name, hyper, rate)


def _floor(x: Any) -> Any:
    whole = nearest(x)
    return whole - where(whole > x, 1.0, 0.0)


define_schedule("constant", None)

define_schedule(
    "step",
    lambda step, learning_rate, drop_every, drop_factor: (
        learning_rate * power(drop_factor, _floor(step / drop_every))
    ),
    drop_every=Hyper(1000.0, 1.0, 10000.0, "log"),
    drop_factor=Hyper(0.5, 0.01, 1.0),
)

define_schedule(
    "exponential",
    lambda step, learning_rate, decay_rate: learning_rate * power(decay_rate, step),
    decay_rate=Hyper(0.999, 0.9, 1.0),
)

# Loshchilov and Hutter (2017), equation 5, one period without restarts; after it the rate stays at its end.
define_schedule(
    "cosine",
    lambda step, learning_rate, decay_steps, final_share: (
        learning_rate
        * (final_share + (1 - final_share) * (0.5 * (1 + cos(pi * minimum(step / decay_steps, 1.0)))))
    ),
    decay_steps=Hyper(5000.0, 1.0, 100000.0, "log"),
    final_share=Hyper(0.0, 0.0, 1.0),
)

# Goyal et al. (2017), section 2.2: the first update has one part of the rate, the last of the warm-up all of it.
define_schedule(
    "warmup",
    lambda step, learning_rate, warmup_steps: learning_rate * minimum((step + 1.0) / warmup_steps, 1.0),
    warmup_steps=Hyper(200.0, 1.0, 10000.0, "log"),
)
