"""Layers written as plain arithmetic learn like any other."""

import random

import pytest
from attrs import evolve

from chainrule import Value
from chainrule.errors import ProgramError, RuleError
from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.program.traced import trace


def dense_tanh(x, w):
    """What an ordinary layer of three neurons does, by hand."""
    n = len(x)
    return [(sum(w[j * n + i] * x[i] for i in range(n)) + w[3 * n + j]).tanh() for j in range(3)]


def gated(x, w):
    """Every input through its own gate, and their product; powers, constants and unused parameters too."""
    outputs = [a * (a * b + 0.5).sigmoid() for a, b in zip(x, w, strict=False)]
    return [*outputs, x[0] * x[1], 2 * x[1] - x[0] ** 2, Value(0.25), w[0].clip(-1, 1)]


def made(plan, machine=None):
    parts = split(load("moons", 30, 0.1, 1), 0.6, 1)
    return Trainer(machine or NativeMachine(), plan, parts, 1, {"learning_rate": 0.05})


PLAN = Plan((2, 3, 4, 1), "tanh", "mse", "momentum", 18)


def test_a_written_layer_computes_and_learns_what_an_ordinary_one_does():
    ordinary = made(PLAN)
    written = made(evolve(PLAN, custom=(trace(dense_tanh, 2, 9), None)))
    written.set_parameters(dict(enumerate(ordinary.parameters())))
    for _ in range(3):
        assert list(written.parameters()) == pytest.approx(list(ordinary.parameters()), rel=1e-11)
        assert list(written.gradients()) == pytest.approx(list(ordinary.gradients()), rel=1e-9, abs=1e-12)
        assert list(written.gradients(4)) == pytest.approx(list(ordinary.gradients(4)), rel=1e-9, abs=1e-12)
        assert list(written.values()) == pytest.approx(list(ordinary.values()), rel=1e-11)
        assert written.adjoints()[:2] == pytest.approx(ordinary.adjoints()[:2], rel=1e-9)
        ordinary.advance(20)
        written.advance(20)


@pytest.mark.parametrize("machine", [NativeMachine, ReferenceMachine])
@pytest.mark.parametrize("normalisation", ["none", "layer"])
def test_gradients_of_a_written_layer_are_slopes_of_the_loss(machine, normalisation):
    layer = trace(gated, 2, 5)
    assert (layer.inputs, layer.outputs, layer.parameters) == (2, 6, 5)
    plan = Plan((2, 6, 3, 1), "tanh", "huber", "adam", 9, custom=(layer, None), normalisation=normalisation)
    trainer = made(plan, machine())
    trainer.advance(2)
    gradients, parameters = trainer.gradients(), trainer.parameters()
    for at in range(len(parameters)):
        sides = []
        for way in (1e-6, -1e-6):
            trainer.set_parameters({at: parameters[at] + way})
            sides.append(trainer.batch_loss)
        trainer.set_parameters({at: parameters[at]})
        assert gradients[at] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-4, abs=1e-7)


def test_a_written_layer_between_others_and_on_values_gives_the_same():
    layer = trace(gated, 3, 2)
    draw = random.Random(1)
    x, w = ([Value(draw.uniform(-1, 1)) for _ in range(count)] for count in (3, 2))
    assert [each.data for each in layer.values(x, w)] == [each.data for each in gated(x, w)]
    trainer = made(evolve(PLAN, sizes=(2, 3, 6, 1), custom=(None, layer)))
    first = trainer.batch_loss
    trainer.advance(200)
    assert trainer.batch_loss < first / 2


def test_a_written_layer_keeps_its_parameters_through_a_rebuild():
    layer = trace(gated, 2, 5)
    plan = Plan((2, 6, 1), "tanh", "mse", "sgd", 9, custom=(layer,))
    trainer = made(plan)
    trainer.advance(5)
    before = trainer.parameters()[:5]
    parts = split(load("moons", 30, 0.1, 1), 0.6, 1)
    wider = evolve(plan, sizes=(2, 6, 4, 1), custom=(layer, None))
    trainer.rebuild(wider, parts, {"learning_rate": 0.05})
    assert trainer.parameters()[:5] == before
    trainer.advance(5)
    assert trainer.parameters()[:5] != before


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda x, w: [x[0]] if x[0] > 0 else [x[1]], "layer_trace"),
        (lambda x, w: [x[0] if x[0].data > 0 else x[1]], "layer_varies"),
        (lambda x, w: [x[0] * x[0].data], "layer_varies"),
        (lambda x, w: x[0], "layer_result"),
        (lambda x, w: [], "layer_result"),
        (lambda x, w: ["one"], "operand"),
    ],
)
def test_what_is_no_fixed_arithmetic_is_refused(function, code):
    with pytest.raises(RuleError) as caught:
        trace(function, 2, 1, "odd")
    assert caught.value.code == f"error.{code}"


def test_a_written_layer_must_fit():
    with pytest.raises(ProgramError) as caught:
        evolve(PLAN, custom=(trace(gated, 2, 5), None))
    assert caught.value.where == "gated"
    with pytest.raises(ProgramError) as caught:
        evolve(PLAN, custom=(None,))
    assert caught.value.where == "custom"
