"""The trainer against networks of ``Value``s, finite differences and its own promises."""

import math
from array import array

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import ProgramError
from chainrule.graph import Value
from chainrule.graph.value import apply
from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.network.initialise import initial_parameters, survivors
from chainrule.rules import LOSSES, OPTIMISERS, RULES

ACTIVATIONS = [name for name, rule in RULES.items() if rule.kind == "activation"]


def trainer(
    name="moons", hidden=(4, 3), activation="tanh", loss=None, optimiser="sgd", batch=6, rows=30, machine=None
):
    table = load(name, rows, 0.1, 1)
    outputs = 1 if len(table.classes) == 2 else len(table.classes)
    plan = Plan(
        (len(table.features), *hidden, outputs),
        activation,
        loss or ("mse" if outputs == 1 else "cross_entropy"),
        optimiser,
        batch,
    )
    return Trainer(machine or NativeMachine(), plan, split(table, 0.6, 1), 1, {"learning_rate": 0.05})


def by_values(made, rows):
    """Loss of the network on some rows of its data, written with ``Value``s; and its parameters."""
    plan, data = made.plan, made._split
    parameters = [Value(number) for number in made.parameters()]
    width, total = plan.sizes[0], Value(0.0)
    for row in rows:
        at = [Value(x) for x in data.inputs[row * width : (row + 1) * width]]
        for layer in made.layers:
            sums = []
            for neuron in range(layer.outputs):
                z = parameters[layer.biases + neuron]
                for i, x in enumerate(at):
                    z = z + parameters[layer.weights + neuron * layer.inputs + i] * x
                sums.append(z)
            if layer.activation == "log_softmax":
                whole = sum((z.exp() for z in sums), Value(0.0)).log()
                at = [z - whole for z in sums]
            else:
                at = [apply(layer.activation, z) for z in sums]
        label = data.table.labels[row]
        targets = [1.0 if label else -1.0] if len(at) == 1 else [float(k == label) for k in range(len(at))]
        for p, t in zip(at, targets, strict=True):
            total = total + apply(LOSSES[plan.loss].rule.name, p, t)
    return total / len(rows), parameters


def current_rows(made):
    state = made._state()
    order = made._vector("order.batch.training")
    return [int(row) for row in order[int(state[0]) - made.batch : int(state[0])]]


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize(
    ("data", "activation", "loss"),
    [
        *(("moons", name, "mse") for name in ACTIVATIONS),
        *(("moons", "tanh", name) for name, loss in LOSSES.items() if "binary" in loss.tasks),
        ("iris", "tanh", "cross_entropy"),
        ("iris", "relu", "cross_entropy"),
    ],
)
def test_loss_and_gradient_equal_those_of_values(data, activation, loss, batch):
    made = trainer(data, activation=activation, loss=loss, batch=batch)
    made.advance(3)
    total, parameters = by_values(made, current_rows(made))
    total.backward()
    assert made.batch_loss == pytest.approx(total.data, rel=1e-12)
    assert list(made.gradients()) == pytest.approx([p.grad for p in parameters], rel=1e-11, abs=1e-15)


@given(
    hidden=st.lists(st.integers(1, 6), min_size=0, max_size=3),
    activation=st.sampled_from(ACTIVATIONS),
    optimiser=st.sampled_from(list(OPTIMISERS)),
    batch=st.integers(1, 18),
    steps=st.integers(0, 4),
)
@settings(max_examples=15)
def test_the_machine_trains_as_the_reference_does(hidden, activation, optimiser, batch, steps):
    pair = [
        trainer("xor", tuple(hidden), activation, optimiser=optimiser, batch=batch, machine=machine)
        for machine in (NativeMachine(), ReferenceMachine())
    ]
    for made in pair:
        made.advance(steps)
    fast, slow = pair
    assert list(fast.parameters()) == pytest.approx(list(slow.parameters()), rel=1e-9, abs=1e-12)
    assert list(fast.gradients()) == pytest.approx(list(slow.gradients()), rel=1e-9, abs=1e-12)
    assert list(fast.values()) == pytest.approx(list(slow.values()), rel=1e-9, abs=1e-12)
    assert list(fast.adjoints(0)) == pytest.approx(list(slow.adjoints(0)), rel=1e-9, abs=1e-12)


def test_parameters_and_gradients_shown_belong_together():
    """The gradient read between two steps is the slope of the loss at the parameters read, on the same batch."""
    made = trainer()
    made.advance(5)
    rows, parameters = current_rows(made), made.parameters()
    for at in range(0, len(parameters), 5):
        sides = []
        for way in (1e-6, -1e-6):
            shifted = array("d", parameters)
            shifted[at] += way
            made._write("parameters", shifted)
            sides.append(by_values(made, rows)[0].data)
        made._write("parameters", parameters)
        assert made.gradients()[at] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5, abs=1e-8)


