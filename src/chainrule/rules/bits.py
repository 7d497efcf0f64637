"""The few operations on the bits of a double that ``elementary`` stands on: floats here, instructions in ``machine``.

Not part of the alphabet: rules never use them. All are exact, so they give the same bits on every platform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

_INTEGRAL = 2.0**52


def _nearest(x: float) -> float:
    if not abs(x) < _INTEGRAL:
        return x
    return math.copysign(float(round(x)), x)


def _power2(n: float) -> float:
    return math.ldexp(1.0, int(n)) if -1022 <= n <= 1023 else math.nan


def _exponent(x: float) -> float:
    return float(math.frexp(x)[1] - 1) if 0 < x < math.inf else math.nan


def _mantissa(x: float) -> float:
    return math.frexp(x)[0] * 2.0 if 0 < x < math.inf else math.nan


def _at_most(x: float, bound: float) -> float:
    return bound if bound < x else x


def _at_least(x: float, bound: float) -> float:
    return bound if x < bound else x


FLOAT: Mapping[str, Callable[..., Any]] = {
    "nearest": _nearest,
    "power2": _power2,
    "exponent": _exponent,
    "mantissa": _mantissa,
    "at_most": _at_most,
    "at_least": _at_least,
}


def _apply(name: str, x: Any, *more: Any) -> Any:
    return x.apply(name, (x, *more)) if hasattr(x, "apply") else FLOAT[name](x, *more)


def nearest(x: Any) -> Any:
    """The nearest integer, ties to even; the sign of zero is kept."""
    return _apply("nearest", x)


def power2(n: Any) -> Any:
    """2 to the integer -1022 <= n <= 1023 (elsewhere undefined)."""
    return _apply("power2", n)


def exponent(x: Any) -> Any:
    """The e of ``x = m * 2**e`` with 1 <= m < 2, for a normal positive x (elsewhere undefined)."""
    return _apply("exponent", x)


def mantissa(x: Any) -> Any:
    """The m of ``x = m * 2**e`` with 1 <= m < 2, for a normal positive x (elsewhere undefined)."""
    return _apply("mantissa", x)


def at_most(x: Any, bound: float) -> Any:
    """``x``, or ``bound`` where that is less. A NaN stays. One instruction, unlike the alphabet's ``min``."""
    return _apply("at_most", x, bound)


def at_least(x: Any, bound: float) -> Any:
    """``x``, or ``bound`` where that is greater. A NaN stays."""
    return _apply("at_least", x, bound)
