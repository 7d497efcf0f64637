"""The public API, as a person would use it."""

import copy
import json
import math
import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, DataError, ProgramError

MOONS = cr.data.moons(n=120, noise=0.05, seed=1)
ADAM = cr.optimisers.adam(0.02)


def test_a_network_learns_and_says_how_it_went():
    net = cr.Network([2, 16, 16, 1], activation="tanh", seed=1)
    run = net.train(MOONS, loss="mse", optimiser=ADAM, batch=48, steps=400)
    assert run.training_loss < 0.05
    assert run.validation_accuracy > 0.9
    assert run.steps == net.steps == 400
    assert run.epochs == 200
    assert 0 < run.step_seconds < 1
    assert run.loss == net.trainer.batch_loss
    assert (len(net.parameters), len(net.gradients)) == (337, 337)
    assert run.history[0].step == 0
    assert run.history[-1].step == 400
    assert run.history[-1].training_loss == run.training_loss < run.history[0].training_loss
    assert "400 steps" in str(run)
    assert not run.interrupted
    assert run.findings == ()


def test_the_same_seed_gives_the_same_bits_and_training_goes_on_where_it_was():
    one, two = cr.Network([2, 6, 1], seed=3), cr.Network([2, 6, 1], seed=3)
    assert one.parameters == two.parameters != cr.Network([2, 6, 1], seed=4).parameters
    one.train(MOONS, optimiser=ADAM, steps=70)
    two.train(MOONS, optimiser=ADAM, steps=30)
    two.train(MOONS, optimiser=ADAM, steps=40)
    assert one.parameters == two.parameters
    assert two.steps == 70
    two.train(MOONS, optimiser="sgd", loss="hinge", regulariser=cr.regularisers.l2(0.01), steps=5)
    assert two.steps == 75
    assert two.parameters != one.parameters


def test_epochs_are_passes_over_the_training_rows():
    net = cr.Network([2, 4, 1])
    assert net.train(MOONS, batch=40, epochs=5).steps == 5 * 3
    assert net.train(MOONS, batch=40, steps=0).steps == 0


@pytest.mark.parametrize(
    ("sizes", "data", "measure"),
    [
        ([4, 8, 3], cr.data.iris(), "validation_accuracy"),
        ([2, 16, 1], cr.data.hills(), "validation_r2"),
        ([2, 8, 1], cr.data.circles(), "validation_accuracy"),
        ([3, 8, 1], cr.data.features(cr.data.sine(), "sin_x1", "x1", "x1_squared"), "validation_r2"),
    ],
)
def test_every_task_is_learned(sizes, data, measure):
    run = cr.Network(sizes).train(data, optimiser=cr.optimisers.adam(0.02), steps=1500)
    assert getattr(run, measure) > 0.8
    other = {"validation_accuracy": "validation_r2", "validation_r2": "validation_accuracy"}[measure]
    assert math.isnan(getattr(run, other))


def test_predictions_are_in_the_units_of_the_data():
    rows = [[float(x), 100.0 * (x % 7)] for x in range(60)]
    prices = [1000.0 + 3 * a - 0.5 * b for a, b in rows]
    net = cr.Network([2, 8, 1])
    net.train((rows, prices), optimiser=cr.optimisers.adam(0.02), steps=3000)
    answers = net.predict(rows)
    assert max(abs(answer - price) for (answer,), price in zip(answers, prices, strict=True)) < 25
    with pytest.raises(ProgramError, match="numbers, not classes"):
        net.classify(rows)
    flowers = cr.Network([4, 8, 3])
    iris = cr.data.iris()
    flowers.train(iris, optimiser="adam", steps=500)
    inputs = [list(iris.inputs[4 * at : 4 * at + 4]) for at in range(150)]
    names = flowers.classify(inputs)
    right = sum(name == iris.classes[label] for name, label in zip(names, iris.labels, strict=True))
    assert right > 140
    assert all(sum(row) == pytest.approx(1) for row in flowers.predict(inputs))
    moons = cr.Network([2, 8, 1])
    moons.train(MOONS, optimiser=ADAM, steps=500)
    found = moons.classify([[0.8, -1.5], [-0.8, 1.5]])
    assert set(found) == {"0", "1"}


