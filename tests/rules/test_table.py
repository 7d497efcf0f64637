"""Defining a rule: what is refused, and that one definition is enough."""

import pytest

from chainrule.errors import RuleError
from chainrule.graph.value import apply
from chainrule.program import instruction_set
from chainrule.rules import RULES, define
from chainrule.rules.alphabet import exp


@pytest.fixture
def clean_table():
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def test_a_name_can_be_taken_only_once(clean_table):
    with pytest.raises(RuleError, match="named add already"):
        define("add", "a b", lambda a, b: a + b, grad=lambda a, b, y, g: (g, g))


def test_a_rule_must_give_one_gradient_for_each_input(clean_table):
    with pytest.raises(RuleError, match="broken has 2 inputs but 1 gradients"):
        define("broken", "a b", lambda a, b: a + b, grad=lambda a, b, y, g: (g,))
    assert "broken" not in RULES


def test_a_rule_that_branches_in_python_is_told_to_use_where(clean_table):
    with pytest.raises(RuleError, match="use where"):
        define("broken", "x", lambda x: x if x > 0 else 0.0, grad=lambda x, y, g: (g,))


def test_a_rule_that_uses_two_stars_is_told_to_use_power(clean_table):
    with pytest.raises(RuleError, match="use power"):
        define("broken", "x", lambda x: x**2, grad=lambda x, y, g: (g,))


def test_a_new_rule_is_at_once_an_operation_an_instruction_and_a_formula(clean_table):
    define("bump", "x", lambda x: exp(-x * x), grad=lambda x, y, g: (-2 * x * y * g,))
    assert apply("bump", 0.5).data == pytest.approx(0.7788007830714049)
    assert {"bump", "bump.grad"} <= set(instruction_set())
    assert RULES["bump"].latex("z") == r"e^{\left(-z\right) \, z}"
