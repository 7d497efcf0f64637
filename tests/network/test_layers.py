"""Networks with every kind of layer: gradients, training against inference, and what moves on from step to step."""

import math
from array import array

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import ProgramError
from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import NORMALISATIONS
from chainrule.rules import CLIPPINGS, OPTIMISERS, REGULARISERS, SCHEDULES

PLAN = Plan((2, 5, 4, 1), "tanh", "mse", "sgd", 6)
DEEP = evolve(PLAN, sizes=(2, 5, 4, 3, 1))


def made(plan=PLAN, *, machine=None, data="moons", rows=30, seed=1, **hyper):
    table = load(data, rows, 0.1, 1)
    return Trainer(
        machine or NativeMachine(), plan, split(table, 0.6, 1), seed, {"learning_rate": 0.05, **hyper}
    )


@st.composite
def plans(draw):
    hidden = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    last = len(hidden) + 1
    pairs = [(a, b) for a in range(last - 1) for b in range(a + 2, last + 1)]
    return Plan(
        (2, *hidden, 1),
        draw(st.sampled_from(["tanh", "gelu", "sigmoid", "silu"])),
        draw(st.sampled_from(["mse", "binary_cross_entropy", "huber"])),
        draw(st.sampled_from(list(OPTIMISERS))),
        draw(st.integers(2, 9)),
        normalisation=draw(st.sampled_from(NORMALISATIONS)),
        dropout=draw(st.booleans()),
        skips=tuple(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2))) if pairs else (),
        initialiser=draw(st.sampled_from(["auto", "he_normal", "uniform"])),
        regulariser=draw(st.sampled_from(list(REGULARISERS))),
        schedule=draw(st.sampled_from(list(SCHEDULES))),
        clipping=draw(st.sampled_from(list(CLIPPINGS))),
    )


@given(plan=plans(), steps=st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_gradients_are_the_slope_of_loss_plus_penalty(plan, steps):
    trainer = made(plan)
    trainer.advance(steps)
    gradients, parameters = trainer.gradients(), trainer.parameters()
    for at in range(0, len(parameters), 3):
        sides = []
        for way in (1e-6, -1e-6):
            trainer.set_parameters({at: parameters[at] + way})
            sides.append(trainer.batch_loss + trainer.penalty)
        trainer.set_parameters({at: parameters[at]})
        assert gradients[at] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=2e-4, abs=2e-7)
    assert trainer.gradients() == gradients


