"""``Value``: one number that remembers how it was computed, and can say how anything depends on it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from itertools import count
from numbers import Real
from operator import attrgetter

from chainrule.errors import RuleError
from chainrule.graph.walk import topological
from chainrule.rules import RULES, Rule
from chainrule.rules.reading import evaluate

Number = int | float


class Op:
    """A rule with its constants: how a value was made. Values made by the same rule without constants share one."""

    __slots__ = ("constants", "forward", "grad", "rule")

    def __init__(self, rule: Rule, constants: tuple[float, ...] = ()) -> None:
        self.rule, self.constants = rule, constants
        self.forward, self.grad = rule.forward, rule.grad

    def __reduce__(self) -> tuple[object, ...]:
        return _op_named, (
            self.rule.name,
            self.constants,
        )  # a rule's functions cannot be pickled; its name can


def _op_named(name: str, constants: tuple[float, ...]) -> Op:
    return Op(RULES[name], constants)


tick = count().__next__


def _one(name: str) -> Callable[[Value], Value]:
    """The method that applies rule ``name`` to the value."""
    rule = RULES[name]
    forward, op = rule.forward, Op(rule)

    def method(self: Value) -> Value:
        value: Value = _new(Value)
        try:
            value.data = forward(self.data)
        except ArithmeticError:
            value.data = _spelt_out(op, (self,))
        value.grad = 0.0
        value.label = ""
        value._op_ = op
        value._first = self
        value._second = value._adjoint = None
        value._born = tick()
        return value

    method.__name__, method.__doc__ = name, f"The result of rule ``{name}``."
    return method


def _two(name: str) -> Callable[[Value, Value | Number], Value]:
    """The method that applies rule ``name`` to the value and another, or a number."""
    rule = RULES[name]
    forward, op = rule.forward, Op(rule)

    def method(self: Value, other: Value | Number) -> Value:
        if other.__class__ is not Value:
            other = _operand(other, name)
        value: Value = _new(Value)
        try:
            value.data = forward(self.data, other.data)
        except ArithmeticError:
            value.data = _spelt_out(op, (self, other))
        value.grad = 0.0
        value.label = ""
        value._op_ = op
        value._first = self
        value._second = other
        value._adjoint = None
        value._born = tick()
        return value

    method.__name__, method.__doc__ = name, f"The result of rule ``{name}``, this value first."
    return method


def _turned(name: str) -> Callable[[Value, Number], Value]:
    """The reflected form of ``_two``: the number comes first."""
    method = _two(name)

    def reflected(self: Value, other: Number) -> Value:
        return method(_operand(other, name), self)

    reflected.__name__, reflected.__doc__ = f"r{name}", f"The result of rule ``{name}``, this value last."
    return reflected


class Value:
    """A scalar in a computation graph; a drop-in for micrograd's class of the same name.

    ``data`` is the number, ``grad`` the derivative of whatever ``backward`` was called on, summed over calls.
    Arithmetic follows IEEE 754: division by zero gives inf or NaN and does not raise, so that the graph can show
    where a number went wrong. ``parents`` are the operands in order and with multiplicity: ``x * x`` has two.
    """

    # A node is one object and no tuple or closure beside it: what a graph costs is above all what the garbage
    # collector has to look through. ``_second`` is the second operand, or all from the second on where there are
    # three or more. ``_born`` counts values, so operands come before what is made of them. ``_adjoint`` is None but
    # during a backward pass.
    __array_ufunc__ = None  # so that numpy's scalars leave arithmetic with a Value to the Value
    __slots__ = ("__weakref__", "_adjoint", "_born", "_first", "_op_", "_second", "data", "grad", "label")
    data: float
    grad: float
    label: str
    _op_: Op | None
    _first: Value | None
    _second: Value | tuple[Value, ...] | None
    _adjoint: float | None
    _born: int

    def __init__(self, data: Number, label: str = "") -> None:
        self.data = data if data.__class__ is float else _number(data, "Value")
        self.grad = 0.0
        self.label = label
        self._op_ = self._first = self._second = self._adjoint = None
        self._born = tick()

    @property
    def rule(self) -> Rule | None:
        """The rule that made it; None for a leaf."""
        return self._op_.rule if self._op_ is not None else None

    @property
    def constants(self) -> tuple[float, ...]:
        """The constants of its rule, as the exponent of a power."""
        return self._op_.constants if self._op_ is not None else ()

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands that it was made of."""
        first, second = self._first, self._second
        if first is None:
            return ()
        if second is None:
            return (first,)
        return (first, *second) if isinstance(second, tuple) else (first, second)

    @property
    def born(self) -> int:
        """Its number among all values that were ever made: operands come before what is made of them."""
        return self._born

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
        order = _reached(self)
        try:
            self._adjoint = 1.0
            for value in order:
                adjoint: float = value._adjoint  # type: ignore[assignment]
                value.grad += adjoint
                op = value._op_
                if op is None:
                    continue
                first, second = value._first, value._second
                if op.constants or first is None or second.__class__ is tuple:
                    _pull(value, adjoint)
                    continue
                try:
                    if second is None:
                        (part,) = op.grad(first.data, value.data, adjoint)
                        first._adjoint += part
                    else:
                        part, other = op.grad(first.data, second.data, value.data, adjoint)  # type: ignore[union-attr]
                        first._adjoint += part
                        second._adjoint += other  # type: ignore[union-attr]
                except ArithmeticError:
                    _pull(value, adjoint)
        finally:
            for value in order:
                value._adjoint = None

    def zero_grad(self) -> None:
        """Set the ``grad`` of this value and of everything it depends on to 0."""
        for value in topological(self):
            value.grad = 0.0

    __add__ = _two("add")
    __radd__ = _turned("add")
    __sub__ = _two("sub")
    __rsub__ = _turned("sub")
    __mul__ = _two("mul")
    __rmul__ = _turned("mul")
    __truediv__ = _two("div")
    __rtruediv__ = _turned("div")
    __rpow__ = _turned("pow")
    __neg__ = _one("neg")
    __abs__ = _one("abs")
    abs = _one("abs")
    exp = _one("exp")
    log = _one("log")
    sqrt = _one("sqrt")
    sin = _one("sin")
    cos = _one("cos")
    tanh = _one("tanh")
    sigmoid = _one("sigmoid")
    relu = _one("relu")
    gelu = _one("gelu")
    silu = _one("silu")
    softplus = _one("softplus")
    max = _two("max")
    min = _two("min")

    def __pow__(self, other: Value | Number) -> Value:
        if isinstance(other, Value):
            return apply("pow", self, other)
        return apply("power", self, n=other)

    def __pos__(self) -> Value:
        return self

    def leaky_relu(self, slope: float = 0.01) -> Value:
        """The value itself where it is positive, else ``slope`` times it."""
        return apply("leaky_relu", self, slope=slope)

    def elu(self, alpha: float = 1.0) -> Value:
        """The value itself where it is positive, else alpha (e^x - 1)."""
        return apply("elu", self, alpha=alpha)

    def clip(self, low: float, high: float) -> Value:
        """The value, kept from ``low`` to ``high``."""
        return apply("clip", self, low=low, high=high)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


