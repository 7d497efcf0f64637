"""A sum of numbers that have run away is NaN or an infinity, never an exception."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.rules.sums import total


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8))
def test_a_sum_is_always_a_float(numbers: list[float]) -> None:
    assert isinstance(total(numbers), (float, int))


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ([0.1] * 10, 1.0),
        ([1e16, 1.0, -1e16], 1.0),
        ([math.inf, 1.0], math.inf),
        ([1e308, 1e308], math.inf),
    ],
)
def test_sums_are_exactly_rounded_or_infinite(numbers: list[float], wanted: float) -> None:
    assert total(numbers) == wanted


def test_infinities_of_both_signs_have_no_sum() -> None:
    assert math.isnan(total([math.inf, -math.inf]))