@given(plan=plans(), steps=st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_the_machine_trains_as_the_reference_does(plan, steps):
    if plan.normalisation != "none":
        # What goes into a normalisation has biases whose true gradient is 0: optimisers that divide by the size of
        # the gradient would blow its rounding errors up.
        plan = evolve(plan, optimiser="momentum")
    pair = [made(plan, machine=machine, rows=16) for machine in (NativeMachine(), ReferenceMachine())]
    for each in pair:
        each.advance(steps)
    fast, slow = pair
    assert list(fast.parameters()) == pytest.approx(list(slow.parameters()), rel=1e-7, abs=1e-10)
    assert list(fast.values()) == pytest.approx(list(slow.values()), rel=1e-7, abs=1e-10)
    assert fast.evaluate().validation_loss == pytest.approx(slow.evaluate().validation_loss, rel=1e-7)


@given(plan=plans())
@settings(max_examples=30, deadline=None)
def test_the_parts_of_all_examples_and_the_penalty_add_up_to_the_gradient(plan):
    trainer = made(plan)
    trainer.advance(2)
    parts = [math.fsum(each) for each in zip(*map(trainer.gradients, range(trainer.batch)), strict=True)]
    if plan.regulariser != "none":
        free = made(evolve(plan, regulariser="none"))
        free.restore(trainer.snapshot())
        assert parts == pytest.approx(list(free.gradients()), rel=1e-9, abs=1e-12)
    else:
        assert parts == pytest.approx(list(trainer.gradients()), rel=1e-9, abs=1e-12)


@given(plan=plans(), before=st.integers(0, 7), after=st.integers(1, 7))
@settings(max_examples=30, deadline=None)
def test_a_restored_run_goes_on_bit_for_bit(plan, before, after):
    one, other = made(plan), made(plan, seed=9)
    one.advance(before)
    other.restore(one.snapshot())
    assert (other.step, other.epoch, other.batch_loss) == (one.step, one.epoch, one.batch_loss)
    for each in (one, other):
        each.advance(after)
    assert one.snapshot() == other.snapshot()
    assert one.gradients() == other.gradients()


def test_a_snapshot_of_another_network_is_refused_and_changes_nothing():
    trainer = made()
    before = trainer.snapshot()
    with pytest.raises(ProgramError, match="another network: parameters holds"):
        trainer.restore(made(evolve(PLAN, sizes=(2, 3, 1))).snapshot())
    assert trainer.snapshot() == before


@given(plan=plans(), at=st.integers(0, 1000), value=st.floats(-2, 2))
@settings(max_examples=40, deadline=None)
def test_a_changed_parameter_gives_what_a_whole_pass_gives(plan, at, value):
    trainer, whole = made(plan), made(plan)
    at %= plan.parameters
    count = trainer.set_parameters({at: value})
    layer = next(n for n, each in enumerate(trainer.layers, 1) if at < each.weights + each.count)
    assert count == trainer.recomputed == sum(plan.sizes[layer:]) + 1
    snapshot = whole.snapshot()
    snapshot["parameters"][at] = value
    whole.restore(snapshot)
    assert trainer.values() == whole.values()
    assert trainer.gradients() == whole.gradients()


def test_a_learning_rate_recomputes_nothing():
    trainer = made(evolve(PLAN, regulariser="l2"))
    trainer.set_hyper({"learning_rate": 0.5})
    assert trainer.recomputed == 0


def test_a_parameter_that_is_not_there_is_refused():
    with pytest.raises(ProgramError, match="There is no parameter 99; they are numbered from 0 to"):
        made().set_parameters({99: 1.0})


def test_batch_normalisation_learns_from_the_batch_and_infers_from_what_it_has_seen():
    trainer = made(evolve(PLAN, normalisation="batch"))
    spans, machine = trainer._lowered.program.spans, trainer._machine
    mean, variance = [0.0] * 5, [1.0] * 5
    for _ in range(4):
        means = machine.read(spans["batch.1.means"].offset, 5)
        variances = machine.read(spans["batch.1.variances"].offset, 5)
        n = trainer.batch
        mean = [0.9 * old + 0.1 * new for old, new in zip(mean, means, strict=True)]
        variance = [0.9 * old + 0.1 * new * n / (n - 1) for old, new in zip(variance, variances, strict=True)]
        trainer.advance(1)
    assert list(trainer._vector("running.mean.1")) == pytest.approx(mean)
    assert list(trainer._vector("running.variance.1")) == pytest.approx(variance)


def test_evaluation_changes_with_the_running_statistics_only():
    trainer = made(evolve(PLAN, normalisation="batch"))
    before = trainer.evaluate()
    trainer._write("running.mean.1", array("d", [5.0] * 5))
    loss = trainer.batch_loss
    assert trainer.evaluate().validation_loss != before.validation_loss
    trainer.restore(trainer.snapshot())
    assert trainer.batch_loss == loss


def test_dropout_drops_in_training_and_not_in_evaluation():
    trainer = made(evolve(PLAN, dropout=True, sizes=(2, 50, 1)), dropout_rate=0.5)
    plain = made(evolve(PLAN, sizes=(2, 50, 1)))
    kept = trainer.values(0)[2:52]
    assert 10 < sum(x == 0 for x in kept) < 40
    assert [x for x in kept if x] == [
        pytest.approx(2 * x) for x, own in zip(plain.values(0)[2:52], kept, strict=True) if own
    ]
    assert trainer.evaluate() == plain.evaluate() or str(trainer.evaluate()) == str(plain.evaluate())


def test_dropout_draws_anew_each_step_and_the_same_in_each_run():
    plan = evolve(PLAN, dropout=True, sizes=(2, 40, 1), batch=18)
    one, two, other = made(plan), made(plan), made(plan, seed=2)
    masks = []
    for _ in range(3):
        masks.append([x == 0 for x in one.values(0)[2:42]])
        assert masks[-1] == [x == 0 for x in two.values(0)[2:42]]
        for each in (one, two):
            each.advance(1)
    assert masks[0] != masks[1] != masks[2]
    assert masks[0] != [x == 0 for x in other.values(0)[2:42]]


def test_a_share_to_drop_of_zero_is_no_dropout():
    one, other = made(evolve(PLAN, dropout=True), dropout_rate=0.0), made()
    for each in (one, other):
        each.advance(5)
    assert one.parameters() == other.parameters()


def test_a_skip_connection_adds_the_components_that_both_have():
    plain, skipping = made(DEEP), made(evolve(DEEP, skips=((0, 2), (1, 3))))
    assert skipping.values(0)[:7] == plain.values(0)[:7]
    sums = skipping._lowered.batch.sums[1].value
    z = [skipping._machine.read(sums.offset + row * sums.stride, 1)[0] for row in range(4)]
    old = plain._lowered.batch.sums[1].value
    expected = [plain._machine.read(old.offset + row * old.stride, 1)[0] for row in range(4)]
    for row in range(2):
        expected[row] += plain.values(0)[row]
    assert z == pytest.approx(expected)


@pytest.mark.parametrize("pair", [(0, 1), (1, 1), (2, 1), (-1, 2), (0, 4)])
def test_a_skip_connection_that_cannot_be_is_refused(pair):
    with pytest.raises(ProgramError, match="No skip connection can lead from column"):
        evolve(PLAN, skips=(pair,))


def test_the_penalty_counts_weights_only_and_is_reported_apart():
    trainer = made(evolve(PLAN, regulariser="l2", normalisation="layer"), strength=0.5)
    trainer.advance(3)
    weights = [
        each
        for layer in trainer.layers
        for each in trainer.parameters()[layer.weights : layer.weights + layer.inputs * layer.outputs]
    ]
    assert trainer.penalty == pytest.approx(0.25 * math.fsum(w * w for w in weights))
    assert made().penalty == 0.0


def test_a_stronger_penalty_keeps_weights_smaller():
    sizes = []
    for strength in (0.0, 0.01, 0.1):
        trainer = made(evolve(PLAN, regulariser="elastic"), strength=strength)
        trainer.advance(300)
        sizes.append(sum(map(abs, trainer.parameters())))
    assert sizes == sorted(sizes, reverse=True)


RATES = {
    "constant": lambda t: 0.05,
    "step": lambda t: 0.05 * 0.5 ** (t // 3),
    "exponential": lambda t: 0.05 * 0.999**t,
    "cosine": lambda t: 0.05 * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * min(t / 8, 1)))),
    "warmup": lambda t: 0.05 * min(1.0, (t + 1) / 4),
}
PERIODS = {"drop_every": 3.0, "decay_steps": 8.0, "final_share": 0.1, "warmup_steps": 4.0}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_follow_their_formulas(schedule):
    trainer = made(evolve(PLAN, schedule=schedule), **PERIODS)
    for t in range(12):
        assert trainer.rate == pytest.approx(RATES[schedule](t), rel=1e-12)
        before, gradients = trainer.parameters(), trainer.gradients()
        trainer.advance(1)
        expected = [p - RATES[schedule](t) * g for p, g in zip(before, gradients, strict=True)]
        assert list(trainer.parameters()) == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_clipping_by_norm_shortens_and_keeps_the_direction():
    trainer = made(evolve(PLAN, clipping="norm"), clip_norm=0.01)
    before, gradients = trainer.parameters(), trainer.gradients()
    norm = math.sqrt(math.fsum(g * g for g in gradients))
    assert norm > 0.01
    trainer.advance(1)
    expected = [p - 0.05 * g * (0.01 / norm) for p, g in zip(before, gradients, strict=True)]
    assert list(trainer.parameters()) == pytest.approx(expected, rel=1e-12)