def test_a_network_comes_back_from_its_file_to_the_last_bit(tmp_path):
    net = cr.Network([4, 6, 3], normalisation="batch", dropout=0.1, skips=[(0, 2)], activation="gelu")
    net.train(cr.data.iris(), optimiser="adam", steps=50)
    net.save(tmp_path / "net.json")
    again = cr.load(tmp_path / "net.json")
    inputs = [[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]]
    assert again.parameters == net.parameters
    assert again.predict(inputs) == net.predict(inputs)
    assert again.classify(inputs) == net.classify(inputs)
    again.train(cr.data.iris(), optimiser="adam", steps=5)
    untrained = cr.Network([2, 3, 1], seed=9)
    untrained.save(tmp_path / "new.json")
    assert cr.load(tmp_path / "new.json").parameters == untrained.parameters


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "{",
        lambda text: "[]",
        lambda text: text.replace('"chainrule": 1', '"chainrule": 2'),
        lambda text: text.replace('"parameters"', '"parameter"'),
        lambda text: text.replace('"tanh"', '"tahn"'),
        lambda text: text.replace('"sizes": [', '"sizes": [3,'),
    ],
)
def test_a_file_that_is_no_network_is_refused_by_name(tmp_path, change):
    path = tmp_path / "net.json"
    cr.Network([2, 3, 1]).save(path)
    path.write_text(change(path.read_text()))
    with pytest.raises(ChainruleError):
        cr.load(path)
    with pytest.raises(DataError, match="There is no file"):
        cr.load(tmp_path / "none.json")


def test_saving_never_leaves_half_a_file(tmp_path):
    cr.Network([2, 3, 1]).save(tmp_path / "net.json")
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]
    assert json.loads((tmp_path / "net.json").read_text())["plan"]["sizes"] == [2, 3, 1]


def test_a_loss_that_overflows_ends_the_run_before_the_update_that_did_it():
    net = cr.Network([2, 8, 1])
    run = net.train(MOONS, optimiser=cr.optimisers.sgd(1e5), regulariser="l2", steps=5000)
    (finding,) = run.findings
    assert finding.step == net.steps + 1 == run.steps + 1
    assert "made the loss infinite or NaN" in str(finding)
    assert all(math.isfinite(number) for number in net.parameters)
    assert math.isfinite(run.loss)
    net.trainer.advance(1)
    assert not math.isfinite(net.trainer.batch_loss + net.trainer.penalty)


def test_ctrl_c_keeps_what_was_learned():
    net = cr.Network([2, 16, 16, 1])
    timer = threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    run = net.train(MOONS, steps=100_000_000)
    timer.join()
    assert run.interrupted
    assert 100 < run.steps == net.steps < 100_000_000
    assert run.training_loss < run.history[0].training_loss
    assert "interrupted" in str(run)


def test_a_long_run_shows_a_bar_and_a_short_one_nothing():
    code = (
        "import chainrule as cr\n"
        "net = cr.Network([2, 8, 1])\n"
        "net.train(cr.data.moons(), steps=2000, progress={})\n"
    )
    shown = {
        wanted: subprocess.run(
            [sys.executable, "-c", code.format(wanted)], capture_output=True, text=True, check=True
        ).stderr
        for wanted in ("True", "None", "False")
    }
    assert "2000/2000" in shown["True"]
    assert shown["None"] == shown["False"] == ""


def test_networks_side_by_side_give_what_they_give_one_after_the_other():
    def jobs():
        nets = [cr.Network([2, 8, 1], seed=seed) for seed in range(4)]
        return [(net, {"data": MOONS, "optimiser": ADAM, "steps": 100}) for net in nets]

    apart, together = jobs(), jobs()
    singly = [net.train(**options) for net, options in apart]
    runs = cr.train_all(together, threads=3)
    assert [net.parameters for net, _ in together] == [net.parameters for net, _ in apart]
    assert [run.loss for run in runs] == [run.loss for run in singly]
    with pytest.raises(ProgramError, match="twice"):
        cr.train_all([together[0], together[0]])
    with pytest.raises(ProgramError, match="features"):
        cr.train_all([(cr.Network([3, 1]), {"data": MOONS})])
    with pytest.raises(ProgramError, match="threads"):
        cr.train_all(jobs(), threads=0)


