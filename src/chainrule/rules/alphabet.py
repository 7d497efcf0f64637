"""The closed alphabet: every primitive a rule may use, one row each, with all its readings.

A row gives the float function (IEEE 754: overflow is inf, 0/0 is NaN, nothing raises), the LaTeX template with
its precedence, and the WebAssembly SIMD instructions, or none where the primitive is spelt out in simpler ones by
``elementary``. The functions below (``exp``, ``where`` …) are what rules call: on floats they compute, on anything
else (a formula being traced) they build.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from attrs import frozen

ATOM, UNARY, PRODUCT, SUM, RELATION = 4, 3, 2, 1, 0


def _div(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _total(function: Callable[[float], float], overflow: float) -> Callable[[float], float]:
    def total(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return overflow
        except ValueError:
            return math.nan

    return total


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _log1p(x: float) -> float:
    return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan


def _pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ValueError:  # 0 to a negative power is a pole; a negative base to a fraction is undefined
        if a == 0:
            return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
        return math.nan


def _min(a: float, b: float) -> float:
    if a != a or b != b:
        return math.nan
    return a if a < b or (a == b and math.copysign(1.0, a) < 0) else b


def _max(a: float, b: float) -> float:
    if a != a or b != b:
        return math.nan
    return a if a > b or (a == b and math.copysign(1.0, a) > 0) else b


@frozen
class Primitive:
    """One row: ``latex`` has ``{0}``-like holes; ``binds`` is its precedence and ``holes`` what each hole, one for
    each argument, needs."""

    name: str
    evaluate: Callable[..., Any]
    latex: str
    binds: int
    holes: tuple[int, ...]
    wasm: tuple[str, ...] = ()


def _call(name: str) -> str:
    return rf"\{name}\left({{0}}\right)"


_ROWS = (
    Primitive("add", lambda a, b: a + b, "{0} + {1}", SUM, (SUM, SUM), ("f64x2.add",)),
    Primitive("sub", lambda a, b: a - b, "{0} - {1}", SUM, (SUM, PRODUCT), ("f64x2.sub",)),
    Primitive("mul", lambda a, b: a * b, r"{0} \, {1}", PRODUCT, (PRODUCT, PRODUCT), ("f64x2.mul",)),
    Primitive("div", _div, r"\frac{{{0}}}{{{1}}}", ATOM, (RELATION, RELATION), ("f64x2.div",)),
    Primitive("neg", lambda a: -a, "-{0}", SUM, (PRODUCT,), ("f64x2.neg",)),
    Primitive("pow", _pow, "{{{0}}}^{{{1}}}", UNARY, (ATOM, RELATION)),
    Primitive("exp", _total(math.exp, math.inf), "e^{{{0}}}", UNARY, (RELATION,)),
    Primitive("expm1", _total(math.expm1, math.inf), r"\left(e^{{{0}}} - 1\right)", ATOM, (RELATION,)),
    Primitive("log", _log, _call("ln"), ATOM, (RELATION,)),
    Primitive("log1p", _log1p, r"\ln\left(1 + {0}\right)", ATOM, (SUM,)),
    Primitive("sin", _total(math.sin, math.nan), _call("sin"), ATOM, (RELATION,)),
    Primitive("cos", _total(math.cos, math.nan), _call("cos"), ATOM, (RELATION,)),
    Primitive("sqrt", _total(math.sqrt, math.inf), r"\sqrt{{{0}}}", ATOM, (RELATION,), ("f64x2.sqrt",)),
    Primitive("abs", math.fabs, r"\left|{0}\right|", ATOM, (RELATION,), ("f64x2.abs",)),
    Primitive(
        "copysign",
        math.copysign,
        r"\left|{0}\right| \operatorname{{sgn}}\left({1}\right)",
        PRODUCT,
        (RELATION, RELATION),
    ),
    Primitive("min", _min, r"\min\left({0}, {1}\right)", ATOM, (RELATION, RELATION), ("f64x2.min",)),
    Primitive("max", _max, r"\max\left({0}, {1}\right)", ATOM, (RELATION, RELATION), ("f64x2.max",)),
    Primitive("lt", lambda a, b: a < b, "{0} < {1}", RELATION, (SUM, SUM), ("f64x2.lt",)),
    Primitive("le", lambda a, b: a <= b, r"{0} \le {1}", RELATION, (SUM, SUM), ("f64x2.le",)),
    Primitive("gt", lambda a, b: a > b, "{0} > {1}", RELATION, (SUM, SUM), ("f64x2.gt",)),
    Primitive("ge", lambda a, b: a >= b, r"{0} \ge {1}", RELATION, (SUM, SUM), ("f64x2.ge",)),
    Primitive("eq", lambda a, b: a == b, "{0} = {1}", RELATION, (SUM, SUM), ("f64x2.eq",)),
    Primitive(
        "where",
        lambda c, a, b: a if c else b,
        r"\begin{{cases}}{1} & {0}\\{2} & \text{{else}}\end{{cases}}",
        ATOM,
        (RELATION, RELATION, RELATION),
        ("v128.bitselect",),
    ),
)
PRIMITIVES = {row.name: row for row in _ROWS}


def _reading(name: str) -> Callable[..., Any]:
    evaluate = PRIMITIVES[name].evaluate

    def primitive(*args: Any) -> Any:
        for arg in args:
            if hasattr(arg, "apply"):
                return arg.apply(name, args)
        return evaluate(*args)

    primitive.__name__ = name
    return primitive


power = _reading("pow")
exp = _reading("exp")
expm1 = _reading("expm1")
log = _reading("log")
log1p = _reading("log1p")
sin = _reading("sin")
cos = _reading("cos")
sqrt = _reading("sqrt")
absolute = _reading("abs")
copysign = _reading("copysign")
minimum = _reading("min")
maximum = _reading("max")
equal = _reading("eq")
where = _reading("where")