def test_the_next_update_uses_exactly_the_gradients_shown():
    made = trainer()
    before, gradients = made.parameters(), made.gradients()
    made.advance(1)
    assert list(made.parameters()) == [p - 0.05 * g for p, g in zip(before, gradients, strict=True)]


PAPERS = {
    "sgd": lambda p, g, s, t: p - 0.05 * g,
    "momentum": lambda p, g, s, t: p - 0.05 * remembered(s, "v", 0.9 * s["v"] + g),
    "nesterov": lambda p, g, s, t: p - 0.05 * (g + 0.9 * remembered(s, "v", 0.9 * s["v"] + g)),
    "adagrad": lambda p, g, s, t: p - 0.05 * g / (math.sqrt(remembered(s, "v", s["v"] + g * g)) + 1e-10),
    "rmsprop": lambda p, g, s, t: (
        p - 0.05 * g / (math.sqrt(remembered(s, "v", 0.99 * s["v"] + 0.01 * g * g)) + 1e-8)
    ),
    "adam": lambda p, g, s, t: p - 0.05 * direction(g, s, t),
    "adamw": lambda p, g, s, t: p - 0.05 * (0.01 * p) - 0.05 * direction(g, s, t),
}


def remembered(state, name, value):
    state[name] = value
    return value


def direction(g, state, t):
    mean = remembered(state, "m", 0.9 * state["m"] + 0.1 * g) / (1 - 0.9**t)
    square = remembered(state, "v", 0.999 * state["v"] + 0.001 * g * g) / (1 - 0.999**t)
    return mean / (math.sqrt(square) + 1e-8)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_optimisers_follow_their_papers(optimiser):
    """Three steps against the textbook recurrences written out on single numbers."""
    made = trainer(optimiser=optimiser)
    p, states = list(made.parameters()), [{"m": 0.0, "v": 0.0} for _ in made.parameters()]
    for step in range(1, 4):
        gradients = made.gradients()
        p = [PAPERS[optimiser](*each, step) for each in zip(p, gradients, states, strict=True)]
        made.advance(1)
        assert list(made.parameters()) == pytest.approx(p, rel=1e-9, abs=1e-12)


@given(batch=st.integers(1, 20))
@settings(max_examples=20)
def test_an_epoch_shows_every_training_row_once(batch):
    made = trainer(batch=batch)
    seen = []
    while made.epoch == 0:
        seen += current_rows(made)
        left = made.steps_left_in_epoch()
        made.advance(1)
        assert left == 1 or made.steps_left_in_epoch() == left - 1
    assert sorted(seen) == sorted(made._split.training)
    assert made.epoch == 1


def test_restart_gives_the_same_run_again_and_another_seed_another():
    made = trainer(optimiser="adam")
    start = made.parameters()
    made.advance(25)
    end = made.parameters()
    made.restart(1)
    assert (made.step, made.epoch, made.parameters()) == (0, 0, start)
    made.advance(25)
    assert made.parameters() == end
    made.restart(2)
    assert made.parameters() != start


def test_steps_in_one_call_or_in_many_give_the_same_bits():
    whole, parts = trainer(optimiser="adam"), trainer(optimiser="adam")
    whole.advance(20)
    for steps in (1, 4, 7, 8):
        parts.advance(steps)
        parts.values()
        parts.evaluate()
        parts.maps()
    assert whole.parameters() == parts.parameters()


@pytest.mark.parametrize("data", ["moons", "iris", "digits"])
def test_evaluation_is_the_mean_over_each_whole_set(data):
    made = trainer(data, rows=60)
    made.advance(2)
    found = made.evaluate()
    validation = made._split.validation[:40] if data == "digits" else made._split.validation
    if data != "digits":
        assert found.training_loss == pytest.approx(by_values(made, made._split.training)[0].data, rel=1e-10)
        assert found.validation_loss == pytest.approx(by_values(made, validation)[0].data, rel=1e-10)
    classes = len(made._split.table.classes)
    labels = made._split.table.labels
    for k in range(classes):
        count = sum(labels[row] == k for row in made._split.validation)
        assert sum(found.confusion[k * classes : (k + 1) * classes]) == count
    assert found.validation_accuracy == pytest.approx(
        sum(found.confusion[:: classes + 1]) / len(made._split.validation)
    )


