"""Pace, cost and curve: arithmetic that needs no network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.session.curve import LONGEST, Curve
from chainrule.session.pacer import Pacer, affordable


@given(st.sampled_from([1.0, 5.0, 20.0, 100.0, 300.0, 1000.0]), st.floats(1, 50), st.integers(1, 400))
def test_slices_add_up_to_the_pace(pace: float, slice_ms: float, slices: int) -> None:
    pacer = Pacer(pace)
    made = sum(pacer.due(slice_ms, 10**9) for _ in range(slices))
    assert made == pytest.approx(pace * slice_ms * slices / 1000, abs=1.001)


def test_one_step_a_second_is_one_step_in_ten_tenths_of_a_second() -> None:
    pacer = Pacer(1.0)
    assert [pacer.due(100, 10**9) for _ in range(20)] == [*[0] * 9, 1, *[0] * 9, 1]


def test_steps_that_did_not_fit_are_not_made_up_for() -> None:
    pacer = Pacer(1000.0)
    assert pacer.due(1000, 10) == 10
    assert pacer.due(1, 10) == 1


def test_a_slice_is_shared_between_steps_and_the_frame() -> None:
    assert affordable(16, 1e5, 0) == 160
    assert affordable(16, 1e5, 4e6) == 120
    assert affordable(16, 1e5, 1e9) == 80  # the frame never takes more than half
    assert affordable(16, 1e12, 1e12) == 1  # and a step always fits


def test_the_whole_curve_is_all_its_news() -> None:
    curve, told = Curve(), []
    for step in range(0, 50, 5):
        curve.add(step, 1.0 / (step + 1), 2.0)
        if step % 2:
            news, reset = curve.news()
            assert reset == (not told)
            told.extend(news)
    told.extend(curve.news()[0])
    assert told == list(curve.whole())
    assert curve.news()[0].tolist() == []


def test_a_step_has_one_point() -> None:
    curve = Curve()
    curve.add(3, 1.0, 1.0)
    curve.add(3, 0.5, 0.5)
    assert list(curve.whole()) == [3.0, 1.0, 1.0]


def test_a_cleared_curve_tells_the_page_to_forget() -> None:
    curve = Curve()
    curve.add(3, 1.0, 1.0)
    curve.news()
    curve.clear()
    curve.add(0, 2.0, 2.0)
    assert curve.news() == (curve.whole(), True)


@given(st.integers(1, 3 * LONGEST))
def test_a_long_curve_stays_bounded_with_its_first_and_last_point(count: int) -> None:
    curve = Curve()
    for step in range(count):
        curve.add(step, 0.0, 0.0)
    steps = curve.whole()[0::3].tolist()
    assert len(steps) <= LONGEST
    assert (steps[0], steps[-1]) == (0.0, count - 1.0)
    assert steps == sorted(set(steps))
