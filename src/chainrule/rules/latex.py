"""The LaTeX reading of a formula, with only the parentheses that precedence asks for."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.rules.alphabet import ATOM, PRIMITIVES, SUM, UNARY
from chainrule.rules.expr import Expr, node


def latex(expr: Expr, names: Mapping[str, str] | None = None) -> str:
    """``expr`` as LaTeX for mathematics mode; ``names`` says how inputs are written (default: their own names)."""
    return _written(expr, names or {})[0]


def _number(value: float) -> tuple[str, int]:
    text = format(value, ".6g")
    mantissa, _, exponent = text.partition("e")
    if exponent:
        text = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return text, SUM if value < 0 or exponent else ATOM


def _written(expr: Expr, names: Mapping[str, str]) -> tuple[str, int]:
    if expr.op == "symbol":
        name = names.get(expr.name, expr.name)
        return name, UNARY if "^" in name else ATOM
    if expr.op == "const":
        return _number(expr.value)
    row = PRIMITIVES[expr.op]
    if expr.op == "mul" and expr.args[0] is expr.args[1]:  # a square, as a person writes it
        row, expr = PRIMITIVES["pow"], node("pow", expr.args[0], 2.0)
    parts = []
    for arg, needed in zip(expr.args, row.holes, strict=True):
        text, binds = _written(arg, names)
        parts.append(text if binds >= needed else rf"\left({text}\right)")
    return row.latex.format(*parts), row.binds
