"""The rule table: an operation is defined once, as ordinary arithmetic, and every reading is made from it.

    define("mul", "a b", lambda a, b: a * b, grad=lambda a, b, y, g: (g * b, g * a))

``grad`` gets the inputs, the result ``y`` and the gradient ``g`` of whatever is differentiated with respect to ``y``;
it returns one gradient for each input. Inputs behind a semicolon (``"x; slope"``) are constants: one number for all
examples, no gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from attrs import define as attrs_define

from chainrule.errors import RuleError
from chainrule.rules.expr import Expr, const, symbol
from chainrule.rules.kernel import Kernel, Output
from chainrule.rules.latex import latex

RESULT, UPSTREAM = "y", "g"


@attrs_define(frozen=True, slots=False, eq=False)
class Rule:
    """One operation with all its readings. ``kind`` sorts it into menus: operation, activation or loss."""

    name: str
    inputs: tuple[str, ...]
    constants: Mapping[str, float | None]
    forward: Callable[..., Any]
    grad: Callable[..., tuple[Any, ...]]
    kind: str = "operation"
    template: str | None = None
    grad_template: str | None = None

    @cached_property
    def expr(self) -> Expr:
        """The forward formula over the symbols of ``inputs`` and ``constants``."""
        return _formula(self.forward(*map(symbol, self._names)))

    @cached_property
    def grad_exprs(self) -> tuple[Expr, ...]:
        """One formula for each input: its gradient, over inputs, constants, ``y`` and ``g``."""
        found = self.grad(*map(symbol, self._names), symbol(RESULT), symbol(UPSTREAM))
        parts = found if isinstance(found, tuple) else ()
        if len(parts) != len(self.inputs):
            raise RuleError(
                "error.rule_gradients",
                where=self.name,
                name=self.name,
                inputs=len(self.inputs),
                found=len(parts),
            )
        return tuple(_formula(part) for part in parts)

    @property
    def _names(self) -> tuple[str, ...]:
        return (*self.inputs, *self.constants)

    @cached_property
    def kernel(self) -> Kernel:
        """The forward computation for the machine."""
        return Kernel(self.name, self.inputs, tuple(self.constants), (Output(RESULT, self.expr),))

    @cached_property
    def grad_kernel(self) -> Kernel:
        """The backward computation: reads inputs, ``y`` and ``g``, adds to the gradient of each input."""
        outputs = tuple(
            Output(f"d{name}", expr, accumulate=True)
            for name, expr in zip(self.inputs, self.grad_exprs, strict=True)
        )
        return Kernel(f"{self.name}.grad", (*self.inputs, RESULT, UPSTREAM), tuple(self.constants), outputs)

    def latex(self, *inputs: str, **constants: str) -> str:
        """How the operation is written, with ``inputs`` put in, and ``constants`` where they are given."""
        names = {**dict(zip(self.inputs, inputs, strict=True)), **constants}
        if self.template is not None:
            return self.template.format(**{**{name: name for name in self._names}, **names})
        return latex(self.expr, {**_GREEK, **names})

    def gradient_latex(self, *inputs: str, result: str = RESULT, upstream: str = UPSTREAM) -> tuple[str, ...]:
        """How the gradient of each input is written, ``inputs``, ``result`` and ``upstream`` put in."""
        names = {**_GREEK, **dict(zip(self.inputs, inputs, strict=True)), RESULT: result, UPSTREAM: upstream}
        if self.grad_template is not None:
            return (self.grad_template.format(**names),)
        return tuple(latex(expr, names) for expr in self.grad_exprs)


_GREEK = {"alpha": r"\alpha", "slope": r"\alpha"}
RULES: dict[str, Rule] = {}


def _formula(value: Any) -> Expr:
    return value if isinstance(value, Expr) else const(value)


def parameters(
    inputs: str, defaults: Mapping[str, float | None]
) -> tuple[tuple[str, ...], dict[str, float | None]]:
    """Split ``"a b; slope"`` into inputs and constants (``None`` where a constant has no default)."""
    free, _, fixed = inputs.partition(";")
    return tuple(free.split()), {name: defaults.get(name) for name in fixed.split()}


def define(
    name: str,
    inputs: str,
    forward: Callable[..., Any],
    *,
    grad: Callable[..., Any],
    kind: str = "operation",
    latex: str | None = None,
    grad_latex: str | None = None,
    **defaults: float,
) -> Rule:
    """Add one operation to the table and return it.

    ``defaults`` are the values of constants. ``latex`` and ``grad_latex`` (of a single input) are templates for rules
    whose traced formula or gradient would be too long to read. Tracing happens here, so a rule that cannot be read
    fails where it is written: ``RuleError`` when the name is taken, when there is not one gradient for each input,
    or when a lambda asks a symbol for its truth.
    """
    if name in RULES:
        raise RuleError("error.rule_taken", where=name, name=name)
    free, fixed = parameters(inputs, defaults)
    rule = Rule(name, free, fixed, forward, grad, kind, latex, grad_latex)
    _ = rule.expr, rule.grad_exprs
    RULES[name] = rule
    return rule
