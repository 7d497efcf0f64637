"""Edits: a valid experiment or an error that names the place, nothing in between."""

from __future__ import annotations

import math
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.config import NetworkLimits, Settings
from chainrule.errors import ConfigError
from chainrule.machine.native import NativeMachine
from chainrule.network.data import FEATURES
from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import NORMALISATIONS
from chainrule.rules import CLIPPINGS, LOSSES, OPTIMISERS, REGULARISERS, SCHEDULES
from chainrule.session import Session
from chainrule.session.catalogue import catalogue, menu
from chainrule.session.commands import Edit, Inspect
from chainrule.session.edits import Facts, changed, defaults, fitted, flat, plan, settled
from chainrule.session.events import Frame, Graph
from chainrule.session.experiment import Experiment, NetworkShape
from chainrule.session.fields import checked, field
from chainrule.session.mark import moved

SETTINGS = Settings()
LIMITS = SETTINGS.network_limits
MENU = catalogue(SETTINGS, menu({}))
BINARY = Facts(task="binary", inputs=2, outputs=1, rows=300)
IRIS = Facts(task="multiclass", inputs=4, outputs=3, rows=90)


def edit(experiment: Experiment, changes: dict[str, Any], facts: Facts = BINARY) -> Experiment:
    draft = changed(experiment, changes, MENU, LIMITS.max_layers)
    return settled(experiment, draft, changes, facts, LIMITS)[0]


START = fitted(Experiment(), BINARY, LIMITS, SETTINGS.computation.batch_size_limit)

good: dict[str, st.SearchStrategy[Any]] = {
    "data.points": st.integers(10, 10_000),
    "data.noise": st.floats(0, 0.5),
    "data.train_share": st.floats(0.1, 0.9),
    "network.hidden": st.lists(st.integers(1, 30), max_size=4),
    "network.activation": st.sampled_from(MENU.activations),
    "training.optimiser": st.sampled_from(sorted(OPTIMISERS)),
    "training.learning_rate": st.floats(1e-5, 10),
    "training.loss": st.sampled_from(sorted(LOSSES)),
    "training.batch_size": st.integers(1, 1000),
    "data.features": st.lists(st.sampled_from(list(FEATURES)), min_size=1, unique=True).map(
        lambda names: [name for name in FEATURES if name in names]
    ),
    "network.normalisation": st.sampled_from(NORMALISATIONS),
    "network.dropout": st.floats(0, 0.9),
    "network.initialiser": st.sampled_from(sorted(INITIALISERS)),
    "training.schedule": st.sampled_from(sorted(SCHEDULES)),
    "training.regulariser": st.sampled_from(sorted(REGULARISERS)),
    "training.clipping": st.sampled_from(sorted(CLIPPINGS)),
    "training.hyper.strength": st.floats(0, 1),
    "training.hyper.clip_norm": st.floats(0.001, 100),
    "training.hyper.momentum": st.floats(0, 0.999),
    "training.hyper.beta1": st.floats(0, 0.999),
    "seed": st.integers(0, 2**32 - 1),
}
odd = st.one_of(
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(-3, 200), max_size=13),
    st.lists(st.sampled_from(["x1", "x2", "x3"]), max_size=3),
    st.booleans(),
)
one_edit = st.one_of(
    st.fixed_dictionaries({}, optional=good),
    st.dictionaries(
        st.one_of(st.sampled_from(sorted(good)), st.text(min_size=1, max_size=12)), odd, max_size=3
    ),
)


@settings(max_examples=200)
@given(st.lists(one_edit, max_size=6))
def test_any_sequence_of_edits_leaves_a_valid_experiment_or_an_error_with_a_place(
    edits: list[dict[str, Any]],
) -> None:
    experiment = START
    places: list[str] = []
    for changes in edits:
        try:
            after = edit(experiment, changes)
        except ConfigError as error:
            places.append(error.where)
            continue
        values = flat(after)
        for path, value in values.items():
            assert checked(field(path, after.training, MENU), value, LIMITS.max_layers) == value
        for path, value in changes.items():
            assert values[path] == value
        assert plan(after, BINARY).parameters <= LIMITS.max_total_parameters
        assert after.training.hyper.keys() == defaults(after.training).keys()
        assert "binary" in LOSSES[after.training.loss].tasks
        assert after.training.batch_size <= BINARY.rows
        experiment = after
    assert all(places)


