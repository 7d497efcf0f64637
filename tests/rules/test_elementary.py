"""The elementary functions against 50-digit arithmetic, and at the edges of the number line."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from chainrule.rules import elementary

mp.dps = 420
WORST_ULP = {"exp": 1.0, "expm1": 2.0, "log": 1.0, "log1p": 2.0, "sin": 1.0, "cos": 1.0}
DOMAIN = {
    "exp": (-745.0, 709.7),
    "expm1": (-745.0, 709.7),
    "log": (5e-324, 1e308),
    "log1p": (-0.9999999, 1e308),
    "sin": (-1e308, 1e308),
    "cos": (-1e308, 1e308),
}


def ulps_off(found, exact):
    nearest = float(exact)
    if nearest == 0:
        return 0.0 if abs(found) <= 5e-324 else math.inf
    return float(abs(mp.mpf(found) - exact) / mp.mpf(math.ulp(nearest)))


def exact(name, x):
    # mpmath's own functions lose tiny arguments against 1; there the first terms of the series are exact enough
    if name in ("expm1", "log1p") and abs(x) < 1e-30:
        return mp.mpf(x)
    return getattr(mp, name)(mp.mpf(x))


def points(name):
    low, high = DOMAIN[name]
    near = st.floats(max(low, -3.0), min(high, 3.0))
    return st.one_of(st.floats(low, high), near, st.sampled_from([max(low, 0.0), 1.0, 0.5, 5e-324, 1e-300]))


@pytest.mark.parametrize("name", WORST_ULP)
@given(data=st.data())
def test_is_within_its_stated_error(name, data):
    x = data.draw(points(name))
    assert ulps_off(getattr(elementary, name)(x), exact(name, x)) <= WORST_ULP[name]


@pytest.mark.parametrize("k", range(1, 3000, 37))
def test_sine_and_cosine_keep_their_digits_at_multiples_of_a_quarter_turn(k):
    x = float(k * mp.pi / 2)
    assert ulps_off(elementary.sin(x), mp.sin(mp.mpf(x))) <= 1
    assert ulps_off(elementary.cos(x), mp.cos(mp.mpf(x))) <= 1


@pytest.mark.parametrize(
    ("name", "x", "result"),
    [
        ("exp", math.inf, math.inf),
        ("exp", -math.inf, 0.0),
        ("exp", 710.0, math.inf),
        ("exp", -0.0, 1.0),
        ("expm1", -0.0, -0.0),
        ("expm1", 5e-324, 5e-324),
        ("expm1", -math.inf, -1.0),
        ("expm1", math.inf, math.inf),
        ("log", 0.0, -math.inf),
        ("log", -0.0, -math.inf),
        ("log", math.inf, math.inf),
        ("log", -1.0, math.nan),
        ("log", 1.0, 0.0),
        ("log1p", -1.0, -math.inf),
        ("log1p", -0.0, -0.0),
        ("log1p", -2.0, math.nan),
        ("log1p", math.inf, math.inf),
        ("sin", -0.0, -0.0),
        ("sin", math.inf, math.nan),
        ("cos", 0.0, 1.0),
        ("cos", -math.inf, math.nan),
        *((name, math.nan, math.nan) for name in WORST_ULP),
    ],
)
def test_edges_are_as_ieee_754_says(name, x, result):
    found = getattr(elementary, name)(x)
    assert struct.pack("<d", found) == struct.pack("<d", result) or (found != found and result != result)


@given(st.floats(-50, 50), st.floats(-20, 20))
def test_powers_of_positive_numbers_agree_with_the_exact_ones(exponent, logarithm):
    base = math.exp(logarithm)
    assert elementary.power(base, exponent) == pytest.approx(
        float(mp.mpf(base) ** mp.mpf(exponent)), rel=1e-12
    )


@pytest.mark.parametrize(
    ("base", "exponent", "result"),
    [
        (-2.0, 3.0, -8.0),
        (-2.0, 2.0, 4.0),
        (0.0, 2.0, 0.0),
        (0.0, -1.0, math.inf),
        (5.0, 0.0, 1.0),
        (1.0, 1e300, 1.0),
    ],
)
def test_powers_have_the_sign_and_edges_of_real_powers(base, exponent, result):
    assert elementary.power(base, exponent) == pytest.approx(result, rel=1e-14)


def test_a_negative_base_has_no_fractional_power():
    assert math.isnan(elementary.power(-8.0, 1 / 3))
