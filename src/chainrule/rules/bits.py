"""The few operations on the bits of a double that ``elementary`` stands on: floats here, instructions in ``machine``.

Not part of the alphabet: rules never use them. All are exact, so they give the same bits on every platform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_INTEGRAL = 2.0**52
NEAR = 2.0**20
"""Angles up to here are reduced with a few products; beyond, with as many digits of pi as it takes."""

# The first bits of 1 / (2 pi), 64 to a word, behind a word of zeros.
TURN = (
    0x0000000000000000,
    0x28BE60DB9391054A,
    0x7F09D5F47D4D3770,
    0x36D8A5664F10E410,
    0x7F9458EAF7AEF158,
    0x6DC91B8E909374B8,
    0x01924BBA82746487,
    0x3F877AC72C4A69CF,
    0xBA208D7D4BAED121,
    0x3A671C09AD17DF90,
    0x4E64758E60D4CE7D,
    0x272117E2EF7E4A0E,
    0xC7FE25FFF7816603,
    0xFBCBC462D6829B47,
    0xDB4D9FB3C9F2C26D,
    0xD3D18FD9A797FA8B,
    0x5D49EEB1FAF97C5E,
    0xCF41CE7DE294A4BA,
    0x9AFED7EC47E35742,
    0x1580CC11BF1EDAEA,
)
_WORD = 2**64 - 1


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


@lru_cache(maxsize=4)
def _far(x: float) -> tuple[float, float, float]:
    """The quarter turns nearest to a large angle, and what is left of it in quarter turns, as two doubles whose sum
    it is (M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions", 1983)."""
    if not NEAR < abs(x) < math.inf:
        return 0.0, 0.0, 0.0
    fraction, exponent = math.frexp(abs(x))
    whole, place = int(fraction * 2.0**53), exponent - 53 + 64  # |x| = whole * 2**(place - 64)
    first, shift = place >> 6, place & 63
    window = (
        0  # 192 bits of 1 / (2 pi): those before them give whole turns, those behind are too small to matter
    )
    for word in TURN[first : first + 4]:
        window = window << 64 | word
    window = (window >> (64 - shift)) & (2**192 - 1)
    turns = (whole * window & (2**192 - 1)) >> 64  # a fraction of a turn, 128 bits
    quarters = ((turns >> 125) + 1) >> 1
    left = turns << 2 & (2**128 - 1)
    high = (left >> 64) & ~0x7FF
    if high >= 2**63:
        high -= 2**64
    low = left >> 11 & _WORD
    sign = math.copysign(1.0, x)
    return sign * quarters, sign * (high * 2.0**-64), sign * (low * 2.0**-117)


FLOAT: Mapping[str, Callable[..., Any]] = {
    "nearest": _nearest,
    "power2": _power2,
    "exponent": _exponent,
    "mantissa": _mantissa,
    "at_most": _at_most,
    "at_least": _at_least,
    "far_quarters": lambda x: _far(x)[0],
    "far_high": lambda x: _far(x)[1],
    "far_low": lambda x: _far(x)[2],
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


def far(x: Any) -> tuple[Any, Any, Any]:
    """For ``NEAR`` < |x| < inf: the whole number of quarter turns nearest to x, 0 to 4 in size (whole turns left
    out), and the rest in quarter turns, at most 1/2 in size, as a sum of two doubles. 0 elsewhere."""
    return _apply("far_quarters", x), _apply("far_high", x), _apply("far_low", x)