def test_a_short_gradient_is_not_clipped():
    one, other = made(evolve(PLAN, clipping="norm"), clip_norm=100.0), made()
    for each in (one, other):
        each.advance(5)
    assert one.parameters() == other.parameters()


def test_clipping_by_value_bounds_each_component():
    trainer = made(evolve(PLAN, clipping="value"), clip_value=0.02)
    before, gradients = trainer.parameters(), trainer.gradients()
    trainer.advance(1)
    expected = [p - 0.05 * max(-0.02, min(0.02, g)) for p, g in zip(before, gradients, strict=True)]
    assert list(trainer.parameters()) == expected


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_forecast_comes_true_with_everything_on(optimiser):
    plan = evolve(
        PLAN,
        optimiser=optimiser,
        normalisation="batch",
        dropout=True,
        schedule="cosine",
        clipping="norm",
        regulariser="l1",
    )
    trainer, twin = made(plan), made(plan)
    for each in (trainer, twin):
        each.advance(5)
    before, told = trainer.parameters(), trainer.forecast()
    for each in (trainer, twin):
        each.advance(1)
    assert [new - old for new, old in zip(trainer.parameters(), before, strict=True)] == list(told)
    assert trainer.snapshot() == twin.snapshot()


def test_rebuild_keeps_scales_and_running_statistics_of_surviving_neurons():
    trainer = made(evolve(PLAN, normalisation="batch"))
    trainer.advance(20)
    old, layers = trainer.parameters(), trainer.layers
    mean = trainer._vector("running.mean.2")
    trainer.rebuild(evolve(PLAN, normalisation="batch", sizes=(2, 5, 6, 1)), trainer._split, {})
    new, after = trainer.parameters(), trainer.layers
    assert new[after[1].scales : after[1].scales + 4] == old[layers[1].scales : layers[1].scales + 4]
    assert list(new[after[1].scales + 4 : after[1].shifts]) == [1.0, 1.0]
    assert trainer._vector("running.mean.2")[:4] == mean