_new = object.__new__
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "power": "**", "pow": "**", "relu": "ReLU"}


def apply(name: str, *operands: Value | Number, **constants: float) -> Value:
    """The result of rule ``name`` on ``operands`` (numbers become leaves), with its place in the graph.

    Raises ``RuleError`` for a name that is not known, too many or too few operands, a constant that is missing.
    """
    rule = RULES.get(name)
    if rule is None:
        near = get_close_matches(name, RULES, n=1) or [next(iter(RULES))]
        raise RuleError("error.unknown_rule", where=name, name=name, nearest=near[0])
    if len(operands) != len(rule.inputs):
        raise RuleError(
            "error.rule_operands", where=name, name=name, inputs=len(rule.inputs), found=len(operands)
        )
    parents = tuple(
        operand if isinstance(operand, Value) else _operand(operand, name) for operand in operands
    )
    for key in constants:
        if key not in rule.constants:
            raise RuleError("error.rule_constant", where=name, name=name, constant=key)
    fixed = tuple(
        float(constants[key]) if key in constants else _default(rule, key, default)
        for key, default in rule.constants.items()
    )
    op = Op(rule, fixed)
    try:
        data = rule.forward(*[parent.data for parent in parents], *fixed)
    except ArithmeticError:
        data = _spelt_out(op, parents)
    value = Value(float(data))
    value._op_, value._first = op, parents[0]
    if len(parents) > 1:
        value._second = parents[1] if len(parents) == 2 else parents[1:]
    return value


def _operand(number: object, name: str) -> Value:
    return number if isinstance(number, Value) else Value(_number(number, name))


def _number(number: object, name: str) -> float:
    if isinstance(number, Real):  # numpy's scalars too
        return float(number)
    raise RuleError("error.operand", where=name, name=name, found=type(number).__name__)


def _default(rule: Rule, key: str, default: float | None) -> float:
    if default is None:
        raise RuleError("error.constant_missing", where=rule.name, name=rule.name, constant=key)
    return default


def _bindings(op: Op, parents: tuple[Value, ...]) -> dict[str, float]:
    numbers = [*(parent.data for parent in parents), *op.constants]
    return dict(zip((*op.rule.inputs, *op.rule.constants), numbers, strict=True))


def _spelt_out(op: Op, parents: tuple[Value, ...]) -> float:
    """The result where Python's own arithmetic raises and IEEE 754 has an answer."""
    return evaluate(op.rule.expr, _bindings(op, parents))


def parts(value: Value, adjoint: float) -> tuple[float, ...]:
    """What the adjoint of ``value`` hands on to each of its operands: ``adjoint`` times the local derivative."""
    op, operands = value._op_, value.parents
    assert op is not None
    try:
        found: tuple[float, ...] = op.grad(
            *[each.data for each in operands], *op.constants, value.data, adjoint
        )
    except ArithmeticError:
        names = {**_bindings(op, operands), "y": value.data, "g": adjoint}
        found = tuple(evaluate(expr, names) for expr in op.rule.grad_exprs)
    return found


def computed(value: Value) -> float:
    """What the rule of ``value`` makes of its operands as they are now."""
    op, operands = value._op_, value.parents
    assert op is not None
    try:
        return float(op.forward(*[each.data for each in operands], *op.constants))
    except ArithmeticError:
        return _spelt_out(op, operands)


def _pull(value: Value, adjoint: float) -> None:
    """Add to the adjoints of the operands of ``value``, however many there are, whatever their numbers."""
    for parent, part in zip(value.parents, parts(value, adjoint), strict=True):
        parent._adjoint += part  # type: ignore[operator]


def _reached(root: Value) -> list[Value]:
    """Everything that ``root`` depends on and ``root``, what was made last first; each gets an adjoint of 0."""
    order: list[Value] = []
    stack: list[Value] = [root]
    pop, push, found = stack.pop, stack.append, order.append
    while stack:
        value = pop()
        if value._adjoint is None:
            value._adjoint = 0.0
            found(value)
            if value._first is not None:
                push(value._first)
                second = value._second
                if second.__class__ is Value:
                    push(second)
                elif second is not None:
                    stack.extend(value.parents[1:])
    order.sort(key=_born, reverse=True)
    return order


_born = attrgetter("_born")
