"""exp, log, sin … spelt out in additions and multiplications, so that every platform gives the same bits.

The C library's functions differ in their last digit from one system to the next; these do not. Each is written once
and read twice: on floats (data generators, initial weights, the reference machine) and traced into the machine's
kernels. Argument reduction and the shape of the log and of the sine reduction follow W. J. Cody and W. Waite,
*Software Manual for the Elementary Functions* (1980), and Sun's fdlibm; the polynomial coefficients are Chebyshev
fits computed in 60 digits. Errors measured against 60 digits are in ``tests/rules/test_elementary.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from chainrule.rules.alphabet import absolute, copysign, equal, where
from chainrule.rules.bits import NEAR, at_least, at_most, exponent, far, mantissa, nearest, power2

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # 32 bits, so a product with an integer below 2**21 is exact
_LN2_LOW = 1.9082149292705877e-10
_SQRT2 = 1.4142135623730951
_TWO_OVER_PI = 0.6366197723675814
_HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32)
_QUARTER = (1.5707963267948966, 6.123233995736766e-17)  # pi / 2 as a sum
_SPLITTER = 134217729.0  # 2**27 + 1: cuts a double in two halves whose products are exact (Dekker 1971)
_TINY = 2.0**-60  # below it, e**x - 1 is x to the last digit
_SMALLEST_NORMAL = 2.0**-1022

# (e**r - 1 - r) / r**2 on |r| <= ln(2)/2
_EXP = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
)
# (ln((1 + s) / (1 - s)) - 2 s) / s**3 in z = s**2
_LOG = (
    0.666666666666667,
    0.3999999999989889,
    0.28571428626253836,
    0.22222211089379496,
    0.1818289243253687,
    0.15331611722055008,
    0.14617807153417325,
)
# (sin r - r) / r**3 and (cos r - 1 + r**2 / 2) / r**4 in z = r**2, |r| <= pi/4
_SIN = (
    -0.16666666666666666,
    0.008333333333330946,
    -0.0001984126983675497,
    2.755731610068303e-06,
    -2.5051131455427946e-08,
    1.591810123027412e-10,
)
_COS = (
    0.041666666666666664,
    -0.0013888888888887395,
    2.4801587298763433e-05,
    -2.7557317270560326e-07,
    2.0876146024689747e-09,
    -1.1382614868556325e-11,
)


def _horner(z: Any, coefficients: tuple[float, ...]) -> Any:
    total: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * z + coefficient
    return total


def _reduced_exp(x: Any) -> tuple[Any, Any, Any]:
    """k, r and t with e**x = 2**k * (1 + r + t), |r| <= ln(2)/2 and t of the order of r**2."""
    k = nearest(x * _LOG2_E)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    z = r * r
    even, odd = _horner(z, _EXP[0::2]), _horner(z, _EXP[1::2])
    return k, r, z * (even + r * odd) + ((high - r) - low)


def _scaled(x: Any, k: Any) -> Any:
    """x * 2**k in two steps, so that neither 2**k overflows nor a subnormal result is rounded twice."""
    half = nearest(k * 0.5)
    return x * power2(half) * power2(k - half)


def exp(x: Any) -> Any:
    """e**x, at most 1 ulp off; overflows to inf above 709.78, underflows gradually to 0."""
    k, r, t = _reduced_exp(at_most(at_least(x, -746.0), 710.0))
    return _scaled(1.0 + (r + t), k)


def expm1(x: Any) -> Any:
    """e**x - 1 without losing digits near 0, at most 2 ulp off; keeps the sign of zero."""
    k, r, t = _reduced_exp(at_most(at_least(x, -50.0), 710.0))
    # Half of it, so that 2**k does not overflow for k = 1024; doubling is exact.
    scale = power2(k - 1.0)
    half = (r + t) * scale + (scale - 0.5)
    return where(absolute(x) < _TINY, x, half + half)


def _log_of(k: Any, f: Any, correction: Any) -> Any:
    """k ln 2 + ln(1 + f) + correction, for 1 + f between sqrt(1/2) and sqrt(2)."""
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - (s * (half + z * _horner(z, _LOG)) + (k * _LN2_LOW + correction))) - f)


def log(x: Any) -> Any:
    """The natural logarithm, at most 1 ulp off; log(0) = -inf, NaN below."""
    subnormal = x < _SMALLEST_NORMAL
    scaled = where(subnormal, x * 2.0**54, x)
    m = mantissa(scaled)
    large = m > _SQRT2
    k = exponent(scaled) + where(large, 1.0, 0.0) - where(subnormal, 54.0, 0.0)
    finite = _log_of(k, where(large, m * 0.5, m) - 1.0, 0.0)
    return where(x > 0.0, where(x < math.inf, finite, x), where(equal(x, 0.0), -math.inf, math.nan))


def log1p(x: Any) -> Any:
    """ln(1 + x) without losing digits near 0, at most 2 ulp off; log1p(-1) = -inf, NaN below; keeps -0.0."""
    u = 1.0 + x
    m = mantissa(u)
    large = m > _SQRT2
    k = exponent(u) + where(large, 1.0, 0.0)
    # What rounding 1 + x lost, relative to u.
    lost = where(absolute(x) < 1.0, x - (u - 1.0), 1.0 - (u - x)) / at_least(u, _SMALLEST_NORMAL)
    near = absolute(x - 0.06) < 0.35  # 1 + x needs no reduction, so x itself is the exact f
    finite = _log_of(
        where(near, 0.0, k),
        where(near, x, where(large, m * 0.5, m) - 1.0),
        where(near, 0.0, lost),
    )
    inside = where(x < math.inf, where(equal(x, 0.0), x, finite), x)
    return where(x > -1.0, inside, where(equal(x, -1.0), -math.inf, math.nan))


def _product(a: Any, b: float) -> tuple[Any, Any]:
    """a * b and exactly what rounding it dropped (Dekker 1971), for factors that are not huge."""
    whole = a * b
    cut = a * _SPLITTER
    high = cut - (cut - a)
    low = a - high
    cut_b = b * _SPLITTER
    high_b = cut_b - (cut_b - b)
    low_b = b - high_b
    return whole, ((high * high_b - whole) + high * low_b + low * high_b) + low * low_b


def _near_angle(x: Any) -> tuple[Any, Any, Any]:
    j = nearest(x * _TWO_OVER_PI)
    p1, p2, p3, p4 = _HALF_PI
    a = x - j * p1
    b = j * p2
    r = a - b
    back = r - a
    lost = (a - (r - back)) - (b + back)  # two-sum: exactly what a - b dropped
    t = lost - j * p3 - j * p4
    s = r + t
    return j, s, t - (s - r)


def _far_angle(x: Any) -> tuple[Any, Any, Any]:
    j, high, low = far(x)
    first, second = _QUARTER
    r, dropped = _product(high, first)
    t = dropped + (high * second + low * first)
    s = r + t
    return j, s, t - (s - r)


def _reduced_angle(x: Any) -> tuple[Any, Any, Any]:
    """quadrant number j, and r + t = x - j pi/2 (less whole turns) with |r| <= pi/4 and t below its last digit."""
    large = absolute(x) > NEAR
    near, distant = _near_angle(x), _far_angle(x)
    j, r, t = (where(large, b, a) for a, b in zip(near, distant, strict=True))
    return j, r, t


def _sin_of(r: Any, t: Any) -> Any:
    z = r * r
    return r + (t - 0.5 * z * t + r * z * _horner(z, _SIN))


def _cos_of(r: Any, t: Any) -> Any:
    z = r * r
    half = 0.5 * z
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (z * z * _horner(z, _COS) - r * t))


def _turned(j: Any, even: Any, odd: Any) -> Any:
    """The value in quadrant j: even, odd, -even, -odd for j = 0, 1, 2, 3 modulo 4."""
    quarter = j - 4.0 * nearest(j * 0.25)  # -2, -1, 0, 1 or 2
    swapped = equal(absolute(quarter), 1.0)
    value = where(swapped, odd, even)
    return where(equal(quarter, -1.0), -value, where(equal(absolute(quarter), 2.0), -value, value))


def sin(x: Any) -> Any:
    """The sine of x radians, at most 1 ulp off; NaN for infinities; keeps the sign of zero."""
    j, r, t = _reduced_angle(x)
    value = where(equal(x, 0.0), x, _turned(j, _sin_of(r, t), _cos_of(r, t)))
    return where(absolute(x) < math.inf, value, math.nan)


def cos(x: Any) -> Any:
    """The cosine of x radians, at most 1 ulp off; NaN for infinities."""
    j, r, t = _reduced_angle(x)
    return where(absolute(x) < math.inf, _turned(j, _cos_of(r, t), -_sin_of(r, t)), math.nan)


def power(x: Any, y: Any) -> Any:
    """x**y as e**(y ln|x|) with the sign that an odd y gives; relative error up to |y ln x| ulp.

    x**0 = 1, 1**y = 1, (-1)**±inf = 1; a finite negative x with a fractional y is NaN (IEEE 754-2019, section 9.2.1).
    """
    base = absolute(x)
    size = where(equal(base, 1.0), 1.0, exp(y * log(base)))
    odd = equal(absolute(y - 2.0 * nearest(y * 0.5)), 1.0)
    fraction = where(equal(nearest(y), y), size, where(equal(base, math.inf), size, math.nan))
    signed = where(odd, copysign(size, x), where(x < 0.0, fraction, size))
    return where(equal(y, 0.0), 1.0, signed)


SPELT_OUT: Mapping[str, Callable[..., Any]] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "sin": sin,
    "cos": cos,
    "pow": power,
}
