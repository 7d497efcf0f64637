"""Compute a graph again on other numbers without touching it: floats, or duals for derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.graph.value import Value
from chainrule.rules.dual import Dual
from chainrule.rules.reading import evaluate


def replay(order: Sequence[Value], numbers: Mapping[int, Any], base: Mapping[int, Any]) -> dict[int, Any]:
    """The number of each value of ``order`` (parents before children) by ``id``: that of ``numbers`` where it has one,
    else what its rule makes of its parents' numbers, else its ``data``. Parents outside ``order`` have theirs from
    ``base``, else their ``data``."""
    found: dict[int, Any] = dict(numbers)
    for value in order:
        if id(value) in numbers:
            continue
        op = value._op_
        if op is None:
            found[id(value)] = base.get(id(value), value.data)
            continue
        operands = [
            found[id(parent)] if id(parent) in found else base.get(id(parent), parent.data)
            for parent in value.parents
        ]
        try:
            found[id(value)] = op.forward(*operands, *op.constants)
        except ArithmeticError:
            if any(isinstance(operand, Dual) for operand in operands):
                raise
            names = zip((*op.rule.inputs, *op.rule.constants), (*operands, *op.constants), strict=True)
            found[id(value)] = evaluate(op.rule.expr, dict(names))
    return found


def descendants(order: Sequence[Value], *of: Value) -> list[Value]:
    """The values of ``order`` that depend on any ``of``, in that order."""
    touched = {id(each) for each in of}
    found = []
    for value in order:
        if any(id(parent) in touched for parent in value.parents):
            touched.add(id(value))
            found.append(value)
    return found
