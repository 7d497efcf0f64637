"""Every rule of the table, in every reading: one table of cases, numbers by Hypothesis."""

import math
from array import array

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chainrule.graph.value import apply
from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.program import Builder
from chainrule.rules import RULES
from chainrule.rules.latex import latex
from chainrule.rules.reading import evaluate

POSITIVE = {"log", "sqrt", "pow"}
CONSTANTS = {"n": 3.0, "low": -0.75, "high": 1.25, "slope": 0.01, "alpha": 1.5}
CONSTANTS |= {"delta": 0.8, "strength": 0.3, "l1_ratio": 0.4}
BALANCED = ("{}", r"\left \right", r"\begin \end")


def numbers(name):
    if name in POSITIVE:
        return st.floats(1e-3, 1e3)
    if name == "div":
        return st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3)
    return st.floats(-30, 30)


def drawn(name, data):
    rule = RULES[name]
    return [data.draw(numbers(name)) for _ in rule.inputs], {key: CONSTANTS[key] for key in rule.constants}


def run(machine, rule, operands, constants, upstream):
    """Forward and backward of one rule as a program of one column."""
    builder = Builder()
    inputs = [builder.operand(name, 1, 1, adjoint=True) for name in rule.inputs]
    result = builder.operand("y", 1, 1, adjoint=True)
    scalars = [builder.constant(name, [value]) for name, value in constants.items()]
    with builder.section("forward"):
        builder.apply(rule, *inputs, into=result, scalars=scalars)
    builder.backward("backward")
    program = builder.build()
    machine.load(program)
    for operand, number in zip(inputs, operands, strict=True):
        machine.write(operand.value.offset, array("d", [number]))
    machine.write(result.gradient.offset, array("d", [upstream]))
    machine.run(0, program.rows)
    return [machine.read(result.value.offset, 1)[0], *(machine.read(x.gradient.offset, 1)[0] for x in inputs)]


@pytest.fixture(scope="module")
def native():
    return NativeMachine()


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
def test_eager_value_reference_and_machine_agree(name, data, native):
    rule = RULES[name]
    operands, constants = drawn(name, data)
    upstream = data.draw(st.floats(-5, 5))
    value = apply(name, *operands, **constants)
    eager = [value.data]
    value.backward()
    eager += [upstream * parent.grad for parent in value.parents]
    expected = run(ReferenceMachine(), rule, operands, constants, upstream)
    found = run(native, rule, operands, constants, upstream)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)
    scale = max([1e-3, *map(abs, operands)])
    assert found == pytest.approx(eager, rel=1e-12, abs=1e-12 * scale, nan_ok=True)


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
def test_the_gradient_is_the_slope_of_the_forward_formula(name, data):
    rule = RULES[name]
    operands, constants = drawn(name, data)
    centre = {**dict(zip(rule.inputs, operands, strict=True)), **constants}
    y = evaluate(rule.expr, centre)
    for at, (key, formula) in enumerate(zip(rule.inputs, rule.grad_exprs, strict=True)):
        step = 1e-6 * max(1.0, abs(operands[at]))
        left, right = (evaluate(rule.expr, {**centre, key: operands[at] + way * step}) for way in (-1, 1))
        slopes = ((right - y) / step, (y - left) / step)
        bend = 1e-3 * max(1.0, abs(slopes[0]), abs(slopes[1]))
        assume(abs(slopes[0] - slopes[1]) < bend)  # not at a kink
        found = evaluate(formula, {**centre, "y": y, "g": 1.0})
        noise = 1e-9 * abs(y) / step
        assert found == pytest.approx((right - left) / (2 * step), rel=1e-4, abs=1e-4 * bend + noise + 1e-6)


@pytest.mark.parametrize("name", RULES)
def test_a_special_number_gives_the_same_special_number_on_the_machine(name, native):
    rule = RULES[name]
    constants = {key: CONSTANTS[key] for key in rule.constants}
    for special in (0.0, math.inf, -math.inf, math.nan):
        operands = [special] * len(rule.inputs)
        expected = run(ReferenceMachine(), rule, operands, constants, 1.0)
        assert run(native, rule, operands, constants, 1.0) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", RULES)
def test_latex_is_balanced_and_names_every_input(name):
    rule = RULES[name]
    names = [rf"\mathrm{{in{at}}}" for at in range(len(rule.inputs))]
    texts = [rule.latex(*names), *rule.gradient_latex(*names)]
    for text in texts:
        for pair in BALANCED:
            opening, closing = pair if len(pair) == 2 else pair.split()
            assert text.count(opening) == text.count(closing)
    assert all(each in texts[0] for each in names)


@pytest.mark.parametrize("name", RULES)
def test_latex_is_short_enough_to_be_read(name):
    rule = RULES[name]
    assert all(len(text) < 150 for text in (rule.latex(*rule.inputs), *rule.gradient_latex(*rule.inputs)))


def test_latex_has_the_parentheses_that_precedence_asks_for_and_no_more():
    from chainrule.rules.expr import symbol

    a, b, c = map(symbol, "abc")
    assert latex(a * (b + c)) == r"a \, \left(b + c\right)"
    assert latex(a - (b - c)) == r"a - \left(b - c\right)"
    assert latex(a - b - c) == "a - b - c"
    assert latex(-(a + b) * c) == r"\left(-\left(a + b\right)\right) \, c"
    assert latex((a + b) / c) == r"\frac{a + b}{c}"
    assert latex(1 - a * a) == "1 - {a}^{2}"
    assert latex(a * a, {"a": "a^{(n)}"}) == r"{\left(a^{(n)}\right)}^{2}"
