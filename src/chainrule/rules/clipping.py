"""Gradient clipping as rules: what the optimiser sees of a gradient that is too long or too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from attrs import define as attrs_define

from chainrule.rules.alphabet import maximum, minimum, sqrt, where
from chainrule.rules.expr import symbol
from chainrule.rules.hyper import Hyper
from chainrule.rules.kernel import Kernel, Output


@attrs_define(frozen=True, slots=False, eq=False)
class Clipping:
    """A clipping of the menu: ``clip(g, squares, *hyper)``, ``squares`` the sum of the squares of all gradients.
    ``None`` where gradients stay as they are."""

    name: str
    hyper: Mapping[str, Hyper]
    clip: Callable[..., Any] | None

    @cached_property
    def kernel(self) -> Kernel | None:
        """The clipped gradient of every parameter."""
        if self.clip is None:
            return None
        scalars = ("squares", *self.hyper)
        expr = self.clip(*map(symbol, ("g", *scalars)))
        return Kernel(f"{self.name}.clipping", ("g",), scalars, (Output("clipped", expr),))


CLIPPINGS: dict[str, Clipping] = {}


def define_clipping(name: str, clip: Callable[..., Any] | None, **hyper: Hyper) -> None:
    """Add a clipping to the menu."""
    CLIPPINGS[name] = Clipping(name, hyper, clip)


define_clipping("none", None)

# Pascanu, Mikolov and Bengio (2013), algorithm 1.
define_clipping(
    "norm",
    lambda g, squares, clip_norm: where(squares > clip_norm * clip_norm, g * (clip_norm / sqrt(squares)), g),
    clip_norm=Hyper(1.0, 1e-3, 100.0, "log"),
)

define_clipping(
    "value",
    lambda g, squares, clip_value: minimum(maximum(g, -clip_value), clip_value),
    clip_value=Hyper(0.5, 1e-4, 10.0, "log"),
)