def test_menus_list_what_there_is_and_take_hyperparameters():
    assert {"sgd", "adam", "adamw"} <= set(dir(cr.optimisers))
    assert str(cr.optimisers.adam(0.01, beta1=0.8)) == "adam(learning_rate=0.01, beta1=0.8)"
    run = cr.Network([2, 4, 1]).train(
        MOONS,
        optimiser=cr.optimisers.momentum(0.1, momentum=0.8),
        regulariser=cr.regularisers.elastic(0.01, l1_ratio=0.3),
        schedule=cr.schedules.cosine(decay_steps=100),
        clipping=cr.clippings.norm(0.5),
        steps=100,
    )
    assert run.penalty > 0
    assert "moons" in dir(cr.data)
    assert cr.data.load("moons", 120, 0.05, 1) == MOONS


def test_layers_written_in_python_stand_among_the_sizes():
    def pairs(x, w):
        return [w[at] * x[0] * x[1] + a for at, a in enumerate(x)]

    net = cr.Network([2, cr.layer(pairs, outputs=2, parameters=2), 8, 1])
    run = net.train(cr.data.xor(n=200, noise=0.0), optimiser=ADAM, steps=600)
    assert run.validation_accuracy > 0.95
    assert cr.check_gradients(net)


@pytest.mark.parametrize(
    ("mistake", "where", "part"),
    [
        (lambda: cr.Network([2]), "sizes", "at least"),
        (lambda: cr.Network([2, 0, 1]), "sizes", "not 0"),
        (lambda: cr.Network([2, 3.5, 1]), "sizes", "not 3.5"),
        (lambda: cr.Network(None), "sizes", "list"),
        (lambda: cr.Network("abc"), "sizes", "'a'"),
        (lambda: cr.Network([2, 3, 1], seed=-1), "seed", "-1"),
        (lambda: cr.Network([2, 3, 1], skips=[1]), "skips", ""),
        (lambda: cr.Network([2, 3, 1], skips=[(0, 1, 2)]), "skips", "pair"),
        (lambda: cr.Network([2, 3, 1], normalisation="batch").train(MOONS, batch=1), "batch", "at least 2"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, optimiser=None), "optimiser", "adam"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, epochs=1.5), "epochs", "1.5"),
        (lambda: cr.Network([1, 1]).train(([1.0, 2.0], [0, 1])), "rows[0]", "list"),
        (lambda: cr.data.rows([[1], [2]], [0, 1], task="bin"), "task", "bin"),
        (lambda: cr.Network([2, 3, 1]).prepare(MOONS).predict([["a", 1]]), "inputs[0]", "'a'"),
        (lambda: cr.Network([2, 3, 1]).prepare(MOONS).predict([1, 2]), "inputs[0]", "list"),
        (lambda: cr.data.moons(n=5), "n", "from 10"),
        (lambda: cr.data.moons(noise="x"), "noise", "'x'"),
        (lambda: cr.compile(3.0), "compile", "float"),
        (lambda: cr.compile(cr.Value(1.0)).change({cr.Value(2.0): 1.0}), "value", ""),
        (lambda: cr.check_gradients(3), "check_gradients", "int"),
        (lambda: cr.Network([2, 3, 1]).save("/nowhere/net.json"), "/nowhere/net.json", "No such"),
        (lambda: cr.Network([2, 3, 1], "tahn"), "activation", "tanh"),
        (lambda: cr.Network([2, 3, 1], dropout=1.0), "dropout", "0.9"),
        (lambda: cr.Network([2, 3, 1], initialiser="he_norml"), "initialiser", "he_normal"),
        (lambda: cr.Network([2, 3, 1], skips=[(0, 1)]), "skips", ""),
        (lambda: cr.Network([3, 3, 1]).train(MOONS), "data", "2 features"),
        (lambda: cr.Network([2, 3, 2]).train(MOONS), "data", "1 outputs"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, loss="mes"), "loss", "mse"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, optimiser="adma"), "optimiser", "adam"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, batch=97), "batch", "from 1 to 96"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, batch=0), "batch", "from 1 to 96"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, steps=-1), "steps", "-1"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, steps=1, epochs=1), "steps", "not both"),
        (lambda: cr.Network([2, 3, 1]).train(([], [])), "rows", ""),
        (lambda: cr.Network([1, 1]).train(([[1.0], [math.nan]], [0, 1])), "rows[1]", ""),
        (lambda: cr.Network([2, 3, 1]).train(3), "data", "int"),
        (lambda: cr.Network([2, 3, 1]).train(MOONS, train_share=0), "train_share", ""),
        (lambda: cr.Network([2, 3, 1]).gradients, "network", "train or prepare"),
        (lambda: cr.Network([2, 3, 1]).predict([[1, 2]]), "network", "train or prepare"),
        (lambda: cr.Network([2, 3, 1]).prepare(MOONS).predict([[1]]), "inputs[0]", "takes 2"),
        (lambda: cr.optimisers.adam(0.1, beta3=1), "adam.beta3", "beta1"),
        (lambda: cr.optimisers.adam(math.nan), "adam.learning_rate", "finite"),
        (lambda: cr.schedules.constant(1), "constant", ""),
        (lambda: cr.optimisers.adma(0.1), "optimiser", "adam"),
        (lambda: cr.data.load("mons"), "data.name", "moons"),
        (lambda: setattr(cr.Network([2, 3, 1]), "parameters", [1.0]), "parameters", "13"),
    ],
)
def test_a_mistake_is_one_clear_error_at_its_place(mistake, where, part):
    with pytest.raises(ChainruleError) as caught:
        mistake()
    assert caught.value.where == where
    assert part in str(caught.value)


