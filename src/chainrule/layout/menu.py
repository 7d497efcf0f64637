"""The layouts of a graph of operations, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from chainrule.layout.layered import Placed, layered
from chainrule.layout.radial import radial

LAYOUTS: Mapping[str, Callable[[Sequence[Sequence[int]], float, float], Placed]] = MappingProxyType(
    {"right": layered, "down": partial(layered, down=True), "radial": radial}
)


def lay_out(name: str, parents: Sequence[Sequence[int]], width: float, height: float) -> Placed:
    """The layout ``name`` of a graph whose node i was made of ``parents[i]``, nodes before it, the result last."""
    return LAYOUTS[name](parents, width, height)
