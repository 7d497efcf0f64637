"""The PyTorch text of every rule: the same numbers, and autograd finds the rule's own gradients."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chainrule.rules import RULES
from chainrule.rules.expr import const, node, symbol
from chainrule.rules.torchtext import torch_text

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install chainrule[peers]")

CONSTANTS = {"n": 3.0, "low": -0.75, "high": 1.25, "slope": 0.01, "alpha": 1.5}
CONSTANTS |= {"delta": 0.8, "strength": 0.3, "l1_ratio": 0.4}
POSITIVE = {"log", "sqrt", "pow"}


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_autograd_through_the_text_gives_the_rules_gradients(name, data):
    rule = RULES[name]
    low, high = (0.1, 10.0) if name in POSITIVE else (-8.0, 8.0)
    numbers = st.floats(low, high).filter(lambda x: abs(x) > 1e-3)
    operands = [data.draw(numbers) for _ in rule.inputs]
    if len(operands) == 2:  # kinks, where every engine may choose
        assume(abs(operands[0] - operands[1]) > 1e-9)
        assume(abs(1 - operands[0] * operands[1]) > 1e-9)
        assume(abs(abs(operands[0] - operands[1]) - CONSTANTS["delta"]) > 1e-9)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in operands]
    names = dict(zip(rule.inputs, tensors, strict=True))
    names |= {key: torch.tensor(CONSTANTS[key], dtype=torch.float64) for key in rule.constants}
    y = eval(torch_text(rule.expr), {"torch": torch, **names})
    constants = [CONSTANTS[key] for key in rule.constants]
    wanted = rule.forward(*operands, *constants)
    assert y.item() == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    y.backward()
    parts = rule.grad(*operands, *constants, wanted, 1.0)
    size = max(1.0, *map(abs, operands))
    for tensor, part in zip(tensors, parts, strict=True):
        found = 0.0 if tensor.grad is None else tensor.grad.item()
        assert found == pytest.approx(part, rel=1e-9, abs=1e-9 * size)


def test_parentheses_keep_the_order_of_operations():
    a, b = symbol("a"), symbol("b")
    assert torch_text((a + b) * (a - (b - 1.5))) == "(a + b) * (a - (b - 1.5))"
    assert torch_text(-a / (-b)) == "(-a) / (-b)"
    assert (
        torch_text(node("max", a, const(-0.5)))
        == "torch.maximum(a, torch.tensor((-0.5), dtype=torch.float64))"
    )
    assert torch_text(a * b, {"a": "x[0]"}) == "x[0] * b"
