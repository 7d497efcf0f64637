from __future__ import annotations

from math import sin

import pytest

from chainrule.errors import DataError
from chainrule.network.data import FEATURES, engineered, load, split

EVERY = tuple(FEATURES)


def test_features_are_the_functions_their_names_say() -> None:
    plain = load("moons", 40, 0.1, 3)
    table = engineered(plain, EVERY)
    assert table.features == ("x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂")
    for row in range(40):
        x, y = plain.inputs[2 * row : 2 * row + 2]
        exact = (x, y, x * x, y * y, x * y)
        assert tuple(table.inputs[7 * row : 7 * row + 5]) == exact
        assert tuple(table.inputs[7 * row + 5 : 7 * row + 7]) == pytest.approx((sin(x), sin(y)), rel=1e-15)


def test_they_keep_their_order_and_the_places_of_the_points() -> None:
    plain = load("circles", 20, 0.0, 1)
    table = engineered(engineered(plain, EVERY), ("x2_squared", "x1"))
    assert table.features == ("x₂²", "x₁")
    assert table.coordinates == plain.inputs
    assert table.inputs[1::2] == plain.inputs[0::2]
    assert engineered(plain, ("x1", "x2")) is plain
    assert split(table, 0.5, 1).inputs == table.inputs


@pytest.mark.parametrize(
    ("name", "features", "part"),
    [
        ("moons", ("x1", "sin_x3"), "sin_x"),
        ("moons", (), "x1"),
        ("moons", ("x1", "x1"), "x1"),
        ("iris", ("x1",), "iris"),
    ],
)
def test_what_cannot_be_engineered_says_so(name: str, features: tuple[str, ...], part: str) -> None:
    with pytest.raises(DataError) as caught:
        engineered(load(name, 20, 0, 1), features)
    assert caught.value.where == "data.features"
    assert part in str(caught.value)
