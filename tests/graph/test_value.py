"""``Value`` behaves as micrograd's does, and better where micrograd is known to be wrong."""

import gc
import math
import random
import weakref

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule import Value, nn
from chainrule.errors import RuleError
from chainrule.graph.value import apply


def sanity_check(value):
    x = value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    return y.data, x.grad


def more_ops(value):
    a, b = value(-4.0), value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return g.data, a.grad, b.grad


def test_the_golden_values_of_micrograds_readme_hold():
    assert [f"{number:.4f}" for number in more_ops(Value)] == ["24.7041", "138.8338", "645.5773"]


@pytest.mark.parametrize("expression", [sanity_check, more_ops])
def test_micrograds_engine_tests_give_micrograds_numbers(expression):
    assert expression(Value) == pytest.approx(expression(micrograd.engine.Value), rel=1e-12)


@pytest.mark.parametrize("expression", [sanity_check, more_ops])
def test_micrograds_engine_tests_agree_with_pytorch(expression):
    torch = pytest.importorskip("torch", reason="PyTorch is in the extra 'peers'")

    exact = expression(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True))
    assert expression(Value) == pytest.approx([float(number) for number in exact], rel=1e-12)


def demo(engine, network, steps):
    """micrograd's demonstration: a multilayer perceptron on two moons with a max-margin loss and L2."""
    random.seed(1337)
    points = [(math.cos(t), math.sin(t)) for t in (math.pi * i / 9 for i in range(10))]
    inputs = [*points, *((1 - x, 0.5 - y) for x, y in points)]
    labels = [-1] * 10 + [1] * 10
    model = network.MLP(2, [8, 8, 1])
    history = []
    for k in range(steps):
        scores = [model(list(map(engine.Value, row))) for row in inputs]
        losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + penalty
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        right = sum((yi > 0) == (score.data > 0) for yi, score in zip(labels, scores, strict=True))
        history.append((total.data, right))
    return history


class Ours:
    Value = Value


def test_micrograds_demo_loop_learns_the_same_with_only_the_import_changed():
    ours, theirs = demo(Ours, nn, 8), demo(micrograd.engine, micrograd.nn, 8)
    assert [right for _, right in ours] == [right for _, right in theirs]
    assert [loss for loss, _ in ours] == pytest.approx([loss for loss, _ in theirs], rel=1e-9)
    assert ours[-1][0] < ours[0][0]


def test_modules_print_and_list_parameters_as_micrograds_do():
    ours, theirs = nn.MLP(3, [4, 1]), micrograd.nn.MLP(3, [4, 1])
    assert repr(ours) == repr(theirs)
    assert len(ours.parameters()) == len(theirs.parameters()) == 21


def test_a_second_backward_doubles_every_gradient_interior_ones_too():
    a, b = Value(3.0), Value(-2.0)
    inner = a * b
    out = (inner * inner + a).tanh()
    out.backward()
    once = [v.grad for v in (a, b, inner, out)]
    out.backward()
    assert [v.grad for v in (a, b, inner, out)] == [2 * g for g in once]
    out.zero_grad()
    assert [v.grad for v in (a, b, inner, out)] == [0.0] * 4


def test_operands_keep_their_order_and_multiplicity():
    x, y = Value(3.0), Value(2.0)
    assert (x * x).parents == (x, x)
    assert (x - y).parents == (x, y)
    assert (x * x)._prev == {x}


