"""Terms and paths of a gradient add up to it, for whatever experiment."""

from __future__ import annotations

import math
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.config import Settings
from chainrule.machine.native import NativeMachine
from chainrule.rules import RULES
from chainrule.session import Experiment, Session
from chainrule.session.commands import Edit, Inspect, Look, Open, Play, Seek, Step, Verify
from chainrule.session.events import Frame, Graph, Notice
from chainrule.session.experiment import DataChoice, NetworkShape, Training
from chainrule.session.explanations import Inspection, Verified
from chainrule.session.ledger import local_slope

ACTIVATIONS = [name for name, rule in RULES.items() if rule.kind == "activation"]


def session(experiment: Experiment) -> Session:
    return Session(Settings(), NativeMachine, "s", {}, experiment)


def inspected(of: Session, target: str) -> Inspection:
    of.handle(Inspect(id=1, target=target))
    frame = of.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert frame.inspection is not None
    return frame.inspection


def targets(of: Session) -> list[str]:
    (graph,) = [each for each in of.welcome(resumed=True) if isinstance(each, Graph)]
    found = [name for name in graph.names if name != "loss"]
    neurons = [name for name in found if not name.startswith("n:0")]
    found += [f"{kind}{name[1:]}" for kind in "bz" for name in neurons]
    for source, target in zip(graph.source, graph.target, strict=True):
        if graph.names[target] != "loss":
            found.append(f"w{graph.names[target][1:]}:{graph.names[source].rpartition(':')[2]}")
    return found


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    data = draw(st.sampled_from(["moons", "iris", "sine"]))
    losses = {"moons": ["mse", "hinge"], "iris": ["cross_entropy"], "sine": ["mse", "huber", "l1"]}
    return Experiment(
        data=DataChoice(name=data, points=30),
        network=NetworkShape(
            hidden=tuple(draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))),
            activation=draw(st.sampled_from(ACTIVATIONS)),
            normalisation=draw(st.sampled_from(["none", "none", "batch", "layer"])),
            dropout=draw(st.sampled_from([0.0, 0.3])),
        ),
        training=Training(
            loss=draw(st.sampled_from(losses[data])),
            regulariser=draw(st.sampled_from(["none", "l1", "l2"])),
            batch_size=draw(st.integers(3, 12)),
        ),
        seed=draw(st.integers(0, 99)),
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(experiments(), st.integers(0, 2), st.booleans(), st.data())
def test_terms_and_paths_add_up_to_the_gradient_shown(
    experiment: Experiment, example: int, batch: bool, data: st.DataObject
) -> None:
    shown = session(experiment)
    for _ in range(2):
        shown.handle(Step(id=1))
        shown.tick(16.0)
    shown.handle(Look(id=1, example=None if batch else example))
    for target in data.draw(st.lists(st.sampled_from(targets(shown)), min_size=1, max_size=4)):
        found = inspected(shown, target)
        scale = max(1e-4, abs(found.gradient), *(abs(each.value) for each in found.terms), 0.0)
        if found.terms:
            total = math.fsum([*(each.value for each in found.terms), found.terms_remainder])
            assert total == pytest.approx(found.gradient, abs=1e-11 * scale, rel=1e-11)
        for term in found.terms:
            if term.factors:
                assert term.value == math.prod(each.value for each in term.factors)
        if found.paths_state != "shown":
            assert (found.paths_state == "mixed") == (experiment.network.normalisation != "none")
            assert found.paths == ()
            continue
        values = [each.value for each in found.paths]
        assert math.fsum([*values, found.paths_remainder]) == pytest.approx(
            found.gradient, abs=1e-12, rel=1e-12
        )
        assert len(values) == min(5, found.paths_count)
        if found.paths_count <= 5:  # all of them are there: nothing remains but rounding
            assert abs(found.paths_remainder) <= 1e-9 * max(1e-9, *map(abs, values))
        assert values == sorted(values, key=abs, reverse=True)
        for path in found.paths:
            running = 1.0
            for step in path.steps:
                running *= step.factor
                assert step.product == pytest.approx(running, rel=1e-12, abs=1e-300)
            assert path.steps[-1].product == path.value


