"""Everything that can be chosen trains, shows its numbers, and is explained."""

import math

import pytest

from chainrule.config import Settings
from chainrule.machine.native import NativeMachine
from chainrule.network.data import FEATURES, SURFACES
from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import NORMALISATIONS
from chainrule.session import Session
from chainrule.session.catalogue import MENUS
from chainrule.session.commands import Edit, Inspect, Look, SetParameter, Step
from chainrule.session.events import Dataset, Document, Frame, Graph, Notice


def session():
    return Session(Settings(), NativeMachine, "s")


def edit(it, **changes):
    return it.handle(Edit(id=7, changes={path.replace("__", "."): value for path, value in changes.items()}))


def frame(it):
    return it.welcome(resumed=True)[-1]


def find(it, kind):
    return next(event for event in it.welcome(resumed=True) if isinstance(event, kind))


def trained(it, steps=20):
    for _ in range(steps):
        it.handle(Step(id=1))
    while it.dirty:
        it.tick(100)
    return frame(it)


ENTRIES = [(path, name) for path, table in MENUS.items() for name in table]
ENTRIES += [("network.normalisation", name) for name in NORMALISATIONS]
ENTRIES += [("network.initialiser", name) for name in INITIALISERS]


@pytest.mark.parametrize(("path", "name"), ENTRIES)
def test_every_entry_of_every_menu_trains(path, name):
    it = session()
    choices = next(spec for spec in it._catalogue.fields if spec.path == path).choices
    assert name in choices
    events = edit(it, **{path: name})
    assert not [event for event in events if isinstance(event, Notice) and event.level == "error"]
    shown = trained(it)
    assert shown.step == 20
    assert math.isfinite(shown.batch_loss)
    document = find(it, Document)
    for menu in it._catalogue.menus:
        chosen = getattr(document.experiment.training, menu.path.removeprefix("training."))
        entry = next(each for each in menu.choices if each.name == chosen)
        assert entry.defaults.items() <= document.experiment.training.hyper.items()


def test_a_schedule_moves_the_rate_and_a_regulariser_shows_its_penalty():
    it = session()
    assert frame(it).penalty == 0
    edit(it, training__schedule="warmup", training__regulariser="l2", training__hyper__strength=0.1)
    first = frame(it)
    assert first.penalty > 0
    rate = find(it, Document).experiment.training.learning_rate
    assert first.rate == pytest.approx(rate / 200)
    assert trained(it, 30).rate == pytest.approx(rate * 31 / 200)


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_a_regression_with_its_own_measure(name):
    it = session()
    events = edit(it, data__name=name, training__loss="huber")
    assert find(it, Document).task == "regression"
    dataset = next(event for event in events if isinstance(event, Dataset))
    assert len(dataset.value) == len(dataset.x) == 500
    assert dataset.classes == ()
    assert find(it, Graph).layers[-2].operation == "linear"
    shown = trained(it, 300)
    assert 0 < shown.validation_r2 <= 1
    assert math.isnan(shown.validation_accuracy)
    assert len(shown.confusion) == 0
    back = edit(it, data__name="moons", training__loss="hinge")
    assert not [event for event in back if isinstance(event, Notice) and event.level == "error"]
    assert math.isnan(frame(it).validation_r2)


def test_a_loss_follows_the_task():
    it = session()
    edit(it, training__loss="hinge")
    events = edit(it, data__name="hills")
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert notice.code == "notice.loss_changed"
    assert find(it, Document).experiment.training.loss == "mse"


def test_features_of_the_plane_are_the_inputs():
    it = session()
    edit(it, data__features=["sin_x1", "x1", "x2_squared"])
    graph = find(it, Graph)
    assert graph.labels[:3] == ("x₁", "x₂²", "sin x₁")
    before = find(it, Dataset)
    assert len(before.x) == 500
    assert trained(it).step == 20
    events = edit(it, data__features=[])
    assert events[0].code == "error.edit_names"
    edit(it, data__name="iris")
    assert find(it, Graph).labels[:4] == find(it, Dataset).features
    edit(it, data__name="moons", data__features=list(FEATURES))
    assert len(find(it, Dataset).features) == 7


def test_a_parameter_that_is_set_computes_only_what_depends_on_it():
    it = session()
    edit(it, network__hidden=[5, 4, 3])
    trained(it, 3)
    before = frame(it)
    graph = find(it, Graph)
    for target, nodes in (("w:1:2:1", 5 + 4 + 3 + 1 + 1), ("w:3:1:0", 3 + 1 + 1), ("b:4:0", 1 + 1)):
        assert it.handle(SetParameter(id=1, target=target, value=0.625)) == []
        assert it.dirty
        shown = frame(it)
        assert shown.recomputed == nodes
        changed = [
            at for at, (a, b) in enumerate(zip(shown.parameters, before.parameters, strict=True)) if a != b
        ]
        assert len(changed) == 1
        assert shown.parameters[changed[0]] == 0.625
        assert shown.batch_loss != before.batch_loss
        before = shown
    assert len(graph.names) == sum((2, 5, 4, 3, 1, 1))
    for target, value, code in (
        ("n:1:0", 0.5, "not_a_parameter"),
        ("w:9:0:0", 0.5, "not_a_parameter"),
        ("b:1:0", 1e9, "parameter_value"),
    ):
        (notice,) = it.handle(SetParameter(id=1, target=target, value=value))
        assert notice.code == f"error.{code}"
    assert frame(it).parameters == before.parameters


def test_normalised_and_dropped_neurons_and_penalised_weights_are_explained_as_they_are_computed():
    it = session()
    edit(it, network__hidden=[5, 4], network__normalisation="batch", network__dropout=0.3)
    edit(it, training__regulariser="elastic")
    trained(it, 4)
    it.handle(Inspect(id=2, target="n:1:2"))
    shown = frame(it).inspection
    for part in (r"m_{3}\,", r"\hat{z}_{3}", r"\gamma_{3}", r"\mu_{B}"):
        assert part in shown.forward
    assert r"\overline{h}" in shown.backward
    it.handle(Inspect(id=3, target="w:1:2:1"))
    shown = frame(it).inspection
    assert r"\operatorname{sgn}" in shown.backward
    assert shown.gradient == shown.batch_gradient
    parts = 0.0
    for example in range(frame(it).batch):
        it.handle(Look(id=4, example=example))
        part = frame(it).inspection
        assert r"\operatorname{sgn}" not in part.backward
        assert part.factors[0].value * part.factors[1].value == pytest.approx(part.gradient)
        parts += part.gradient
    # What is left between the examples' parts and the whole is the slope of the penalty.
    strength, share = 0.001, 0.5
    slope = strength * (share * math.copysign(1, shown.value) + (1 - share) * shown.value)
    assert shown.gradient == pytest.approx(parts + slope, rel=1e-9)


def test_data_that_was_there_before_comes_from_the_cache():
    it = session()
    for noise in (0.1, 0.2, 0.1, 0.2):
        edit(it, data__noise=noise)
    assert it._cache.hits == 2
    assert it._cache.hit_rate > 0
    small = Settings()
    assert small.performance.cache_size_mb == 50
    assert isinstance(frame(it), Frame)