def test_a_square_gets_both_of_its_gradients():
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_a_chain_of_a_hundred_thousand_values_needs_no_recursion():
    x = at = Value(1.0)
    for _ in range(100_000):
        at = at + 1
    at.backward()
    assert x.grad == 1.0


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        (lambda: Value(1.0) / 0, math.inf),
        (lambda: Value(-1.0) / 0, -math.inf),
        (lambda: Value(0.0) / 0, math.nan),
        (lambda: Value(1000.0).exp(), math.inf),
        (lambda: Value(0.0).log(), -math.inf),
        (lambda: Value(-1.0).log(), math.nan),
        (lambda: Value(-1.0).sqrt(), math.nan),
        (lambda: Value(-8.0) ** (1 / 3), math.nan),
        (lambda: Value(0.0) ** -1, math.inf),
        (lambda: Value(1e200) * 1e200, math.inf),
    ],
)
def test_arithmetic_follows_ieee_754_and_does_not_raise(expression, result):
    value = expression()
    assert value.data == pytest.approx(result, nan_ok=True)
    value.backward()


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_reflected_and_unary_forms_are_those_of_floats(x, y):
    v = Value(x)
    assert (y + v).data == y + x
    assert (y - v).data == y - x
    assert (y * v).data == y * x
    assert (-v).data == -x
    assert abs(v).data == abs(x)
    assert (+v).data == x
    assert v.max(y).data == max(x, y)
    assert v.min(Value(y)).data == min(x, y)


def test_a_number_to_the_power_of_a_value_is_differentiated():
    x = Value(3.0)
    y = 2**x
    y.backward()
    assert y.data == pytest.approx(8)
    assert x.grad == pytest.approx(8 * math.log(2))


def test_something_that_is_no_number_is_named():
    with pytest.raises(RuleError, match="add works on Values and numbers, not on str"):
        Value(1.0) + "2"


def test_numpy_s_numbers_are_numbers_on_either_side():
    row = np.array([1.5, -2.0])
    x = Value(3.0)
    assert (x * row[0]).data == (row[0] * x).data == 4.5
    assert (np.int64(2) - x).data == -1.0
    assert isinstance(np.float32(0.5) + x, Value)
    model = nn.MLP(2, [3, 1])
    assert model(row).data == model(list(map(float, row))).data


@pytest.mark.parametrize(
    ("expression", "slope"),
    [
        (lambda x: x**0, 0.0),
        (lambda x: x**1, 1.0),
        (lambda x: x**2, 0.0),
        (lambda x: x ** Value(2.0), 0.0),
        (lambda x: Value(0.0) ** (x + 2), 0.0),
        (lambda x: (x - 1e160).gelu(), 0.0),
        (lambda x: (x + 1e160).gelu(), 1.0),
        (lambda x: abs(x), 0.0),
        (lambda x: (x + math.nan).relu(), 1.0),
        (lambda x: abs(x + math.nan), math.nan),
    ],
)
def test_slopes_at_zero_at_the_far_ends_and_at_nan(expression, slope):
    x = Value(0.0)
    expression(x).backward()
    assert x.grad == pytest.approx(slope, nan_ok=True)


def test_constants_reach_the_operation_and_missing_ones_are_named():
    assert Value(-2.0).leaky_relu(0.5).data == -1.0
    assert Value(-2.0).clip(-1, 1).data == -1.0
    with pytest.raises(RuleError, match="clip needs its constant high"):
        apply("clip", Value(1.0), low=0.0)


def test_a_million_values_in_a_chain_build_differentiate_and_are_freed():
    x = at = Value(1.0)
    for _ in range(1_000_000):
        at = at + x
    at.backward()
    assert x.grad == 1_000_001
    alive = weakref.ref(at.parents[0])
    del at
    assert alive() is None


def test_graphs_are_freed_without_the_garbage_collector():
    gc.disable()
    try:
        x = Value(1.0)
        y = (x * x + 1).tanh()
        y.backward()
        alive = weakref.ref(y.parents[0])
        del y
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("expression", "match"),
    [
        (lambda: Value("3"), "not on str"),
        (lambda: Value(1j), "not on complex"),
        (lambda: apply("tahn", Value(1.0)), "Did you mean tanh"),
        (lambda: apply("add", Value(1.0)), "add takes 2 operands, not 1"),
        (lambda: apply("clip", Value(1.0), low=0, hihg=1), "clip has no constant hihg"),
    ],
)
def test_a_mistake_is_named_where_it_is_made(expression, match):
    with pytest.raises(RuleError, match=match):
        expression()
