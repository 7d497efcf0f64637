"""The dual-number reading: forward mode, the independent check of every gradient (W. K. Clifford 1873; Wengert 1964).

A rule's lambda runs on ``Dual`` numbers as it is. Only the alphabet's own slopes are used, never a rule's gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import copysign
from operator import ge, gt, le, lt
from typing import Any

from chainrule.rules.alphabet import PRIMITIVES
from chainrule.rules.table import Rule

_TIES: dict[str, Callable[[float, float], bool]] = {"lt": lt, "le": le, "gt": gt, "ge": ge}


class Dual:
    """``value`` and its derivative ``slope`` along one direction, to that side. Comparisons go by value, and where two
    values are equal by where they are going: a function that is put together from pieces has the derivative of the
    piece that the direction leads into."""

    __slots__ = ("slope", "value")

    def __init__(self, value: float, slope: float = 0.0) -> None:
        self.value, self.slope = value, slope

    def apply(self, name: str, args: Sequence[Any]) -> Any:
        """Primitive ``name`` on numbers and duals; comparisons give truth values, all else gives duals."""
        row = PRIMITIVES[name]
        values = [arg.value if isinstance(arg, Dual) else arg for arg in args]
        result = row.evaluate(*values)
        slopes = [arg.slope if isinstance(arg, Dual) else 0.0 for arg in args]
        if isinstance(result, bool):
            return _TIES[name](*slopes) if values[0] == values[1] else result
        if name in ("max", "min") and values[0] == values[1]:
            return Dual(result, max(slopes) if name == "max" else min(slopes))
        if name == "abs" and values[0] == 0.0:
            return Dual(result, abs(slopes[0]))
        if name == "copysign" and values[1] == 0.0:
            size = abs(slopes[0]) if values[0] == 0.0 else copysign(1.0, values[0]) * slopes[0]
            return Dual(result, copysign(1.0, slopes[1] or values[1]) * size)
        slope = 0.0
        for arg, part in zip(args, row.slope(*values, result), strict=True):
            # A direction that does not move an argument contributes nothing, however steep the primitive is there.
            if isinstance(arg, Dual) and arg.slope != 0.0 and part != 0.0:
                slope += part * arg.slope
        return Dual(result, slope)

    def __add__(self, other: Dual | float) -> Any:
        return self.apply("add", (self, other))

    def __radd__(self, other: float) -> Any:
        return self.apply("add", (other, self))

    def __sub__(self, other: Dual | float) -> Any:
        return self.apply("sub", (self, other))

    def __rsub__(self, other: float) -> Any:
        return self.apply("sub", (other, self))

    def __mul__(self, other: Dual | float) -> Any:
        return self.apply("mul", (self, other))

    def __rmul__(self, other: float) -> Any:
        return self.apply("mul", (other, self))

    def __truediv__(self, other: Dual | float) -> Any:
        return self.apply("div", (self, other))

    def __rtruediv__(self, other: float) -> Any:
        return self.apply("div", (other, self))

    def __neg__(self) -> Any:
        return self.apply("neg", (self,))

    def __lt__(self, other: Dual | float) -> Any:
        return self.apply("lt", (self, other))

    def __le__(self, other: Dual | float) -> Any:
        return self.apply("le", (self, other))

    def __gt__(self, other: Dual | float) -> Any:
        return self.apply("gt", (self, other))

    def __ge__(self, other: Dual | float) -> Any:
        return self.apply("ge", (self, other))

    def __repr__(self) -> str:
        return f"Dual({self.value}, {self.slope})"


def directional(
    rule: Rule, operands: Sequence[float], constants: Sequence[float], direction: Sequence[float]
) -> tuple[float, float]:
    """The result of ``rule`` and its derivative along ``direction``, one component for each operand."""
    duals = [Dual(value, slope) for value, slope in zip(operands, direction, strict=True)]
    found = rule.forward(*duals, *constants)
    return (found.value, found.slope) if isinstance(found, Dual) else (found, 0.0)
