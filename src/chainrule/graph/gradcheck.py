"""Is a gradient right? Reverse mode against central differences and against dual numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial

from attrs import frozen

from chainrule.errors import RuleError
from chainrule.graph.replay import descendants, replay
from chainrule.graph.value import Value
from chainrule.graph.walk import topological
from chainrule.rules.dual import Dual

PRECISION = 1e-6
_WIDTHS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)


@frozen
class Slope:
    """A derivative by finite differences. ``left`` and ``right`` are the one-sided ones; at a ``kink`` they differ,
    however close one looks, and every number between them is a gradient."""

    central: float
    left: float
    right: float
    kink: bool


@frozen
class Checked:
    """One derivative, three times: by reverse mode, by differences, and by dual numbers (None where there are none).

    ``passed``: the other two are within the precision of ``reverse``, relative to it or to the largest derivative of
    the check (taken as 1e-4 at least and 1 at most). At a kink ``reverse`` passes from the one-sided derivatives on and
    between."""

    name: str
    reverse: float
    numeric: float
    dual: float | None
    left: float
    right: float
    kink: bool
    passed: bool

    def __str__(self) -> str:
        dual = "" if self.dual is None else f"   dual {self.dual:+.12g}"
        kink = "   at a kink" if self.kink else ""
        mark = "ok " if self.passed else "OFF"
        return f"{mark} {self.name}: reverse {self.reverse:+.12g}   numeric {self.numeric:+.12g}{dual}{kink}"


@frozen
class Report:
    """All derivatives that were checked. True where all of them passed."""

    checked: tuple[Checked, ...]
    precision: float

    def __bool__(self) -> bool:
        return self.passed

    @property
    def passed(self) -> bool:
        return all(each.passed for each in self.checked)

    @property
    def worst(self) -> Checked:
        """The one that is furthest off, kinks apart where there is anything else."""
        smooth = [each for each in self.checked if not each.kink] or self.checked
        return max(smooth, key=lambda each: distance(each.reverse, each.numeric, scale_of([each.reverse])))

    def __str__(self) -> str:
        passed = sum(each.passed for each in self.checked)
        title = f"{passed} of {len(self.checked)} derivatives agree to {self.precision:g}"
        return "\n".join([title, *(f"  {each}" for each in self.checked)])


def distance(a: float, b: float, scale: float = 1.0) -> float:
    """How far two derivatives are apart, relative to the larger of them or to ``scale``; infinite if one is NaN."""
    if a == b or (a != a and b != b):
        return 0.0
    found = abs(a - b) / max(scale, abs(a), abs(b))
    return found if found == found else float("inf")


def scale_of(gradients: Iterable[float]) -> float:
    """What differences of derivatives are measured by: the largest of all, at least 1e-4 and at most 1. Smaller ones
    would ask of finite differences what doubles cannot give."""
    return max(1e-4, min(1.0, max(map(abs, gradients), default=0.0)))


def slope(function: Callable[[float], float], at: float, precision: float = PRECISION) -> Slope:
    """The derivative of ``function`` from values around ``at``.

    One-sided differences of second order tell from which width on there is no kink in between; there a central
    difference with one step of Richardson extrapolation (error of fourth order) is the answer.
    """
    middle = function(at)
    left = right = 0.0
    for width in _WIDTHS:
        h = width * max(1.0, abs(at))
        below, above, half_below, half_above = (function(at + way * h) for way in (-1.0, 1.0, -0.5, 0.5))
        right = (4 * half_above - above - 3 * middle) / h
        left = (3 * middle - 4 * half_below + below) / h
        wide, narrow = (above - below) / (2 * h), (half_above - half_below) / h
        # Of two widths that do not agree, the wider reaches over a kink, or the function bends too much for it.
        if distance(left, right) <= 10 * precision and distance(wide, narrow) <= precision:
            return Slope((4 * narrow - wide) / 3, left, right, kink=False)
    return Slope(0.5 * (left + right), left, right, kink=True)


def judged(
    name: str, reverse: float, found: Slope, dual: float | None, precision: float, scale: float
) -> Checked:
    """The verdict on one derivative."""
    if found.kink:
        low, high = sorted((found.left, found.right))
        slack = precision * max(1.0, abs(low), abs(high))
        passed = low - slack <= reverse <= high + slack
    else:
        passed = distance(reverse, found.central, scale) <= precision
        passed = passed and (dual is None or distance(reverse, dual, scale) <= precision)
    return Checked(name, reverse, found.central, dual, found.left, found.right, found.kink, passed)


def check_values(
    result: Value,
    of: Value | Iterable[Value] | None = None,
    *,
    sample: int | None = None,
    precision: float = PRECISION,
    seed: int = 0,
) -> Report:
    """Check the derivatives of ``result`` with respect to the values ``of``: one, some, or all leaves. ``sample`` takes
    at most so many of them, drawn by ``seed``. The graph and its ``grad`` stay as they are.

    Raises ``RuleError`` where ``result`` does not depend on one of them.
    """
    order = topological(result)
    chosen = [of] if isinstance(of, Value) else list(of) if of is not None else _leaves(order)
    if sample is not None and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    before = [value.grad for value in order]
    for value in order:
        value.grad = 0.0
    result.backward()
    gradients = {id(value): value.grad for value in order}
    for value, gradient in zip(order, before, strict=True):
        value.grad = gradient
    places = {id(value): at for at, value in enumerate(order)}
    scale = scale_of(gradients.get(id(value), 0.0) for value in chosen)
    checked = []
    for value in chosen:
        if id(value) not in places:
            raise RuleError("error.no_path", where=value.label or "value", value=repr(value))
        name = value.label or f"{value._op or 'leaf'} #{places[id(value)]}"
        behind = descendants(order, value)
        found = slope(partial(_number, result, behind, value), value.data, precision)
        dual = _at(result, behind, value, Dual(value.data, 1.0))
        exact = dual.slope if isinstance(dual, Dual) else 0.0
        checked.append(judged(name, gradients[id(value)], found, exact, precision, scale))
    return Report(tuple(checked), precision)


def _at(result: Value, behind: list[Value], value: Value, number: Dual | float) -> Dual | float:
    """``result`` with ``number`` for ``value``; only what depends on it is computed."""
    found: Dual | float = replay(behind, {id(value): number}, {}).get(id(result), result.data)
    return found


def _number(result: Value, behind: list[Value], value: Value, number: float) -> float:
    found = _at(result, behind, value, number)
    return found.value if isinstance(found, Dual) else found


def _leaves(order: list[Value]) -> list[Value]:
    return [value for value in order if value.rule is None]
