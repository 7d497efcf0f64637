"""The dual-number reading: forward mode, the independent check of every gradient (W. K. Clifford 1873; Wengert 1964).

A rule's lambda runs on ``Dual`` numbers as it is. Only the alphabet's own slopes are used, never a rule's gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.rules.alphabet import PRIMITIVES
from chainrule.rules.table import Rule


class Dual:
    """``value`` and its derivative ``slope`` along one direction. Comparisons go by value."""

    __slots__ = ("slope", "value")

    def __init__(self, value: float, slope: float = 0.0) -> None:
        self.value, self.slope = value, slope

    def apply(self, name: str, args: Sequence[Any]) -> Any:
        """Primitive ``name`` on numbers and duals; comparisons give truth values, all else gives duals."""
        row = PRIMITIVES[name]
        values = [arg.value if isinstance(arg, Dual) else arg for arg in args]
        result = row.evaluate(*values)
        if isinstance(result, bool):
            return result
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