def test_the_largest_paths_are_those_of_a_search_through_all() -> None:
    experiment = Experiment(
        data=DataChoice(name="moons", points=30),
        network=NetworkShape(hidden=(3, 4, 2), activation="sigmoid"),
        training=Training(batch_size=5),
    )
    shown = session(experiment)
    shown.handle(Look(id=1, example=1))
    frame = shown.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    p, a = frame.parameters, frame.values
    sizes, starts = (2, 3, 4, 2, 1), (0, 9, 25, 35)

    def weight(layer: int, to: int, source: int) -> float:
        return p[starts[layer - 1] + to * sizes[layer - 1] + source]

    def bend(layer: int, neuron: int) -> float:  # of a sigmoid, from its value; the output bends by tanh
        value = a[sum(sizes[:layer]) + neuron]
        return value * (1 - value) if layer < 4 else 1 - value * value

    output = frame.adjoints[sum(sizes[:4])] * bend(4, 0)
    every = [
        output
        * weight(4, 0, k)
        * bend(3, k)
        * weight(3, k, j)
        * bend(2, j)
        * weight(2, j, 1)
        * bend(1, 1)
        * a[0]
        for k in range(2)
        for j in range(4)
    ]
    found = inspected(shown, "w:1:1:0")
    assert found.paths_count == 8
    largest = sorted(every, key=abs, reverse=True)[:5]
    assert [each.value for each in found.paths] == pytest.approx(largest)
    assert math.fsum(every) == pytest.approx(found.gradient)
    assert found.paths[0].steps[0].target == "loss"
    assert found.paths[0].steps[-1].target == "n:0:0"


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", [-1.7, -0.2, 0.3, 2.1])
def test_a_local_slope_is_that_of_differences(name: str, z: float) -> None:
    rule = RULES[name]
    constants: list[Any] = [value or 0.0 for value in rule.constants.values()]
    h = 1e-5
    numeric = (float(rule.forward(z + h, *constants)) - float(rule.forward(z - h, *constants))) / (2 * h)
    assert local_slope(name, z) == pytest.approx(numeric, abs=1e-8)


SMALL = Experiment(
    data=DataChoice(name="moons", points=40),
    network=NetworkShape(hidden=(3, 2)),
    training=Training(batch_size=7),
)


@pytest.mark.parametrize("cursor", [None, 4, 31])
def test_a_gradient_is_verified_three_ways_and_nothing_moves(cursor: int | None) -> None:
    shown, untouched = session(SMALL), session(SMALL)
    if cursor is not None:
        shown.handle(Seek(id=1, cursor=cursor))
        untouched.handle(Seek(id=1, cursor=cursor))
    (found,) = shown.handle(Verify(id=7, target="w:2:1:0"))
    assert isinstance(found, Verified)
    assert found.agree
    assert found.dual == pytest.approx(found.reverse, rel=1e-9)
    assert found.numeric == pytest.approx(found.reverse, rel=1e-5)
    one, other = shown.welcome(resumed=True)[-1], untouched.welcome(resumed=True)[-1]
    assert isinstance(one, Frame)
    assert isinstance(other, Frame)
    assert (one.moment, one.parameters, one.values) == (other.moment, other.parameters, other.values)
    (refusal,) = shown.handle(Verify(id=8, target="loss"))
    assert isinstance(refusal, Notice)
    assert refusal.code == "error.not_a_parameter"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(experiments(), st.sampled_from([None, 0, 2]), st.data())
def test_the_gradient_shown_of_any_mark_is_that_of_duals_and_differences(
    experiment: Experiment, example: int | None, data: st.DataObject
) -> None:
    shown = session(experiment)
    shown.handle(Step(id=1))
    shown.tick(16.0)
    shown.handle(Look(id=1, example=example))
    target = data.draw(st.sampled_from(targets(shown)))
    (found,) = shown.handle(Verify(id=2, target=target))
    assert isinstance(found, Verified)
    if target[0] in "wb":
        shown.handle(Look(id=3, example=None))
    else:
        assert found.example == example
    gradient = inspected(shown, target).gradient
    assert found.reverse == pytest.approx(gradient, rel=1e-9, abs=1e-12)
    # At a kink differences have two sides, and any number between them is right.
    assert found.agree
    if not found.kink:
        assert found.dual == pytest.approx(gradient, rel=1e-6, abs=1e-9)