@pytest.mark.parametrize("name", INITIALISERS)
def test_initialisers_have_the_spread_they_promise(name):
    trainer = made(Plan((2, 60, 60, 1), "relu", "mse", "sgd", 6, initialiser=name))
    layer = trainer.layers[1]
    weights = trainer.parameters()[layer.weights : layer.biases]
    deviation = math.sqrt(math.fsum(w * w for w in weights) / len(weights))
    expected = {
        "auto": math.sqrt(2 / 60),
        "zeros": 0.0,
        "uniform": 1 / math.sqrt(3 * 60),
        "normal": 0.1,
        "xavier_uniform": math.sqrt(1 / 60),
        "xavier_normal": math.sqrt(1 / 60),
        "he_uniform": math.sqrt(2 / 60),
        "he_normal": math.sqrt(2 / 60),
        "too_large": 10 * math.sqrt(2 / 60),
        "too_small": 0.01 * math.sqrt(1 / 60),
    }[name]
    assert deviation == pytest.approx(expected, rel=0.05)
    assert set(trainer.parameters()[layer.biases : layer.biases + 60]) == {0.0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"normalisation": "bach"}, "no normalisation called bach. Did you mean batch"),
        ({"regulariser": "l3"}, "no regulariser called l3. Known are: none, l1, l2, elastic"),
        ({"schedule": "cosinus"}, "Did you mean cosine"),
        ({"clipping": "xyz"}, "Known are: none, norm, value"),
        ({"initialiser": "heuniform"}, "Did you mean he_uniform"),
        ({"activations": ("tanh",)}, "1 activations were given for 2 hidden layers"),
        ({"activations": ("tanh", "rellu")}, "Did you mean relu"),
        ({"task": "multiclass"}, "The loss mse does not fit a multiclass task with 1 outputs"),
    ],
)
def test_a_plan_that_cannot_be_names_the_mistake(changes, words):
    with pytest.raises(ProgramError, match=words):
        evolve(PLAN, **changes)


def test_each_layer_may_have_an_activation_of_its_own():
    trainer = made(evolve(PLAN, activations=("relu", "")))
    assert [layer.activation for layer in trainer.layers] == ["relu", "tanh", "tanh"]
    assert min(trainer.values(0)[2:7]) >= 0


@pytest.mark.parametrize("loss", ["mse", "huber", "l1"])
def test_a_network_learns_a_regression_and_says_how_much_it_explains(loss):
    plan = Plan((2, 16, 1), "tanh", loss, "adam", 30, task="regression")
    trainer = made(plan, data="hills", rows=200, learning_rate=0.02)
    before = trainer.evaluate()
    trainer.advance(600)
    after = trainer.evaluate()
    assert before.validation_r2 < 0.3 < 0.75 < after.validation_r2 <= 1
    parts = split(load("hills", 200, 0.1, 1), 0.6, 1)
    answers = trainer.predict(parts.inputs)
    outputs = [answers[row] for row in parts.training]
    values = [parts.targets[row] for row in parts.training]
    mean = math.fsum(values) / len(values)
    left = math.fsum((a - b) ** 2 for a, b in zip(values, outputs, strict=True))
    assert after.training_r2 == pytest.approx(1 - left / math.fsum((value - mean) ** 2 for value in values))


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_a_prediction_is_what_the_trained_network_answers(normalisation):
    plan = evolve(PLAN, sizes=(4, 6, 3), loss="cross_entropy", normalisation=normalisation, dropout=True)
    trainer = made(plan, data="iris")
    trainer.advance(300)
    parts = split(load("iris", 0, 0, 0), 0.6, 1)
    answers = trainer.predict(parts.inputs)
    assert len(answers) == 3 * 150
    right = 0
    for row in parts.validation:
        chances = answers[3 * row : 3 * row + 3]
        assert math.fsum(chances) == pytest.approx(1)
        right += max(range(3), key=chances.__getitem__) == parts.table.labels[row]
    assert right / len(parts.validation) == trainer.evaluate().validation_accuracy
    before = trainer.snapshot()
    assert trainer.predict(parts.inputs[:4]) == answers[:3]
    assert trainer.snapshot() == before
    with pytest.raises(ProgramError):
        trainer.predict(parts.inputs[:5])


@given(plan=plans(), steps=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_the_step_unrolled_into_values_has_the_machines_loss_and_gradients(plan, steps):
    trainer = made(plan, rows=20)
    trainer.advance(steps)
    found = trainer.unrolled()
    found.objective.backward()
    assert found.loss.data == pytest.approx(trainer.batch_loss, rel=1e-11)
    assert found.penalty.data == pytest.approx(trainer.penalty, rel=1e-11)
    gradients = [leaf.grad for leaf in found.parameters]
    assert gradients == pytest.approx(list(trainer.gradients()), rel=1e-9, abs=1e-10)
