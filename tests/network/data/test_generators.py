from __future__ import annotations

import hashlib
import sys
from array import array
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.network.data import FEWEST_POINTS, MOST_NOISE, MOST_POINTS, Table, load
from chainrule.network.data.generators import EXTENT, GENERATORS, SURFACES

NAMES = st.sampled_from(list(GENERATORS))
SEEDS = st.integers(0, 2**32 - 1)
POINTS = st.integers(FEWEST_POINTS, 80)
NOISES = st.floats(0, MOST_NOISE)

GOLDEN = {
    "spirals": "ce731f89e8b64b544c8e6f2c0ffad9c9",
    "moons": "0be814f31ad4030640d161e740e560e8",
    "circles": "a5bd98e5d461717c68f23dd5648df332",
    "rings": "11ce579f46d620f64e5bb1c9cf01670c",
    "xor": "a01afcfa36bcf0d101cfe6e16ef2edd8",
    "gaussians": "e40935e52b80bf26d0a034fb9b07cc3a",
    "checkerboard": "6f7b5ded7c10c71c13b251b2aaf7f2a3",
}


def of_class(table: Table, label: int) -> list[tuple[float, float]]:
    pairs = zip(table.inputs[0::2], table.inputs[1::2], table.labels, strict=True)
    return [(x, y) for x, y, found in pairs if found == label]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_gives_these_very_bytes_on_every_platform(name: str) -> None:
    inputs = array("d", load(name, 200, 0.1, 1).inputs)
    if sys.byteorder == "big":
        inputs.byteswap()
    assert hashlib.sha256(inputs.tobytes()).hexdigest()[:32] == GOLDEN[name]


@given(NAMES, POINTS, NOISES, SEEDS)
def test_a_generated_set_is_planar_binary_balanced_and_within_its_extent(
    name: str, points: int, noise: float, seed: int
) -> None:
    table = load(name, points, noise, seed)
    assert (table.name, table.task, table.planar, table.extent) == (name, "binary", True, EXTENT)
    assert len(table.features) == len(table.classes) == 2
    assert table.rows == points
    assert len(table.inputs) == 2 * points
    assert abs(2 * sum(table.labels) - points) <= 1
    assert all(-EXTENT <= value <= EXTENT for value in table.inputs)


@given(NAMES, POINTS, NOISES, SEEDS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    name: str, points: int, noise: float, seed: int
) -> None:
    table = load(name, points, noise, seed)
    assert load(name, points, noise, seed) == table
    assert load(name, points, noise, seed + 1).inputs != table.inputs


@given(NAMES, SEEDS)
def test_more_noise_moves_the_same_points_further_in_the_same_direction(name: str, seed: int) -> None:
    still, near, far = (load(name, 20, noise, seed).inputs for noise in (0.0, 0.01, 0.02))
    for a, b, c in zip(still, near, far, strict=True):
        assert c - a == pytest.approx(2 * (b - a), abs=1e-12)


@pytest.mark.parametrize("name", GENERATORS)
def test_inputs_have_about_the_spread_that_initial_weights_expect(name: str) -> None:
    inputs = load(name, 500, 0.1, 1).inputs
    for column in (0, 1):
        values = inputs[column::2]
        mean = sum(values) / 500
        assert abs(mean) < 0.25
        assert 0.6 < (sum((value - mean) ** 2 for value in values) / 500) ** 0.5 < 1.8


def test_without_noise_each_set_has_its_shape() -> None:
    def shape(name: str, label: int) -> list[tuple[float, float]]:
        return of_class(load(name, 400, 0.0, 3), label)

    assert all(hypot(*point) <= 1.2 + 1e-9 for point in shape("circles", 1))
    assert all(hypot(*point) >= 1.8 - 1e-9 for point in shape("circles", 0))
    assert all(abs(hypot(*point) - 1.6) < 1e-9 for point in shape("rings", 1))
    assert all(abs(abs(hypot(*point) - 1.6) - 0.8) < 1e-9 for point in shape("rings", 0))
    assert all(x * y > 0 for x, y in shape("xor", 1))
    assert all(x * y < 0 for x, y in shape("xor", 0))
    assert all(y >= -0.4 - 1e-9 for _, y in shape("moons", 0))
    assert all(y <= 0.4 + 1e-9 for _, y in shape("moons", 1))
    for label in (0, 1):
        cells = {(int((x + 2.6) // 1.3), int((2.6 - y) // 1.3)) for x, y in shape("checkerboard", label)}
        assert cells == {(x, y) for x in range(4) for y in range(4) if (x + y) % 2 == label}


def test_the_arms_of_the_spirals_are_each_other_turned_half_round() -> None:
    table = load("spirals", 400, 0.0, 3)
    arms = [sorted(hypot(*point) for point in of_class(table, label)) for label in (0, 1)]
    assert min(arms[0]) < 0.6
    assert max(arms[1]) == pytest.approx(2.6, abs=0.01)
    for x, y in of_class(table, 0):  # the other arm stays away, so the classes can be told apart
        assert min(hypot(x - a, y - b) for a, b in of_class(table, 1)) > 0.5


@pytest.mark.parametrize("points", [FEWEST_POINTS - 1, MOST_POINTS + 1, 0, -5])
def test_too_few_or_too_many_points_are_refused(points: int) -> None:
    with pytest.raises(DataError, match=f"data.points is {points}, but must be from 10 to 10000") as caught:
        load("moons", points, 0.1, 1)
    assert caught.value.where == "data.points"


@pytest.mark.parametrize("noise", [-0.1, 0.51, float("nan"), float("inf")])
def test_noise_outside_its_range_is_refused(noise: float) -> None:
    with pytest.raises(DataError, match=f"data.noise is {noise}, but must be from 0 to 0.5") as caught:
        load("moons", 100, noise, 1)
    assert caught.value.where == "data.noise"


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_has_its_value_over_every_point_and_noise_moves_the_values_only(name: str) -> None:
    smooth, noisy = load(name, 300, 0.0, 4), load(name, 300, 0.2, 4)
    assert (smooth.task, smooth.planar, smooth.extent, smooth.classes) == ("regression", True, EXTENT, ())
    pairs = zip(smooth.inputs[0::2], smooth.inputs[1::2], strict=True)
    assert list(smooth.values) == [SURFACES[name](x, y) for x, y in pairs]
    assert all(-1.1 <= value <= 1.1 for value in smooth.values)
    assert max(smooth.values) - min(smooth.values) > 1.2
    assert noisy.inputs == smooth.inputs
    off = [a - b for a, b in zip(noisy.values, smooth.values, strict=True)]
    assert (sum(each * each for each in off) / 300) ** 0.5 == pytest.approx(0.2, rel=0.15)
    assert load(name, 300, 0.2, 5).inputs != smooth.inputs
