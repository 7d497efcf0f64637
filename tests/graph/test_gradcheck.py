"""The gradient check passes what is right, finds what is wrong, and knows kinks."""

import math

import pytest
from expressions import recipe
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import Value
from chainrule.errors import RuleError
from chainrule.graph.gradcheck import check_values, slope
from chainrule.graph.value import apply
from chainrule.rules import RULES, define


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=50, deadline=None)
def test_dual_numbers_agree_with_reverse_mode_on_random_expressions(seed, depth):
    values = recipe(seed, depth).values()
    report = check_values(
        values[-1], [value for value in values if value.grad == 0 and value in reached(values[-1])]
    )
    for each in report.checked:
        assert each.dual == pytest.approx(each.reverse, rel=1e-9, abs=1e-9)


def reached(value):
    seen = {value}
    stack = [value]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return seen


def test_a_smooth_expression_passes_at_every_node_and_nothing_is_changed():
    a, b = Value(0.7, label="a"), Value(-1.2, label="b")
    top = (a * b + a.sin() * 3).tanh() / (b * b + 1)
    top.backward()
    before = [value.grad for value in reached(top)]
    report = check_values(top, reached(top))
    assert report
    assert len(report.checked) == len(reached(top))
    assert report.worst.reverse == pytest.approx(report.worst.numeric, abs=1e-9)
    assert "agree" in str(report)
    assert [value.grad for value in reached(top)] == before
    assert {each.name for each in check_values(top).checked} >= {"a", "b"}
    assert len(check_values(top, reached(top), sample=3).checked) == 3


def test_a_gradient_that_is_wrong_is_found():
    define("wrong_square", "x", lambda x: x * x, grad=lambda x, y, g: (g * x,))
    try:
        x = Value(3.0, label="x")
        report = check_values(apply("wrong_square", x) + x)
    finally:
        del RULES["wrong_square"]
    assert not report
    (each,) = report.checked
    assert (each.reverse, each.dual) == (4.0, 7.0)
    assert each.numeric == pytest.approx(7)
    assert "OFF x" in str(report)


@pytest.mark.parametrize(
    "expression",
    [
        lambda x: x.relu(),
        lambda x: abs(x),
        lambda x: x.max(0.0),
        lambda x: x.min(x * 2),
        lambda x: x.clip(0.0, 1.0),
        lambda x: x.leaky_relu(),
        lambda x: (x.relu() + 1) ** 2,
    ],
)
def test_at_a_kink_any_gradient_between_the_sides_passes(expression):
    x = Value(0.0)
    report = check_values(expression(x), x)
    (each,) = report.checked
    assert each.kink
    assert report
    near = check_values(expression(Value(1e-5)))
    assert near
    assert not any(each.kink for each in near.checked[:1])


def test_beyond_the_sides_of_a_kink_it_does_not_pass():
    define("steep_relu", "x", lambda x: RULES["relu"].forward(x), grad=lambda x, y, g: (g * 1.5,))
    try:
        assert not check_values(apply("steep_relu", Value(0.0)))
    finally:
        del RULES["steep_relu"]


def test_where_a_slope_is_not_finite_the_check_does_not_pretend():
    report = check_values(Value(0.0).sqrt())
    assert not report or math.isinf(report.checked[0].reverse)
    with pytest.raises(RuleError, match="does not depend"):
        check_values(Value(1.0) * 2, Value(3.0))


def test_a_slope_is_exact_to_the_digits_that_differences_have():
    assert slope(math.exp, 1.0).central == pytest.approx(math.e, rel=1e-10)
    assert slope(lambda x: x**3, 100.0).central == pytest.approx(30000, rel=1e-9)
    kink = slope(abs, 0.0)
    assert (kink.kink, kink.left, kink.right) == (True, pytest.approx(-1), pytest.approx(1))
