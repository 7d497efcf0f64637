"""The colours: exact where they are promised, even in between, and never the only colour twice."""

from __future__ import annotations

from bisect import bisect_right
from itertools import combinations, pairwise
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.config import Settings
from chainrule.session.events import Palette, Ramp
from chainrule.session.palette import HALF, _bytes, _oklab, palettes

PALETTES = {
    (each.theme, each.sight, each.gradient_scale): each
    for each in palettes(Settings().visualization.gradient_color_range)
}
LIGHT, DARK = PALETTES["light", "plain", "symlog"], PALETTES["dark", "plain", "symlog"]
SAFE, SAFE_DARK = PALETTES["light", "safe", "symlog"], PALETTES["dark", "safe", "symlog"]
LINEAR = PALETTES["light", "plain", "linear"]
RAMPS = [LIGHT.gradient, LIGHT.value, DARK.gradient, DARK.value, SAFE.gradient, SAFE_DARK.gradient]


def entry(ramp: Ramp, x: float) -> int:
    """As the page looks a number up."""
    k = bisect_right(ramp.thresholds, abs(x))
    return HALF + k if x > 0 else HALF - k


def colour(ramp: Ramp, x: float) -> str:
    at = 3 * entry(ramp, x)
    return "#" + bytes(ramp.colours[at : at + 3]).hex()


@pytest.mark.parametrize(
    ("palette", "scale", "expected"),
    [
        (LIGHT, "gradient", ("#ff6b6b", "#ffffff", "#4ecdc4")),
        (DARK, "gradient", ("#ff6b6b", "#1b1e23", "#4ecdc4")),
        (LINEAR, "gradient", ("#ff6b6b", "#ffffff", "#4ecdc4")),
        (SAFE, "gradient", ("#d55e00", "#ffffff", "#0072b2")),
        (SAFE_DARK, "gradient", ("#ff8a3d", "#1b1e23", "#56b4e9")),
        (LIGHT, "value", ("#e29a2e", "#ffffff", "#5a5bd0")),
        (DARK, "value", ("#e29a2e", "#1b1e23", "#5a5bd0")),
    ],
)
def test_minus_one_zero_and_one_have_exactly_the_promised_colours(
    palette: Palette, scale: str, expected: tuple[str, ...]
) -> None:
    ramp = getattr(palette, scale)
    assert tuple(colour(ramp, x) for x in (-1.0, 0.0, 1.0)) == expected
    assert tuple(colour(ramp, x) for x in (-50.0, -0.0, 1e9)) == expected


@pytest.mark.parametrize("ramp", RAMPS)
def test_the_last_colour_is_reached_at_one_and_not_before(ramp: Ramp) -> None:
    assert entry(ramp, 1.0) == 2 * HALF
    assert entry(ramp, 0.999999) < 2 * HALF
    assert len(ramp.thresholds) == HALF
    assert len(ramp.colours) == 3 * (2 * HALF + 1)
    assert all(a < b for a, b in pairwise(ramp.thresholds))


def lightness(ramp: Ramp) -> list[float]:
    return [_oklab(tuple(ramp.colours[3 * k : 3 * k + 3]))[0] for k in range(2 * HALF + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize("ramp", RAMPS)
def test_lightness_goes_one_way_on_each_side_of_zero(ramp: Ramp) -> None:
    found = lightness(ramp)
    outwards = 1 if found[0] > found[HALF] else -1
    for half in (found[HALF:], found[HALF::-1]):
        # One step of 8 bits may round the other way; the way as a whole may not.
        assert all(outwards * (b - a) > -0.004 for a, b in pairwise(half))
        assert all(outwards * (b - a) > 0 for a, b in zip(half, half[8:], strict=False))


@pytest.mark.parametrize("ramp", RAMPS)
def test_equal_steps_look_equally_large(ramp: Ramp) -> None:
    labs = [_oklab(tuple(ramp.colours[3 * k : 3 * k + 3])) for k in range(2 * HALF + 1)]  # type: ignore[arg-type]
    for half in (labs[HALF:], labs[HALF::-1]):
        mean = dist(half[0], half[-1]) / HALF
        assert all(abs(dist(a, b) / (16 * mean) - 1) < 0.15 for a, b in zip(half, half[16:], strict=False))


@given(st.floats(-2, 2), st.sampled_from(RAMPS))
def test_opposite_numbers_stand_equally_far_from_neutral(x: float, ramp: Ramp) -> None:
    assert entry(ramp, x) - HALF == HALF - entry(ramp, -x)


def test_a_gradient_of_a_thousandth_is_seen_and_a_value_of_it_is_not() -> None:
    assert entry(LIGHT.gradient, 1e-3) - HALF > 20
    assert entry(LIGHT.value, 1e-3) == HALF


def test_own_colours_are_taken_and_the_dark_stage_stays_dark() -> None:
    found = palettes(("#0000ff", "#eeeeee", "#ff0000"))
    light, dark = (next(each for each in found if each.theme == theme) for theme in ("light", "dark"))
    assert [colour(light.gradient, x) for x in (-1, 0, 1)] == ["#0000ff", "#eeeeee", "#ff0000"]
    assert [colour(dark.gradient, x) for x in (-1, 0, 1)] == ["#0000ff", "#1b1e23", "#ff0000"]


def test_classes_and_the_mark_of_nan_are_told_apart() -> None:
    flat = LIGHT.classes
    classes = [tuple(flat[k : k + 3]) for k in range(0, len(flat), 3)]
    assert len(classes) >= 10
    assert classes[0] == _bytes("#e29a2e")
    assert classes[1] == _bytes("#5a5bd0")
    named = [*classes, _bytes(LIGHT.invalid)]
    assert min(dist(_oklab(a), _oklab(b)) for a, b in combinations(named, 2)) > 0.1  # type: ignore[arg-type]
