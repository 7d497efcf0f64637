"""``Value``: one number that remembers how it was computed, and can say how anything depends on it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from numbers import Real

from chainrule.errors import RuleError
from chainrule.graph.walk import topological
from chainrule.rules import RULES, Rule
from chainrule.rules.reading import evaluate

Number = int | float


class Value:
    """A scalar in a computation graph; a drop-in for micrograd's class of the same name.

    ``data`` is the number, ``grad`` the derivative of whatever ``backward`` was called on, summed over calls.
    Arithmetic follows IEEE 754: division by zero gives inf or NaN and does not raise, so that the graph can show
    where a number went wrong. ``parents`` are the operands in order and with multiplicity: ``x * x`` has two.
    """

    __array_ufunc__ = None  # so that numpy's scalars leave arithmetic with a Value to the Value
    __slots__ = ("__weakref__", "constants", "data", "grad", "label", "parents", "rule")
    data: float
    grad: float
    label: str
    parents: tuple[Value, ...]
    rule: Rule | None
    constants: tuple[float, ...]

    def __init__(self, data: Number, label: str = "") -> None:
        self.data = float(data)
        self.grad = 0.0
        self.label = label
        self.parents = ()
        self.rule = None
        self.constants = ()

    @property
    def _prev(self) -> AbstractSet[Value]:
        return set(self.parents)

    @property
    def _op(self) -> str:
        return _SIGNS.get(self.rule.name, self.rule.name) if self.rule is not None else ""

    def backward(self) -> None:
        """Add to the ``grad`` of every value here below the derivative of this one with respect to it.

        The pass has adjoints of its own, so a second call adds the same amount again, for interior values too.
        """
        order = topological(self)
        adjoint = dict.fromkeys(map(id, order), 0.0)
        adjoint[id(self)] = 1.0
        for value in reversed(order):
            upstream = adjoint[id(value)]
            value.grad += upstream
            if value.rule is None:
                continue
            operands = [parent.data for parent in value.parents]
            parts = _gradients(value.rule, operands, value.constants, value.data, upstream)
            for parent, part in zip(value.parents, parts, strict=True):
                adjoint[id(parent)] += part

    def zero_grad(self) -> None:
        """Set the ``grad`` of this value and of everything it depends on to 0."""
        for value in topological(self):
            value.grad = 0.0

    def __add__(self, other: Value | Number) -> Value:
        return apply("add", self, other)

    def __radd__(self, other: Number) -> Value:
        return apply("add", other, self)

    def __sub__(self, other: Value | Number) -> Value:
        return apply("sub", self, other)

    def __rsub__(self, other: Number) -> Value:
        return apply("sub", other, self)

    def __mul__(self, other: Value | Number) -> Value:
        return apply("mul", self, other)

    def __rmul__(self, other: Number) -> Value:
        return apply("mul", other, self)

    def __truediv__(self, other: Value | Number) -> Value:
        return apply("div", self, other)

    def __rtruediv__(self, other: Number) -> Value:
        return apply("div", other, self)

    def __pow__(self, other: Value | Number) -> Value:
        if isinstance(other, Value):
            return apply("pow", self, other)
        return apply("power", self, n=other)

    def __rpow__(self, other: Number) -> Value:
        return apply("pow", other, self)

    def __neg__(self) -> Value:
        return apply("neg", self)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return apply("abs", self)

    def exp(self) -> Value:
        return apply("exp", self)

    def log(self) -> Value:
        return apply("log", self)

    def sqrt(self) -> Value:
        return apply("sqrt", self)

    def sin(self) -> Value:
        return apply("sin", self)

    def cos(self) -> Value:
        return apply("cos", self)

    def abs(self) -> Value:
        return apply("abs", self)

    def tanh(self) -> Value:
        return apply("tanh", self)

    def sigmoid(self) -> Value:
        return apply("sigmoid", self)

    def relu(self) -> Value:
        return apply("relu", self)

    def leaky_relu(self, slope: float = 0.01) -> Value:
        return apply("leaky_relu", self, slope=slope)

    def elu(self, alpha: float = 1.0) -> Value:
        return apply("elu", self, alpha=alpha)

    def gelu(self) -> Value:
        return apply("gelu", self)

    def silu(self) -> Value:
        return apply("silu", self)

    def softplus(self) -> Value:
        return apply("softplus", self)

    def max(self, other: Value | Number) -> Value:
        return apply("max", self, other)

    def min(self, other: Value | Number) -> Value:
        return apply("min", self, other)

    def clip(self, low: float, high: float) -> Value:
        return apply("clip", self, low=low, high=high)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "power": "**", "pow": "**", "relu": "ReLU"}


def apply(name: str, *operands: Value | Number, **constants: float) -> Value:
    """The result of rule ``name`` on ``operands`` (numbers become leaves), with its place in the graph."""
    rule = RULES[name]
    parents = tuple(operand if isinstance(operand, Value) else _leaf(operand, name) for operand in operands)
    fixed = tuple(
        float(constants[key]) if key in constants else _default(rule, key, default)
        for key, default in rule.constants.items()
    )
    try:
        data = rule.forward(*[parent.data for parent in parents], *fixed)
    except (ZeroDivisionError, OverflowError):
        data = evaluate(rule.expr, _bindings(rule, [parent.data for parent in parents], fixed))
    value = Value(data)
    value.parents, value.rule, value.constants = parents, rule, fixed
    return value


def _leaf(number: object, name: str) -> Value:
    if isinstance(number, Real):  # numpy's scalars too
        return Value(float(number))
    raise RuleError("error.operand", where=name, name=name, found=type(number).__name__)


def _default(rule: Rule, key: str, default: float | None) -> float:
    if default is None:
        raise RuleError("error.constant_missing", where=rule.name, name=rule.name, constant=key)
    return default


def _bindings(rule: Rule, operands: list[float], fixed: tuple[float, ...]) -> dict[str, float]:
    return dict(zip((*rule.inputs, *rule.constants), (*operands, *fixed), strict=True))


def _gradients(
    rule: Rule, operands: list[float], fixed: tuple[float, ...], result: float, upstream: float
) -> tuple[float, ...]:
    try:
        return rule.grad(*operands, *fixed, result, upstream)
    except (ZeroDivisionError, OverflowError):
        names = {**_bindings(rule, operands, fixed), "y": result, "g": upstream}
        return tuple(evaluate(expr, names) for expr in rule.grad_exprs)
