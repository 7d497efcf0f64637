"""Forward mode against reverse mode: every rule's gradient checked by the alphabet's own slopes."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chainrule.rules import RULES
from chainrule.rules.alphabet import PRIMITIVES, maximum, where
from chainrule.rules.dual import Dual, directional

CONSTANTS = {"n": 3.0, "low": -0.75, "high": 1.25, "slope": 0.01, "alpha": 1.5}
CONSTANTS |= {"delta": 0.8, "strength": 0.3, "l1_ratio": 0.4}
POSITIVE = {"log", "sqrt", "pow"}


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
def test_every_gradient_is_what_dual_numbers_say(name, data):
    rule = RULES[name]
    numbers = st.floats(1e-2, 1e2) if name in POSITIVE else st.floats(-30, 30)
    operands = [data.draw(numbers) for _ in rule.inputs]
    assume(all(abs(x) > 1e-6 for x in operands))
    constants = [CONSTANTS[key] for key in rule.constants]
    direction = [data.draw(st.floats(-2, 2)) for _ in rule.inputs]
    y, slope = directional(rule, operands, constants, direction)
    # At a kink each side has its own derivative, and no gradient is that of both.
    _, back = directional(rule, operands, constants, [-way for way in direction])
    assume(slope == -back)
    assert y == rule.forward(*operands, *constants)
    parts = rule.grad(*operands, *constants, y, 1.0)
    wanted = math.fsum(part * way for part, way in zip(parts, direction, strict=True))
    size = math.fsum(abs(part * way) for part, way in zip(parts, direction, strict=True))
    assert slope == pytest.approx(wanted, rel=1e-9, abs=1e-9 * size + 1e-12)


def test_branches_go_by_value():
    x = Dual(2.0, 1.0)
    assert where(x > 1.0, x * x, 0.0).slope == 4.0
    assert maximum(x, 3.0).slope == 0.0
    assert (x < 3.0) is True


def test_an_argument_that_does_not_move_contributes_nothing_even_where_it_is_infinitely_steep():
    assert Dual(0.0, 0.0).apply("sqrt", (Dual(0.0, 0.0),)).slope == 0.0


@pytest.mark.parametrize("name", PRIMITIVES)
def test_every_primitive_has_a_slope_for_each_argument(name):
    row = PRIMITIVES[name]
    values = [0.7, 0.3, 0.2][: len(row.holes)]
    assert len(row.slope(*values, row.evaluate(*values))) == len(values)


@pytest.mark.parametrize(
    ("name", "at", "wanted"), [("tanh", 0.0, 1.0), ("elu", 0.0, 1.0), ("gelu", 0.0, 0.5), ("silu", 0.0, 0.5)]
)
def test_a_smooth_function_of_pieces_has_one_derivative_where_they_meet(name, at, wanted):
    constants = [value or 0.0 for value in RULES[name].constants.values()]
    for way in (1.0, -1.0):
        assert directional(RULES[name], [at], constants, [way])[1] == pytest.approx(way * wanted)


def test_at_a_kink_the_derivative_is_that_of_the_side_the_direction_leads_to():
    relu = RULES["relu"]
    assert directional(relu, [0.0], [], [1.0])[1] == 1.0
    assert directional(relu, [0.0], [], [-2.0])[1] == 0.0
    assert maximum(Dual(1.0, 3.0), Dual(1.0, 5.0)).slope == 5.0
