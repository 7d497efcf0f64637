"""What is said of a mark agrees with the frame it comes with, and its factors with its gradient."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.config import Settings
from chainrule.machine.native import NativeMachine
from chainrule.rules import LOSSES, OPTIMISERS, RULES
from chainrule.session import Experiment, Session
from chainrule.session.commands import Edit, Inspect, Look, Step
from chainrule.session.events import Frame, Graph
from chainrule.session.experiment import DataChoice, NetworkShape, Training
from chainrule.session.explanations import Inspection
from chainrule.session.inspection import moves
from chainrule.session.mark import Mark, mark

BATCH = 6
MARKS = ["w:1:0:1", "w:2:3:2", "w:3:0:1", "b:1:4", "b:3:0", "n:0:1", "n:1:2", "n:2:0", "n:3:0", "loss"]


def session(data: str = "moons", activation: str = "tanh", loss: str = "mse") -> Session:
    experiment = Experiment(
        data=DataChoice(name=data),
        network=NetworkShape(hidden=(5, 4), activation=activation),
        training=Training(batch_size=BATCH, loss=loss),
    )
    it = Session(Settings(), NativeMachine, "s", {}, experiment)
    for _ in range(5):
        it.handle(Step(id=1))
    while it.dirty:
        it.tick(100)
    return it


def frame(it: Session) -> Frame:
    found = it.welcome(resumed=True)[-1]
    assert isinstance(found, Frame)
    return found


def seen(it: Session, target: str, example: int | None = None) -> tuple[Inspection, Frame]:
    it.handle(Look(id=1, example=example))
    it.handle(Inspect(id=2, target=target))
    shown = frame(it)
    assert shown.inspection is not None
    assert shown.inspection.target == target
    return shown.inspection, shown


def place(it: Session, target: str) -> tuple[int, int]:
    """Node and parameter that a mark stands for in the graph; -1 for none."""
    graph = next(event for event in it.welcome(resumed=True) if isinstance(event, Graph))
    if target in graph.names:
        return graph.names.index(target), -1
    kind, layer, neuron, *source = target.split(":")
    node = graph.names.index(f"n:{layer}:{neuron}")
    if kind == "b":
        return -1, graph.bias[node]
    start = graph.names.index(f"n:{int(layer) - 1}:{source[0]}")
    edge = next(e for e in range(len(graph.source)) if (graph.source[e], graph.target[e]) == (start, node))
    return -1, graph.parameter[edge]


@pytest.mark.parametrize("data", ["moons", "iris"])
@pytest.mark.parametrize("target", MARKS)
def test_the_numbers_are_those_of_the_frame(target: str, data: str) -> None:
    it = session(data, loss="mse" if data == "moons" else "cross_entropy")
    told, shown = seen(it, target)
    node, parameter = place(it, target)
    if node >= 0:
        assert (told.value, told.gradient) == (shown.values[node], shown.adjoints[node])
    else:
        assert (told.value, told.gradient) == (shown.parameters[parameter], shown.gradients[parameter])
    assert told.factors == ()


@pytest.mark.parametrize("data", ["moons", "iris"])
@pytest.mark.parametrize("target", [each for each in MARKS if each[0] in "wb"])
def test_gradients_of_the_examples_add_up_to_that_of_the_batch(target: str, data: str) -> None:
    it = session(data, loss="mse" if data == "moons" else "cross_entropy")
    whole = seen(it, target)[0].gradient
    parts = [seen(it, target, example)[0].gradient for example in range(BATCH)]
    assert math.fsum(parts) == pytest.approx(whole, rel=1e-12, abs=1e-18)


@pytest.mark.parametrize("target", ["w:1:0:1", "w:2:3:2", "w:3:0:1", "b:1:4", "n:2:3"])
def test_factors_multiply_to_the_gradient_of_one_example(target: str) -> None:
    it = session()
    told, shown = seen(it, target, 2)
    assert told.factors
    assert math.prod(factor.value for factor in told.factors) == told.gradient
    if target[0] in "wb":
        assert told.gradient == shown.gradients[place(it, target)[1]]
    assert all(factor.latex in told.backward for factor in told.factors)


def test_a_factor_of_a_weight_is_what_its_source_shows() -> None:
    it = session()
    told, shown = seen(it, "w:2:3:1", 4)
    assert told.factors[1].value == shown.values[place(it, "n:1:1")[0]]


def test_formulas_of_a_weight_name_its_sum_and_its_two_factors() -> None:
    it = session()
    batch, one = seen(it, "w:2:3:1")[0], seen(it, "w:2:3:1", 0)[0]
    assert batch.forward == r"z_{4} = \sum_{i} w_{4,i}\,a_{i} + b_{4}"
    assert batch.backward == (r"\frac{\partial L}{\partial w_{4,2}} = \sum_{n} \delta_{4}^{(n)}\,a_{2}^{(n)}")
    assert one.backward == r"\frac{\partial L}{\partial w_{4,2}} = \delta_{4}\,a_{2}"


def test_a_short_sum_is_written_out() -> None:
    assert seen(session(), "w:1:0:1")[0].forward == r"z_{1} = w_{1,1}\,x_{1} + w_{1,2}\,x_{2} + b_{1}"


@pytest.mark.parametrize("activation", [name for name, rule in RULES.items() if rule.kind == "activation"])
def test_a_neuron_is_explained_by_its_activations_rule(activation: str) -> None:
    told, _ = seen(session(activation=activation), "n:1:0", 0)
    slope = r"\frac{\partial L}{\partial a_{1}}"
    assert RULES[activation].latex("z_{1}") in told.forward
    assert RULES[activation].gradient_latex("z_{1}", result="a_{1}", upstream=slope)[0] in told.backward
    assert told.moves == "none"


@pytest.mark.parametrize("loss", [name for name, each in LOSSES.items() if "binary" in each.tasks])
def test_the_output_is_explained_by_the_rule_of_the_loss(loss: str) -> None:
    it = session(loss=loss)
    rule = LOSSES[loss].rule
    assert rule.gradient_latex("a_{1}", "t_{1}", result=r"\ell", upstream=r"\frac{1}{B}")[0] in (
        seen(it, "n:3:0", 0)[0].backward
    )
    assert rule.latex("a_{1}", "t_{1}") in seen(it, "loss", 0)[0].forward


def test_a_classifiers_outputs_are_probabilities() -> None:
    it = session("iris", loss="cross_entropy")
    told = [seen(it, f"n:3:{j}", 1)[0] for j in range(3)]
    assert math.fsum(each.value for each in told) == pytest.approx(1)
    assert told[1].forward.startswith(r"p_{2} = \frac{e^{z_{2}}}{\sum_{k} e^{z_{k}}}")
    assert told[1].backward == r"\delta_{2} = \frac{\partial L}{\partial z_{2}}"


def test_a_change_has_a_direction() -> None:
    assert (moves(0.1), moves(-0.1), moves(0.0), moves(-0.0)) == ("up", "down", "stays", "stays")
    assert moves(math.nan) == "none"


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_change_foretold_is_the_change_that_the_next_step_makes(optimiser: str) -> None:
    it = session()
    it.handle(Edit(id=1, changes={"training.optimiser": optimiser}))
    for _ in range(4):
        it.handle(Step(id=2))
    while it.dirty:
        it.tick(100)
    told = {target: seen(it, target) for target in MARKS if target[0] in "wb"}
    places = {target: place(it, target)[1] for target in told}
    it.handle(Step(id=3))
    while it.dirty:
        it.tick(100)
    after = frame(it).parameters
    for target, (said, before) in told.items():
        assert said.change == after[places[target]] - before.parameters[places[target]]
        assert said.moves == moves(said.change)
        if optimiser == "sgd":
            assert said.change == pytest.approx(-0.1 * said.batch_gradient)


def test_where_a_parameter_moves_is_said_of_the_batch_even_when_one_example_is_shown() -> None:
    it = session("moons", "relu")
    it.handle(Edit(id=1, changes={"network.hidden": [5, 4]}))
    dead = [target for j in range(5) for i in range(2) if (target := f"w:1:{j}:{i}")]
    told = [seen(it, target, 0)[0] for target in dead]
    whole = [seen(it, target)[0] for target in dead]
    assert [each.change for each in told] == [each.change for each in whole]
    assert any(each.gradient == 0 != each.batch_gradient for each in told)


def test_marks_are_read_by_their_place() -> None:
    counts = (2, 3, 1)
    assert mark("n:0:1", counts) == Mark("input", 0, 1)
    assert mark("n:2:0", counts) == Mark("neuron", 2, 0)
    assert mark("w:1:2:1", counts) == Mark("weight", 1, 2, 1)
    assert mark("b:2:0", counts) == Mark("bias", 2, 0)
    assert mark("loss", counts) == Mark("loss", 3)


@given(st.text(alphabet="nwbloss:0123-٣ \n", max_size=12))
def test_a_name_is_a_mark_of_the_network_or_nothing(name: str) -> None:
    found = mark(name, (2, 3, 1))
    if found is not None and found.kind != "loss":
        written = {
            "weight": f"w:{found.layer}:{found.neuron}:{found.source}",
            "bias": f"b:{found.layer}:{found.neuron}",
        }.get(found.kind, f"n:{found.layer}:{found.neuron}")
        assert written == name