def test_a_network_too_large_to_be_computed_apart_is_told() -> None:
    large = Experiment(
        data=DataChoice(name="digits"),
        network=NetworkShape(hidden=(64,)),
        training=Training(batch_size=200, loss="cross_entropy"),
    )
    (refusal,) = session(large).handle(Verify(id=1, target="n:1:0"))
    assert isinstance(refusal, Notice)
    assert refusal.code == "error.verify_too_large"


def test_the_forecast_of_a_small_step_comes_true() -> None:
    careful = evolve(
        SMALL, training=Training(batch_size=7, optimiser="sgd", learning_rate=1e-4, regulariser="l2")
    )
    shown = session(careful)
    frame = shown.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert frame.predicted_change < 0
    assert frame.actual_change == pytest.approx(frame.predicted_change, rel=1e-3)
    squares = math.fsum(each * each for each in frame.gradients)
    assert frame.predicted_change == pytest.approx(-1e-4 * squares)
    shown.handle(Play(id=1))
    busy = shown.welcome(resumed=True)[-1]
    assert isinstance(busy, Frame)
    assert math.isnan(busy.predicted_change)


@pytest.mark.parametrize("example", [None, 2])
def test_a_neuron_from_inside_adds_up_to_what_it_shows(example: int | None) -> None:
    shown = session(evolve(SMALL, network=NetworkShape(hidden=(12, 3))))
    shown.handle(Look(id=1, example=example))
    assert shown.handle(Open(id=1, targets=["n:1:4", "n:2:1", "n:3:0"])) == []
    frame = shown.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert [each.target for each in frame.opened] == ["n:1:4", "n:2:1", "n:3:0"]
    for opened in frame.opened:
        cells = {each.kind: each for each in opened.cells}
        terms = [each.value for each in opened.cells if each.kind in ("product", "rest", "bias")]
        assert math.fsum(terms) == pytest.approx(cells["sum"].value, abs=1e-14)
        products = [each for each in opened.cells if each.kind == "product"]
        assert len(products) == min(
            8, 2 if opened.target == "n:1:4" else 12 if opened.target == "n:2:1" else 3
        )
        last = cells["sum"] if example is None else None
        assert (last is None) == (not math.isnan(cells["sum"].local))
        for each in products:
            assert each.local == 1.0
            assert each.value == each.weight * each.input
            assert each.gradient == cells["sum"].gradient
        if example is not None:
            assert math.tanh(cells["sum"].value) == pytest.approx(cells["activation"].value, abs=1e-15)
            slope = 1 - cells["activation"].value ** 2
            assert cells["sum"].gradient == pytest.approx(cells["activation"].gradient * slope, abs=1e-15)
            assert cells["sum"].local == pytest.approx(slope, abs=1e-15)
        assert cells["bias"].gradient == pytest.approx(cells["sum"].gradient, abs=1e-15)
    (refusal,) = shown.handle(Open(id=2, targets=["n:0:0"]))
    assert isinstance(refusal, Notice)
    assert refusal.code == "error.not_a_neuron"
    shown.handle(Edit(id=1, changes={"network.hidden": [4]}))
    after = shown.welcome(resumed=True)[-1]
    assert isinstance(after, Frame)
    assert [each.target for each in after.opened] == [
        "n:2:0"
    ]  # the output, one layer earlier; the others are gone


def test_history_has_the_steps_that_were_shown_and_forgets_what_is_undone() -> None:
    shown = session(SMALL)
    seen = []
    for _ in range(6):
        found = inspected(shown, "w:1:0:1")
        seen.append((found.value, found.gradient))
        shown.handle(Step(id=1))
        shown.tick(16.0)
    found = inspected(shown, "w:1:0:1")
    assert found.steps == tuple(range(7))
    assert list(zip(found.values, found.gradients, strict=True))[:6] == seen
    for _ in range(3):
        shown.handle(Step(id=1, back=True))
    assert inspected(shown, "w:1:0:1").steps == tuple(range(4))
    shown.handle(Edit(id=1, changes={"network.hidden": [4]}))
    assert inspected(shown, "w:1:0:1").steps == (3,)


def test_a_probability_opens_into_its_exponential_over_the_sum_of_all() -> None:
    of = session(evolve(SMALL_CLASSES, network=NetworkShape(hidden=(4,))))
    of.handle(Look(id=1, example=2))
    of.handle(Open(id=2, targets=["n:2:1"]))
    frame = of.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    cells = {cell.kind: cell for cell in frame.opened[0].cells}
    made = cells["exponential"].value / cells["partition"].value
    assert math.isclose(made, cells["activation"].value, rel_tol=1e-12)
    of.handle(Look(id=3, example=None))
    frame = of.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert "partition" not in {
        cell.kind for cell in frame.opened[0].cells
    }  # a mean of ratios is none of means