def test_one_example_s_parts_add_up_to_the_batch():
    made = trainer("iris")
    made.advance(2)
    parts = [made.adjoints(example) for example in range(made.batch)]
    assert list(made.adjoints())[:-1] == pytest.approx(
        [sum(p) for p in zip(*parts, strict=True)][:-1], abs=1e-14
    )
    means = [made.values(example) for example in range(made.batch)]
    assert list(made.values()) == pytest.approx(
        [sum(v) / made.batch for v in zip(*means, strict=True)], abs=1e-13
    )


def test_probabilities_of_a_classifier_add_up_to_one():
    made = trainer("iris")
    assert sum(made.values(0)[-4:-1]) == pytest.approx(1)


def test_pictures_of_the_inputs_are_the_plane_itself():
    made = trainer()
    width, height, pixels = made.maps()
    first, second = pixels[: width * height], pixels[width * height : 2 * width * height]
    assert list(first[:width]) == sorted(first[:width])
    assert first[0] == -127
    assert first[width - 1] == 127
    assert second[0] == 127
    assert second[-1] == -127
    assert all(first[row * width : (row + 1) * width] == first[:width] for row in range(height))


def test_rebuild_keeps_surviving_weights_memory_step_and_epoch():
    made = trainer(optimiser="adam", hidden=(4, 3))
    made.advance(9)
    old, layers = made.parameters(), made.layers
    memory, at = made._vector("optimiser.m"), (made.step, made.epoch)
    made.rebuild(Plan((2, 5, 3, 1), "relu", "hinge", "adam", 4), made._split, {"learning_rate": 0.01})
    new = made.parameters()
    assert (made.step, made.epoch) == at
    for before, after, rows in zip(layers, made.layers, (4, 3, 1), strict=True):
        for neuron in range(rows):
            start, place = before.weights + neuron * before.inputs, after.weights + neuron * after.inputs
            assert new[place : place + before.inputs] == old[start : start + before.inputs]
            assert new[after.biases + neuron] == old[before.biases + neuron]
    kept = made._vector("optimiser.m")
    assert kept[made.layers[0].weights : 2] == memory[layers[0].weights : 2]
    made.advance(3)
    assert made.step == 12


@pytest.mark.parametrize("way", [("none", "batch"), ("layer", "none"), ("batch", "layer")])
def test_weights_and_biases_keep_their_places_when_normalisation_comes_or_goes(way):
    made = trainer(optimiser="adam", hidden=(4, 3))
    made.rebuild(evolve(made.plan, normalisation=way[0]), made._split, {"learning_rate": 0.01})
    made.advance(9)
    old, memory, layers = made.parameters(), made._vector("optimiser.m"), made.layers
    made.rebuild(evolve(made.plan, normalisation=way[1]), made._split, {"learning_rate": 0.01})
    new, kept = made.parameters(), made._vector("optimiser.m")
    for before, after in zip(layers, made.layers, strict=True):
        count = before.inputs * before.outputs + before.outputs  # weights, then biases
        assert new[after.weights : after.weights + count] == old[before.weights : before.weights + count]
        assert kept[after.weights : after.weights + count] == memory[before.weights : before.weights + count]
        if after.normalised and not before.normalised:  # as at the start: nothing is scaled or shifted
            assert list(new[after.scales : after.scales + after.outputs]) == [1.0] * after.outputs
            assert list(new[after.shifts : after.shifts + after.outputs]) == [0.0] * after.outputs


def test_rebuild_with_the_same_plan_changes_nothing():
    made, twin = trainer(optimiser="adam"), trainer(optimiser="adam")
    for each in (made, twin):
        each.advance(7)
    made.rebuild(made.plan, made._split, {"learning_rate": 0.05})
    assert (made.step, made.epoch, made.batch_loss) == (twin.step, twin.epoch, twin.batch_loss)
    for each in (made, twin):
        each.advance(20)
    assert made.parameters() == twin.parameters()


def test_adam_begins_afresh_when_it_is_chosen_in_the_middle_of_a_run():
    """Its first step is the learning rate for every parameter, however many steps came before."""
    made = trainer()
    made.advance(500)
    made.rebuild(evolve(made.plan, optimiser="adam"), made._split, {"learning_rate": 0.01})
    for change, gradient in zip(made.forecast(), made.gradients(), strict=True):
        assert change == pytest.approx(-math.copysign(0.01, gradient), rel=1e-3)


def test_a_new_neuron_is_as_fresh_to_adam_as_at_the_start():
    made = trainer(optimiser="adam")
    made.advance(500)
    made.rebuild(evolve(made.plan, sizes=(2, 5, 3, 1)), made._split, {"learning_rate": 0.01})
    first = made.layers[0].weights + 4 * 2
    for at in (first, first + 1, made.layers[0].biases + 4):
        assert abs(made.forecast()[at]) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_forecast_comes_true_and_changes_nothing(optimiser):
    made, twin = trainer(optimiser=optimiser), trainer(optimiser=optimiser)
    for each in (made, twin):
        each.advance(5)
    before, told = made.parameters(), made.forecast()
    assert (made.parameters(), made.step) == (before, 5)
    for each in (made, twin):
        each.advance(1)
    assert [new - old for new, old in zip(made.parameters(), before, strict=True)] == list(told)
    assert made.parameters() == twin.parameters()