def test_a_mistake_leaves_the_network_as_it_was():
    net = cr.Network([2, 4, 1])
    net.train(MOONS, steps=20)
    before = net.parameters
    for options in ({"loss": "cross_entropy"}, {"optimiser": "adma"}, {"batch": 1000}):
        with pytest.raises(ChainruleError):
            net.train(MOONS, steps=20, **options)
    assert net.parameters == before
    assert net.steps == 20


def test_gradients_of_networks_and_values_are_checked_by_one_function():
    net = cr.Network([2, 6, 5, 1], "relu", normalisation="batch", dropout=0.2, skips=[(1, 3)])
    net.train(MOONS, optimiser="adam", regulariser=cr.regularisers.l1(0.01), steps=30)
    before = net.parameters, net.gradients
    report = cr.check_gradients(net, sample=None)
    assert report, report
    assert len(report.checked) == net.plan.parameters + 1
    assert all(each.dual is not None for each in report.checked)
    assert (net.parameters, net.gradients) == before
    assert cr.check_gradients(cr.Network([4, 5, 3], "silu"), cr.data.iris(), loss="cross_entropy", batch=50)
    a = cr.Value(2.0, label="a")
    assert cr.check_gradients((a * 3).tanh() * a)
    assert len(cr.check_gradients(net, sample=3).checked) == 4


def test_numbers_of_other_libraries_are_numbers():
    np = pytest.importorskip("numpy")
    draw = np.random.default_rng(1)
    inputs, targets = draw.normal(size=(60, 3)), draw.integers(0, 2, size=(60, 1))
    net = cr.Network(np.array([3, 4, 1]), seed=np.int64(3))
    net.train((inputs, targets), steps=np.int64(20), batch=np.int32(12))
    assert net.steps == 20
    assert np.array(net.predict(inputs)).shape == (60, 1)
    net.parameters = np.zeros(21)
    assert set(net.parameters) == {0.0}


def test_values_are_copied_and_pickled_with_their_graph():
    a, b = cr.Value(2.0, label="a"), cr.Value(3.0)
    top = (a * b).clip(0, 10) ** 2
    for other in (copy.deepcopy(top), pickle.loads(pickle.dumps(top))):
        other.backward()
        assert other.data == top.data
        leaf = other.parents[0].parents[0].parents[0]
        assert (leaf.label, leaf.grad, a.grad) == ("a", 36.0, 0.0)
        assert cr.diff(cr.snapshot(top), cr.snapshot(other)).values == []