@pytest.mark.parametrize("normalisation", ["none", "batch", "layer"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_along_each_line_inside_a_neuron_goes_the_gradient_times_the_local_derivative(
    activation: str, normalisation: str
) -> None:
    network = NetworkShape(hidden=(6, 4), activation=activation, normalisation=normalisation, dropout=0.4)
    of = session(evolve(SMALL, network=network))
    of.handle(Open(id=1, targets=["n:1:2", "n:2:1"]))
    means: dict[str, list[float]] = {}
    for example in (*range(7), None):
        of.handle(Look(id=2, example=example))
        frame = of.welcome(resumed=True)[-1]
        assert isinstance(frame, Frame)
        assert frame.batch == 7
        for opened in frame.opened:
            assert opened.dropped
            cells = {cell.kind: cell for cell in opened.cells}
            assert ("normal" in cells) == (normalisation != "none")
            bent = cells["normal" if "normal" in cells else "sum"]
            if example is not None:
                # what leaves the neuron, times the slope of its activation and what dropout makes of it
                carried = cells["activation"].gradient * bent.local
                assert bent.gradient == pytest.approx(carried, rel=1e-9, abs=1e-15)
                means.setdefault(opened.target, []).append(bent.gradient)
            else:
                assert math.isnan(bent.local)
                assert bent.gradient == pytest.approx(math.fsum(means[opened.target]), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("target", ["w:1:0:0", "z:2:1", "n:1:0", "loss"])
@pytest.mark.parametrize("example", [None, 1])
def test_a_run_that_overflows_is_explained_to_the_end(example: int | None, target: str) -> None:
    network = NetworkShape(hidden=(4, 4), activation="linear")
    training = Training(optimiser="sgd", learning_rate=10.0, loss="mse")
    of = session(Experiment(data=DataChoice(name="sine", points=40), network=network, training=training))
    of.handle(Look(id=1, example=example))
    of.handle(Inspect(id=2, target=target))
    of.handle(Open(id=3, targets=["n:1:0", "n:2:1"]))
    losses = []
    for _ in range(150):
        of.handle(Step(id=4))
        of.tick(16.0)
        frame = of.welcome(resumed=True)[-1]
        assert isinstance(frame, Frame)
        losses.append(frame.batch_loss)
    assert any(math.isfinite(each) for each in losses)
    assert not math.isfinite(losses[-1])


@pytest.mark.parametrize("example", [None, 3])
def test_a_sum_is_explained_as_the_step_between_products_and_activation(example: int | None) -> None:
    of = session(SMALL)
    of.handle(Look(id=1, example=example))
    told, bias = inspected(of, "z:1:2"), inspected(of, "b:1:2")
    assert told.kind == "sum"
    assert told.gradient == pytest.approx(bias.gradient, abs=1e-15)  # a bias has the gradient of its sum
    if example is None:
        assert told.terms[0].target.startswith("e:")
        assert told.paths_state == "batch"
    else:
        (term,) = told.terms
        assert term.target == "n:1:2"
        assert term.factors[0].value == inspected(of, "n:1:2").gradient
        assert [each.value for each in told.paths] == [each.value for each in bias.paths]


@pytest.mark.parametrize("classes", [False, True])
def test_the_gradient_of_an_output_is_told_example_by_example(classes: bool) -> None:
    of = session(SMALL_CLASSES if classes else SMALL)
    found = inspected(of, "n:3:0")
    assert [each.target[:2] for each in found.terms] == ["e:"] * (9 if classes else 7)
    total = math.fsum(each.value for each in found.terms)
    assert total == pytest.approx(found.gradient, rel=1e-12, abs=1e-15)
    for each in found.terms[:3]:
        of.handle(Look(id=1, example=int(each.target[2:])))
        assert inspected(of, "n:3:0").gradient == pytest.approx(each.value, rel=1e-12)


SMALL_CLASSES = Experiment(
    data=DataChoice(name="iris"), training=Training(batch_size=9, loss="cross_entropy")
)