def test_a_rebuild_that_cannot_be_leaves_everything_as_it_was():
    made, twin = trainer(), trainer()
    for each in (made, twin):
        each.advance(3)
    with pytest.raises(ProgramError, match="a machine holds 2 GB"):
        made.rebuild(evolve(made.plan, sizes=(2, 900, 900, 1), batch=90_000), made._split, {})
    assert (made.plan, made.step) == (twin.plan, 3)
    for each in (made, twin):
        each.advance(3)
    assert made.parameters() == twin.parameters()


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ((8, 6, 4), (8, 4), {0: 0, 1: 1, 3: 2, 4: 3}),
        ((8, 4), (8, 6, 4), {0: 0, 1: 1, 2: 3, 3: 4}),
        ((8, 6), (9, 5), {0: 0, 1: 1, 2: 2, 3: 3}),
        ((5,), (), {0: 0, 2: 1}),
    ],
)
def test_layers_that_are_still_there_are_recognised(before, after, kept):
    old, new = (Plan((2, *hidden, 1), "tanh", "mse", "sgd", 5) for hidden in (before, after))
    assert survivors(old, new) == kept


def test_weights_survive_only_where_both_their_ends_do():
    made = trainer(hidden=(5, 4, 3))
    old, layers = made.parameters(), made.layers
    made.rebuild(evolve(made.plan, sizes=(2, 5, 3, 1)), made._split, {})
    new = made.parameters()
    first, third = layers[0], layers[2]
    assert new[: first.outputs * 2] == old[: first.outputs * 2]
    second, output = made.layers[1], made.layers[2]
    assert (
        new[second.weights : second.biases]
        == initial_parameters(made.plan, 1)[second.weights : second.biases]
    )
    assert new[second.biases : second.biases + 3] == old[third.biases : third.biases + 3]
    assert new[output.weights : output.biases] == old[layers[3].weights : layers[3].biases]


def test_the_loss_of_one_example_is_one_part_of_the_mean():
    made = trainer()
    assert made.adjoints(0)[-1] == 1 / made.batch
    assert sum(made.values(example)[-1] for example in range(made.batch)) / made.batch == pytest.approx(
        made.batch_loss
    )


def test_new_data_keeps_weights_and_epoch():
    made = trainer()
    made.advance(8)
    weights, epoch = made.parameters(), made.epoch
    made.rebuild(made.plan, split(load("xor", 30, 0.1, 1), 0.5, 1), {"learning_rate": 0.05})
    assert (made.parameters(), made.epoch) == (weights, epoch)


def test_a_learning_rate_changes_only_the_next_update():
    made = trainer()
    before, gradients = made.parameters(), made.gradients()
    made.set_hyper({"learning_rate": 0.5})
    assert (made.parameters(), made.gradients()) == (before, gradients)
    made.advance(1)
    assert list(made.parameters()) == [p - 0.5 * g for p, g in zip(before, gradients, strict=True)]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (((2,), "tanh", "mse", "sgd", 5), "at least one neuron"),
        (((2, 0, 1), "tanh", "mse", "sgd", 5), "at least one neuron"),
        (((2, 1), "tahn", "mse", "sgd", 5), "no activation called tahn"),
        (((2, 3, 1), "clip", "mse", "sgd", 5), "no activation called clip"),
        (((2, 1), "tanh", "cross_entropy", "sgd", 5), "does not fit a binary task with 1 outputs"),
        (((2, 1), "tanh", "msee", "sgd", 5), "no loss called msee"),
        (((2, 1), "tanh", "mse", "sdg", 5), "no optimiser called sdg"),
        (((2, 1), "tanh", "mse", "sgd", 0), "at least one example"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(plan, words):
    with pytest.raises(ProgramError, match=words):
        Plan(*plan)


def test_an_example_beyond_the_batch_is_refused():
    with pytest.raises(ProgramError, match="The batch has 6 examples; there is no example 6"):
        trainer().values(6)


@pytest.mark.parametrize("hidden", [(), (1,), (1, 1, 1)])
def test_networks_without_a_hidden_layer_or_one_neuron_wide_train(hidden):
    made = trainer(hidden=hidden)
    before = made.evaluate().training_loss
    made.advance(200)
    assert made.evaluate().training_loss < before
