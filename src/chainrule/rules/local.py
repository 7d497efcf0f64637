"""Local derivatives as a person writes them down at given numbers: of a case distinction, the case that holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.rules.expr import Expr, const, node, postorder, symbol
from chainrule.rules.latex import latex
from chainrule.rules.reading import evaluate
from chainrule.rules.table import RESULT, Rule


def local_latex(rule: Rule, names: Mapping[str, str], numbers: Mapping[str, float]) -> tuple[str, ...]:
    """The derivative of the rule's result with respect to each input. ``names`` says how inputs, constants and the
    result ``y`` are written, ``numbers`` what they are."""
    if rule.grad_template is not None:
        found = rule.gradient_latex(*(names[each] for each in rule.inputs), result=names[RESULT], upstream="")
        return tuple(each.removeprefix(r" \, ") for each in found)
    symbols: list[Any] = [symbol(each) for each in (*rule.inputs, *rule.constants)]
    formulas = rule.grad(*symbols, symbol(RESULT), const(1.0))
    return tuple(
        latex(_plain(each, numbers) if isinstance(each, Expr) else const(each), names) for each in formulas
    )


def _plain(formula: Expr, numbers: Mapping[str, float]) -> Expr:
    """Without factors of one, and without the cases that do not hold."""
    found: dict[int, Expr] = {}
    for at in postorder(formula):
        arguments = [found[id(each)] for each in at.args]
        if at.op == "where":
            found[id(at)] = arguments[1] if evaluate(at.args[0], numbers) else arguments[2]
        elif at.op == "mul":
            found[id(at)] = _product(*arguments)
        else:
            found[id(at)] = node(at.op, *arguments) if arguments else at
    return found[id(formula)]


def _product(one: Expr, other: Expr) -> Expr:
    for factor, rest in ((one, other), (other, one)):
        if factor is const(1.0):
            return rest
        if factor is const(-1.0):
            return node("neg", rest)
    return node("mul", one, other)
