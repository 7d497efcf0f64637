"""A compiled graph gives the numbers of the eager one, forward, backward, and after every change."""

import math
import random

import pytest
from expressions import recipe
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import Value
from chainrule.errors import ProgramError
from chainrule.graph.value import apply
from chainrule.machine.cells import cells_bytes
from chainrule.machine.compiled import Compiled
from chainrule.machine.native import NativeInstance
from chainrule.rules import RULES


def compiled(result, leaves=None, **options):
    return Compiled(NativeInstance(cells_bytes()), result, leaves, **options)


@given(st.integers(0, 2**32), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_forward_and_backward_give_the_eager_numbers(seed, depth):
    values = recipe(seed, depth).values()
    program = compiled(values[-1])
    assert program.data == pytest.approx(values[-1].data, rel=1e-12, abs=1e-12)
    values[-1].backward()
    for value in values:
        if value is values[-1] or value.grad:
            assert program.gradient(value) == pytest.approx(value.grad, rel=1e-9, abs=1e-9)
            assert program.value(value) == pytest.approx(value.data, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_cell_that_agrees_at_odd_numbers_too(name):
    rule = RULES[name]
    constants = {key: 0.5 if default is None else default for key, default in rule.constants.items()}
    odd = [0.0, -0.0, 1.5, -2.5, 1e-310, math.inf, -math.inf, math.nan, 800.0]
    draw = random.Random(name)
    for _ in range(60):
        operands = [Value(draw.choice(odd)) for _ in rule.inputs]
        result = apply(name, *operands, **constants)
        program = compiled(result)
        assert program.data == pytest.approx(result.data, rel=1e-13, nan_ok=True)
        result.backward()
        for operand in operands:
            assert program.gradient(operand) == pytest.approx(operand.grad, rel=1e-13, nan_ok=True)


def loop(loss, parameters, steps, forward):
    for _ in range(steps):
        forward()
        for parameter in parameters:
            parameter.grad = 0.0
        loss.backward()
        for parameter in parameters:
            parameter.data -= 0.05 * parameter.grad


def test_a_micrograd_loop_needs_one_line_more():
    def loss_of(w, b):
        total = Value(0.0)
        for x, y in ((-1.0, 0.5), (0.5, -0.25), (2.0, 1.0)):
            total = total + ((w * x + b).tanh() - y) ** 2
        return total

    w, b = Value(0.3), Value(-0.1)
    for _ in range(50):
        loss = loss_of(w, b)
        loss.zero_grad()
        loss.backward()
        w.data -= 0.05 * w.grad
        b.data -= 0.05 * b.grad
    v, c = Value(0.3), Value(-0.1)
    program = compiled(loss_of(v, c), [v, c])
    loop(program, [v, c], 50, program.forward)
    assert (v.data, c.data) == pytest.approx((w.data, b.data), rel=1e-12)
    assert program.leaves == (v, c)


def test_gradients_accumulate_over_calls_and_are_fresh_inside():
    x = Value(3.0)
    square = x * x
    program = compiled(square * square)
    program.backward()
    program.backward()
    assert x.grad == 2 * 4 * 27
    assert program.gradient(square) == 18
    program.zero_grad()
    assert x.grad == 0
    program.refresh()
    assert (x.grad, square.grad, square.data) == (108, 18, 9)


@given(
    st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 4), st.floats(-2, 2)), min_size=1, max_size=6)
)
@settings(max_examples=60, deadline=None)
def test_a_change_gives_bit_for_bit_what_computing_everything_would(seed, changes):
    values = recipe(seed, 60).values()
    program = compiled(values[-1], values[:5])
    for leaf, number in changes:
        program.change({values[leaf]: number})
        quick = [program.value(value) for value in program._program.order]
        partial = program.recomputed
        program.forward()
        full = [program.value(value) for value in program._program.order]
        assert list(map(repr, quick)) == list(map(repr, full))
        assert partial <= program.recomputed


def test_a_change_computes_descendants_only_and_counts_them():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    left, right = a * b, c.tanh()
    top = left + right
    program = compiled(top)
    assert program.change({c: 0.5}) == 2
    assert c.data == 0.5
    assert program.change({a: 4.0}) == 2
    assert program.change({a: 4.0}) == 0
    assert program.change({a: 5.0, b: 1.0, c: 1.0}) == 3
    assert program.data == 5 + math.tanh(1.0)
    assert program.gradient(a) == 1.0
    for _ in range(70):
        top = top + 1
    long = compiled(top)
    assert long.change({c: 0.25}) == 72


def test_a_change_ends_where_a_value_does_not_move():
    x = Value(-1.0)
    program = compiled((x.relu() + 1).exp())
    assert program.change({x: -2.0}) == 1
    assert program.change({x: 2.0}) == 3
    slack = compiled((x.tanh() * 2 + 1).exp(), update_threshold=0.01)
    before = slack.data
    assert slack.change({x: 2.001}) == 1
    assert slack.data == before
    assert slack.change({x: 1.0}) == 4
    assert slack.change({x: math.nan}) == 4


def test_what_does_not_fit_is_named():
    x = Value(1.0, label="x")
    program = compiled(x * 2)
    with pytest.raises(ProgramError) as caught:
        program.change({Value(1.0, label="stranger"): 2.0})
    assert caught.value.where == "stranger"
    with pytest.raises(ProgramError) as caught:
        program.change({x * 3: 2.0})
    assert caught.value.code == "error.not_a_leaf"
    assert x.data == 1.0
    with pytest.raises(ProgramError) as caught:
        compiled(x, update_threshold=-1)
    assert caught.value.where == "update_threshold"


def test_a_million_values_in_a_chain_compile_and_run():
    x = at = Value(1.0)
    for _ in range(1_000_000):
        at = at + 1e-6
    program = compiled(at, [x])
    assert program.gradient(x) == 1.0
    assert program.data == pytest.approx(2.0)
    assert program.change({x: 3.0}) == 1_000_000
    assert program.data == pytest.approx(4.0)
