"""The PyTorch reading of a formula: Python source that computes the same on tensors, differentiable there."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.rules.alphabet import PRIMITIVES
from chainrule.rules.expr import Expr


def torch_text(expr: Expr, names: Mapping[str, str] | None = None) -> str:
    """``expr`` as an expression over tensors of doubles; ``names`` says how inputs are called (default: their own
    names). Every operation between signs stands in parentheses, so no precedence is left to chance."""
    return _written(expr, names or {})


def _written(expr: Expr, names: Mapping[str, str]) -> str:
    if expr.op == "symbol":
        return names.get(expr.name, expr.name)
    if expr.op == "const":
        return _number(expr.value)
    row = PRIMITIVES[expr.op]
    call = row.torch.startswith("torch.")
    parts = []
    for arg in expr.args:
        text = _written(arg, names)
        if call:
            # Functions of torch want tensors; a bare number would become one of single precision.
            text = f"torch.tensor({text}, dtype=torch.float64)" if arg.op == "const" else text
        elif arg.op not in ("symbol", "const") and not PRIMITIVES[arg.op].torch.startswith("torch."):
            text = f"({text})"
        parts.append(text)
    return row.torch.format(*parts)


def _number(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return f'float("{text}")'
    return f"({text})" if text.startswith("-") else text