@given(st.fixed_dictionaries({}, optional=good))
def test_an_experiment_written_flat_makes_itself_again(changes: dict[str, Any]) -> None:
    try:
        after = edit(START, changes)
    except ConfigError:
        return
    assert edit(START, flat(after)) == after


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("data.noise", math.nan, "error.edit_number"),
        ("data.noise", math.inf, "error.edit_number"),
        ("data.noise", 0.6, "error.edit_number"),
        ("data.noise", "0.1", "error.edit_number"),
        ("data.noise", True, "error.edit_number"),
        ("data.points", 12.5, "error.edit_whole"),
        ("data.points", 10**400, "error.edit_whole"),
        ("data.name", "spirale", "error.edit_choice"),
        ("data.name", [1], "error.edit_choice"),
        ("network.hidden", 8, "error.edit_layers"),
        ("network.hidden", [8, "8"], "error.edit_layers"),
        ("network.hidden", [8, True], "error.edit_layers"),
        ("network.hidden", [8, 0], "error.layer_empty"),
        ("network.hidden", [8] * 11, "error.too_many_layers"),
        ("network.hidden", [101], "error.too_many_neurons"),
        ("network.hidden", [99, 99], "error.too_many_parameters"),
        ("training.learning_rate", 0, "error.edit_number"),
        ("training.loss", "cross_entropy", "error.loss_unfit"),
        ("training.batch_size", 301, "error.batch_too_large"),
        ("training.hyper.momentum", 0.5, "error.hyper_unknown"),
        ("training.hyper", 0.5, "error.edit_unknown"),
        ("seed", -1, "error.edit_whole"),
        ("", 1, "error.edit_unknown"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(path: str, value: Any, code: str) -> None:
    with pytest.raises(ConfigError) as found:
        edit(START, {path: value})
    assert found.value.code == code
    assert found.value.where == path


def test_a_limit_is_named_with_its_setting_and_the_value_that_broke_it() -> None:
    with pytest.raises(ConfigError) as found:
        edit(START, {"network.hidden": [100, 100]})
    assert found.value.facts == {"value": 10_501, "limit": 10_000}
    assert "network_limits.max_total_parameters" in str(found.value)


def test_one_wrong_value_among_right_ones_changes_nothing() -> None:
    with pytest.raises(ConfigError):
        edit(START, {"training.learning_rate": 0.3, "data.noise": 7})


def test_a_whole_number_written_as_a_float_is_whole() -> None:
    assert edit(START, {"training.batch_size": 20.0}).training.batch_size == 20


def test_another_optimiser_comes_with_its_own_hyperparameters() -> None:
    after = edit(START, {"training.optimiser": "momentum"})
    assert after.training.hyper == {"momentum": 0.9}
    both = edit(START, {"training.hyper.momentum": 0.5, "training.optimiser": "momentum"})
    assert both.training.hyper == {"momentum": 0.5}


def test_a_learning_rate_that_was_chosen_survives_another_optimiser() -> None:
    chosen = edit(START, {"training.learning_rate": 0.2})
    assert edit(chosen, {"training.optimiser": "sgd"}).training.learning_rate == 0.2
    at_once = edit(START, {"training.optimiser": "sgd", "training.learning_rate": 0.7})
    assert at_once.training.learning_rate == 0.7


def test_a_learning_rate_that_was_not_chosen_is_that_of_the_optimiser() -> None:
    experiment = START
    for name in ("sgd", "momentum", "adam", "sgd"):
        experiment = edit(experiment, {"training.optimiser": name})
        assert experiment.training.learning_rate == OPTIMISERS[name].hyper["learning_rate"].default


def test_another_task_brings_the_loss_that_is_nearest() -> None:
    draft = changed(START, {"data.name": "iris"}, MENU, LIMITS.max_layers)
    after, remarks = settled(START, draft, {"data.name"}, IRIS, LIMITS)
    assert after.training.loss == "cross_entropy"
    assert [(each.code, each.where) for each in remarks] == [("notice.loss_changed", "training.loss")]
    back = changed(after, {"data.name": "moons"}, MENU, LIMITS.max_layers)
    assert settled(after, back, {"data.name"}, BINARY, LIMITS)[0].training.loss == "binary_cross_entropy"


def test_a_batch_shrinks_with_the_training_set() -> None:
    large = edit(START, {"training.batch_size": 300})
    draft = changed(large, {"data.points": 100}, MENU, LIMITS.max_layers)
    after, remarks = settled(large, draft, {"data.points"}, evolve(BINARY, rows=60), LIMITS)
    assert after.training.batch_size == 60
    assert [(each.code, each.where) for each in remarks] == [("notice.batch_clipped", "training.batch_size")]


@given(
    st.builds(
        NetworkLimits,
        max_layers=st.integers(1, 10),
        max_neurons_per_layer=st.integers(1, 100),
        max_total_parameters=st.integers(3, 10_000),
    ),
    st.integers(1, 1000),
)
def test_the_first_experiment_fits_whatever_the_limits(limits: NetworkLimits, batch: int) -> None:
    start = fitted(Experiment(), BINARY, limits, batch)
    assert plan(start, BINARY).parameters <= limits.max_total_parameters
    assert len(start.network.hidden) <= limits.max_layers
    assert max(start.network.hidden, default=0) <= limits.max_neurons_per_layer
    assert start.training.batch_size <= batch


def test_limits_too_tight_for_any_network_are_an_error() -> None:
    with pytest.raises(ConfigError) as found:
        fitted(Experiment(), BINARY, NetworkLimits(max_total_parameters=2), 15)
    assert found.value.code == "error.too_many_parameters"


def test_network_shape_defaults_are_within_the_default_limits() -> None:
    assert START.network == NetworkShape()


@pytest.mark.parametrize(
    ("target", "columns", "counts", "wanted"),
    [
        ("n:1:2", {0: 0, 1: 2, 2: 3}, (2, 5, 4, 1), "n:2:2"),
        ("w:2:0:3", {0: 0, 1: 1, 2: 3, 3: 4}, (2, 4, 2, 5, 1), None),  # a layer has come between its ends
        ("w:3:0:4", {0: 0, 1: 1, 2: 3, 3: 4}, (2, 4, 2, 5, 1), "w:4:0:4"),
        ("b:1:3", {0: 0, 2: 1}, (2, 5, 1), None),
        ("z:2:3", {0: 0, 2: 1}, (2, 5, 1), "z:1:3"),
        ("n:1:4", {0: 0, 1: 1, 2: 2}, (2, 3, 1), None),
        ("loss", {0: 0}, (2, 1), "loss"),
    ],
)
def test_a_mark_keeps_its_neuron_where_layers_come_and_go(
    target: str, columns: dict[int, int], counts: tuple[int, ...], wanted: str | None
) -> None:
    assert moved(target, columns, counts) == wanted


def test_what_is_looked_at_moves_with_its_layer() -> None:
    shape = NetworkShape(hidden=(4, 5))
    of = Session(Settings(), NativeMachine, "s", {}, Experiment(network=shape))
    of.handle(Inspect(id=1, target="z:2:3"))
    events = of.handle(Edit(id=2, changes={"network.hidden": [4, 2, 5]}))
    (graph,) = [each for each in events if isinstance(each, Graph)]
    assert graph.came == (0, 1, -1, 2, 3)
    frame = of.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert frame.inspection is not None
    assert frame.inspection.target == "z:3:3"
    of.handle(Edit(id=3, changes={"network.hidden": [4]}))
    frame = of.welcome(resumed=True)[-1]
    assert isinstance(frame, Frame)
    assert frame.inspection is None
