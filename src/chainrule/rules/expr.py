"""Symbols: what a rule's lambda computes on when it is traced instead of run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NoReturn

from chainrule.errors import RuleError


class Expr:
    """One node of a traced formula. Equal formulas are the same object, so sharing is seen by identity.

    ``op`` is a primitive of the alphabet, ``"symbol"`` (``name``) or ``"const"`` (``value``).
    Comparisons give formulas too; asking one for its truth raises ``RuleError``.
    """

    __slots__ = ("args", "name", "op", "value")
    op: str
    args: tuple[Expr, ...]
    name: str
    value: float

    def __add__(self, other: Expr | float) -> Expr:
        return node("add", self, other)

    def __radd__(self, other: float) -> Expr:
        return node("add", other, self)

    def __sub__(self, other: Expr | float) -> Expr:
        return node("sub", self, other)

    def __rsub__(self, other: float) -> Expr:
        return node("sub", other, self)

    def __mul__(self, other: Expr | float) -> Expr:
        return node("mul", self, other)

    def __rmul__(self, other: float) -> Expr:
        return node("mul", other, self)

    def __truediv__(self, other: Expr | float) -> Expr:
        return node("div", self, other)

    def __rtruediv__(self, other: float) -> Expr:
        return node("div", other, self)

    def __neg__(self) -> Expr:
        return node("neg", self)

    def __lt__(self, other: Expr | float) -> Expr:
        return node("lt", self, other)

    def __le__(self, other: Expr | float) -> Expr:
        return node("le", self, other)

    def __gt__(self, other: Expr | float) -> Expr:
        return node("gt", self, other)

    def __ge__(self, other: Expr | float) -> Expr:
        return node("ge", self, other)

    def __bool__(self) -> NoReturn:
        raise RuleError("error.rule_truth")

    def __pow__(self, other: object) -> NoReturn:
        raise RuleError("error.rule_power")

    def apply(self, op: str, args: tuple[Any, ...]) -> Expr:
        """The formula of primitive ``op`` on ``args`` (formulas or numbers)."""
        return node(op, *args)

    def __repr__(self) -> str:
        if self.op == "symbol":
            return self.name
        return repr(self.value) if self.op == "const" else f"{self.op}({', '.join(map(repr, self.args))})"


_nodes: dict[tuple[object, ...], Expr] = {}


def _intern(key: tuple[object, ...], op: str, args: tuple[Expr, ...], name: str, value: float) -> Expr:
    found = _nodes.get(key)
    if found is None:
        found = _nodes[key] = Expr()
        found.op, found.args, found.name, found.value = op, args, name, value
    return found


def symbol(name: str) -> Expr:
    """A named input."""
    return _intern(("symbol", name), "symbol", (), name, math.nan)


def const(value: float) -> Expr:
    """A number. -0.0 and 0.0 are different constants; every NaN is the same."""
    return _intern(("const", float(value).hex()), "const", (), "", float(value))


def node(op: str, *args: Expr | float) -> Expr:
    """Primitive ``op`` applied to formulas; numbers become constants."""
    parts = tuple(arg if isinstance(arg, Expr) else const(arg) for arg in args)
    return _intern((op, *map(id, parts)), op, parts, "", math.nan)


def postorder(*roots: Expr) -> Iterator[Expr]:
    """Every node below ``roots`` once, arguments before what uses them; iterative, so depth does not matter."""
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        at, ready = stack.pop()
        if ready:
            yield at
        elif id(at) not in seen:
            seen.add(id(at))
            stack.append((at, True))
            stack.extend((arg, False) for arg in reversed(at.args))
