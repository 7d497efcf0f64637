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

from attrs import field, frozen

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


_sin, _cos = _total(math.sin, math.nan), _total(math.cos, math.nan)


def _pow_slope(a: float, b: float, y: float) -> tuple[float, float]:
    by_base = 0.0 if b == 0 else b * _pow(a, b - 1.0)
    return by_base, 0.0 if y == 0 else y * _log(a)


def _flat(a: float, b: float, y: bool) -> tuple[float, float]:
    return 0.0, 0.0


@frozen
class Primitive:
    """One row: ``latex`` has ``{0}``-like holes; ``binds`` is its precedence and ``holes`` what each hole, one for
    each argument, needs. ``slope`` gives, from the arguments and the result, the partial derivative by each argument
    (forward mode; rules have gradients of their own, which it checks); ``torch`` is the PyTorch text."""

    name: str
    evaluate: Callable[..., Any]
    latex: str
    binds: int
    holes: tuple[int, ...]
    wasm: tuple[str, ...] = ()
    slope: Callable[..., tuple[float, ...]] = field(kw_only=True)
    torch: str = field(kw_only=True)


def _call(name: str) -> str:
    return rf"\{name}\left({{0}}\right)"


_ROWS = (
    Primitive(
        "add",
        lambda a, b: a + b,
        "{0} + {1}",
        SUM,
        (SUM, SUM),
        ("f64x2.add",),
        slope=lambda a, b, y: (1.0, 1.0),
        torch="{0} + {1}",
    ),
    Primitive(
        "sub",
        lambda a, b: a - b,
        "{0} - {1}",
        SUM,
        (SUM, PRODUCT),
        ("f64x2.sub",),
        slope=lambda a, b, y: (1.0, -1.0),
        torch="{0} - {1}",
    ),
    Primitive(
        "mul",
        lambda a, b: a * b,
        r"{0} \, {1}",
        PRODUCT,
        (PRODUCT, PRODUCT),
        ("f64x2.mul",),
        slope=lambda a, b, y: (b, a),
        torch="{0} * {1}",
    ),
    Primitive(
        "div",
        _div,
        r"\frac{{{0}}}{{{1}}}",
        ATOM,
        (RELATION, RELATION),
        ("f64x2.div",),
        slope=lambda a, b, y: (_div(1.0, b), _div(-y, b)),
        torch="{0} / {1}",
    ),
    Primitive(
        "neg",
        lambda a: -a,
        "-{0}",
        SUM,
        (PRODUCT,),
        ("f64x2.neg",),
        slope=lambda a, y: (-1.0,),
        torch="-{0}",
    ),
    Primitive(
        "pow",
        _pow,
        "{{{0}}}^{{{1}}}",
        UNARY,
        (ATOM, RELATION),
        slope=_pow_slope,
        torch="torch.pow({0}, {1})",
    ),
    Primitive(
        "exp",
        _total(math.exp, math.inf),
        "e^{{{0}}}",
        UNARY,
        (RELATION,),
        slope=lambda a, y: (y,),
        torch="torch.exp({0})",
    ),
    Primitive(
        "expm1",
        _total(math.expm1, math.inf),
        r"\left(e^{{{0}}} - 1\right)",
        ATOM,
        (RELATION,),
        slope=lambda a, y: (y + 1.0,),
        torch="torch.expm1({0})",
    ),
    Primitive(
        "log",
        _log,
        _call("ln"),
        ATOM,
        (RELATION,),
        slope=lambda a, y: (_div(1.0, a),),
        torch="torch.log({0})",
    ),
    Primitive(
        "log1p",
        _log1p,
        r"\ln\left(1 + {0}\right)",
        ATOM,
        (SUM,),
        slope=lambda a, y: (_div(1.0, 1.0 + a),),
        torch="torch.log1p({0})",
    ),
    Primitive(
        "sin",
        _sin,
        _call("sin"),
        ATOM,
        (RELATION,),
        slope=lambda a, y: (_cos(a),),
        torch="torch.sin({0})",
    ),
    Primitive(
        "cos",
        _cos,
        _call("cos"),
        ATOM,
        (RELATION,),
        slope=lambda a, y: (-_sin(a),),
        torch="torch.cos({0})",
    ),
    Primitive(
        "sqrt",
        _total(math.sqrt, math.inf),
        r"\sqrt{{{0}}}",
        ATOM,
        (RELATION,),
        ("f64x2.sqrt",),
        slope=lambda a, y: (_div(0.5, y),),
        torch="torch.sqrt({0})",
    ),
    Primitive(
        "abs",
        math.fabs,
        r"\left|{0}\right|",
        ATOM,
        (RELATION,),
        ("f64x2.abs",),
        slope=lambda a, y: (math.copysign(1.0, a) if a else a,),
        torch="torch.abs({0})",
    ),
    Primitive(
        "copysign",
        math.copysign,
        r"\left|{0}\right| \operatorname{{sgn}}\left({1}\right)",
        PRODUCT,
        (RELATION, RELATION),
        slope=lambda a, b, y: (math.copysign(1.0, a) * math.copysign(1.0, b), 0.0),
        torch="torch.copysign({0}, {1})",
    ),
    Primitive(
        "min",
        _min,
        r"\min\left({0}, {1}\right)",
        ATOM,
        (RELATION, RELATION),
        ("f64x2.min",),
        slope=lambda a, b, y: (float(a < b) + 0.5 * (a == b), float(b < a) + 0.5 * (a == b)),
        torch="torch.minimum({0}, {1})",
    ),
    Primitive(
        "max",
        _max,
        r"\max\left({0}, {1}\right)",
        ATOM,
        (RELATION, RELATION),
        ("f64x2.max",),
        slope=lambda a, b, y: (float(a > b) + 0.5 * (a == b), float(b > a) + 0.5 * (a == b)),
        torch="torch.maximum({0}, {1})",
    ),
    Primitive(
        "lt",
        lambda a, b: a < b,
        "{0} < {1}",
        RELATION,
        (SUM, SUM),
        ("f64x2.lt",),
        slope=_flat,
        torch="{0} < {1}",
    ),
    Primitive(
        "le",
        lambda a, b: a <= b,
        r"{0} \le {1}",
        RELATION,
        (SUM, SUM),
        ("f64x2.le",),
        slope=_flat,
        torch="{0} <= {1}",
    ),
    Primitive(
        "gt",
        lambda a, b: a > b,
        "{0} > {1}",
        RELATION,
        (SUM, SUM),
        ("f64x2.gt",),
        slope=_flat,
        torch="{0} > {1}",
    ),
    Primitive(
        "ge",
        lambda a, b: a >= b,
        r"{0} \ge {1}",
        RELATION,
        (SUM, SUM),
        ("f64x2.ge",),
        slope=_flat,
        torch="{0} >= {1}",
    ),
    Primitive(
        "eq",
        lambda a, b: a == b,
        "{0} = {1}",
        RELATION,
        (SUM, SUM),
        ("f64x2.eq",),
        slope=_flat,
        torch="{0} == {1}",
    ),
    Primitive(
        "where",
        lambda c, a, b: a if c else b,
        r"\begin{{cases}}{1} & {0}\\{2} & \text{{else}}\end{{cases}}",
        ATOM,
        (RELATION, RELATION, RELATION),
        ("v128.bitselect",),
        slope=lambda c, a, b, y: (0.0, float(bool(c)), float(not c)),
        torch="torch.where({0}, {1}, {2})",
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
