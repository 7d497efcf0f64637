"""The session with a real network on the real machine: what commands do, and what they leave alone."""

from __future__ import annotations

import math
from array import array
from typing import Any

import pytest
from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.config import Computation, NetworkLimits, Settings
from chainrule.errors import ConfigError
from chainrule.machine.native import NativeMachine
from chainrule.network.data import load
from chainrule.session import Experiment, Session
from chainrule.session.commands import (
    Ack,
    Command,
    Edit,
    Hello,
    Inspect,
    Look,
    Pace,
    Pause,
    Play,
    Renew,
    Restart,
    Step,
)
from chainrule.session.events import Dataset, Document, Event, Frame, Graph, Notice, Welcome
from chainrule.session.experiment import SEED_LIMIT, DataChoice, NetworkShape, Training

SLICE = 16.0


def session(experiment: Experiment | None = None, limits: Settings | None = None, **own: Any) -> Session:
    return Session(limits or Settings(), NativeMachine, "s", own, experiment)


def frame(of: Session) -> Frame:
    """The run as a page that has just come would see it."""
    events = of.welcome(resumed=True)
    found = events[-1]
    assert isinstance(found, Frame)
    return found


def only(events: list[Event], kind: type[Any]) -> Any:
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def finish(of: Session) -> list[Event]:
    """Ticks until nothing is due."""
    events: list[Event] = []
    while of.dirty:
        events += of.tick(SLICE)
    return events


def trained(of: Session, steps: int) -> Session:
    """``of`` after ``steps`` single steps."""
    for _ in range(steps):
        of.handle(Step(id=1))
    finish(of)
    return of


def change(of: Session, **changes: Any) -> list[Event]:
    return of.handle(Edit(id=7, changes={path.replace("__", "."): value for path, value in changes.items()}))


def numbers(shown: Frame) -> dict[str, Any]:
    """Everything of a frame that the state of the network decides, bit by bit."""
    found = asdict(shown, recurse=False)
    for name in (
        "revision",
        "curve",
        "curve_reset",
        "playing",
        "rate",
        "recomputed",
        "predicted_change",
        "actual_change",
        "movers",
    ):
        del found[name]
    # NaN, of what a task does not have, is not equal to itself.
    return {
        name: value.tobytes() if isinstance(value, array) else repr(value) for name, value in found.items()
    }


class TestWelcome:
    def test_a_new_page_gets_everything_in_order(self) -> None:
        events = session().welcome(resumed=False)
        assert kinds(events) == [Welcome, Document, Dataset, Graph, Frame]
        document, graph, shown = only(events, Document), only(events, Graph), only(events, Frame)
        assert document.revision == graph.revision == shown.revision
        assert document.parameters == len(shown.parameters) == len(shown.gradients)
        assert len(graph.names) == len(shown.values) == len(shown.adjoints) == len(graph.x)
        assert len(shown.maps) == (len(graph.names) - 1) * shown.map_width * shown.map_height
        assert shown.step == 0
        assert any(shown.gradients)
        assert shown.curve_reset

    def test_the_graph_points_at_every_parameter_once(self) -> None:
        events = session().welcome(resumed=False)
        graph, shown = only(events, Graph), only(events, Frame)
        pointed = [at for at in (*graph.parameter, *graph.bias) if at >= 0]
        assert sorted(pointed) == list(range(len(shown.parameters)))
        assert [layer.kind for layer in graph.layers] == ["input", "hidden", "hidden", "output", "loss"]
        assert sum(layer.count for layer in graph.layers) == len(graph.names)
        assert graph.names[0] == "n:0:0"
        assert graph.names[-1] == "loss"

    def test_the_data_set_tells_where_points_lie_and_who_validates(self) -> None:
        data = only(session().welcome(resumed=False), Dataset)
        assert data.planar
        assert len(data.x) == len(data.y) == len(data.label) == len(data.split) == 500
        assert (data.training_rows, data.validation_rows) == (300, 200)
        assert sum(data.split) == 200
        assert max(map(abs, (*data.x, *data.y))) <= data.extent

    @pytest.mark.parametrize("name", ["iris", "penguins", "digits"])
    def test_shipped_sets_are_shown_without_a_plane(self, name: str) -> None:
        it = session()
        change(it, data__name=name)
        events = it.welcome(resumed=False)
        data, graph = only(events, Dataset), only(events, Graph)
        assert not data.planar
        assert len(data.x) == 0
        outputs = graph.layers[-2]
        assert graph.labels[outputs.first : outputs.first + outputs.count] == data.classes
        assert graph.layers[0].wrap == (8 if name == "digits" else 1)

    def test_a_person_who_brings_data_begins_with_it(self) -> None:
        own = evolve(load("iris", 0, 0, 0), name="flowers")
        document = only(session(flowers=own).welcome(resumed=False), Document)
        assert document.experiment.data.name == "flowers"
        assert document.experiment.training.loss == "cross_entropy"

    def test_a_whole_experiment_can_be_given(self) -> None:
        given_one = Experiment(
            data=DataChoice(name="moons", points=200),
            network=NetworkShape(hidden=(4,), activation="relu"),
            training=Training(optimiser="momentum", learning_rate=0.05, loss="hinge", batch_size=8),
            seed=9,
        )
        found = only(session(given_one).welcome(resumed=False), Document).experiment
        assert found == evolve(given_one, training=evolve(given_one.training, hyper={"momentum": 0.9}))

    def test_an_experiment_beyond_the_limits_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="max_neurons_per_layer"):
            session(Experiment(network=NetworkShape(hidden=(200,))))

    def test_tight_limits_still_give_something_to_begin_with(self) -> None:
        tight = Settings(
            network_limits=NetworkLimits(max_layers=1, max_neurons_per_layer=3),
            computation=Computation(batch_size_limit=4),
        )
        found = only(session(limits=tight).welcome(resumed=False), Document).experiment
        assert found.network.hidden == (3,)
        assert found.training.batch_size == 4


class TestTransport:
    def test_nothing_happens_while_paused(self) -> None:
        it = session()
        finish(it)
        assert not it.dirty
        assert it.tick(1000) == []

    def test_playing_trains_at_the_pace_and_pause_stops(self) -> None:
        it = session()
        it.handle(Play(id=1))
        assert it.playing
        steps = [only(it.tick(100), Frame).step for _ in range(5)]
        assert steps == [10, 20, 30, 40, 50]
        it.handle(Pause(id=2))
        assert only(it.tick(100), Frame).step == 50
        assert it.tick(100) == []

    def test_a_slow_pace_makes_steps_now_and_then(self) -> None:
        it = session()
        it.handle(Pace(id=1, steps_per_second=1))
        it.handle(Play(id=2))
        it.tick(0)
        shown = [events for _ in range(30) if (events := it.tick(100))]
        assert [only(events, Frame).step for events in shown] == [1, 2, 3]

    def test_training_lowers_the_loss(self) -> None:
        it = session(Experiment(data=DataChoice(name="moons")))
        before = frame(it)
        assert frame(trained(it, 200)).validation_loss < before.validation_loss / 3

    def test_a_step_is_one_batch_and_pauses(self) -> None:
        it = session()
        it.handle(Play(id=1))
        it.tick(100)
        it.handle(Step(id=2))
        assert not it.playing
        assert only(finish(it), Frame).step == 11

    def test_an_epoch_ends_where_the_next_begins_however_often_asked(self) -> None:
        it = trained(session(), 3)
        for _ in range(2):
            it.handle(Step(id=1, unit="epoch"))
        finish(it)
        shown = frame(it)
        assert (shown.step, shown.epoch) == (40, 2)

    def test_a_long_epoch_is_made_in_several_slices(self) -> None:
        it = session(limits=Settings(computation=Computation(max_iterations=7)))
        it.handle(Step(id=1, unit="epoch"))
        steps = [event.step for event in finish(it) if isinstance(event, Frame)]
        assert steps == [7, 14, 20]

    def test_no_run_is_longer_than_max_iterations(self) -> None:
        it = session(limits=Settings(computation=Computation(max_iterations=3)))
        it.handle(Pace(id=1, steps_per_second=1000))
        it.handle(Play(id=2))
        assert only(it.tick(1000), Frame).step == 3

    def test_a_page_that_is_behind_gets_one_frame_later_with_the_state_of_then(self) -> None:
        it = session()
        it.handle(Play(id=1))
        assert it.tick(100, frame=False) == []
        assert it.tick(100, frame=False) == []
        assert it.dirty
        assert only(it.tick(0), Frame).step == 20

    def test_large_data_are_shown_less_often_but_whole_and_at_once_when_paused(self) -> None:
        iris = load("iris", 0, 0, 0)
        large = evolve(iris, name="large", inputs=iris.inputs * 200, labels=iris.labels * 200)
        it = session(large=large)
        change(it, network__hidden=[60, 60])
        finish(it)
        it.handle(Play(id=1))
        shown = [events for _ in range(40) if (events := it.tick(SLICE))]
        assert 3 < len(shown) < 20
        assert it.dirty
        it.handle(Pause(id=2))
        last = only(it.tick(0), Frame)
        assert last.step > only(shown[-1], Frame).step
        assert numbers(last) == numbers(frame(it))

    def test_restart_goes_through_the_very_same_frames(self) -> None:
        it = session()
        first = [numbers(frame(trained(it, n))) for n in (0, 1, 30)]
        it.handle(Restart(id=1))
        again = [numbers(frame(trained(it, n))) for n in (0, 1, 30)]
        assert first == again
        assert first[0] != first[1]

    def test_restart_keeps_playing_and_clears_the_curve(self) -> None:
        it = session()
        it.handle(Play(id=1))
        it.tick(1000)
        it.handle(Restart(id=2))
        shown = only(it.tick(0), Frame)
        assert it.playing
        assert shown.playing
        assert shown.curve_reset
        assert shown.step == 0
        assert shown.curve[0::3].tolist() == [0.0]

    def test_renew_takes_the_next_seed_for_weights_and_points(self) -> None:
        it = session()
        before, points = frame(it), only(it.welcome(resumed=True), Dataset).x
        events = it.handle(Renew(id=1))
        assert kinds(events) == [Document, Dataset, Graph]
        assert only(events, Document).experiment.seed == 2
        assert only(events, Dataset).x != points
        assert frame(it).parameters != before.parameters

    def test_the_last_seed_is_followed_by_the_first(self) -> None:
        it = session(Experiment(seed=SEED_LIMIT))
        assert only(it.handle(Renew(id=1)), Document).experiment.seed == 0

    def test_the_life_of_an_experiment_ends_and_restart_begins_another(self) -> None:
        it = session(limits=Settings(network_limits=NetworkLimits(max_training_steps=25)))
        it.handle(Play(id=1))
        shown, notice = it.tick(1000)
        assert isinstance(shown, Frame)
        assert (shown.step, shown.playing) == (25, False)
        assert isinstance(notice, Notice)
        assert "network_limits.max_training_steps" in notice.text
        assert it.tick(1000) == []
        for command in (Play(id=4), Step(id=4), Step(id=4, unit="epoch")):
            answer = only(it.handle(command), Notice)
            assert (answer.level, answer.code, answer.command) == ("error", "error.steps_used_up", 4)
        it.handle(Restart(id=5))
        assert it.handle(Play(id=6)) == []

    def test_a_diverging_run_stops_and_says_so_once(self) -> None:
        wild = Training(optimiser="sgd", learning_rate=10.0, loss="binary_cross_entropy")
        it = session(
            Experiment(network=NetworkShape(activation="linear", hidden=(30, 30, 30)), training=wild)
        )
        it.handle(Pace(id=1, steps_per_second=1000))
        it.handle(Play(id=2))
        events = [event for _ in range(40) for event in it.tick(100)]
        notice = only(events, Notice)
        assert (notice.level, notice.code) == ("warning", "notice.not_finite")
        assert not it.playing
        shown = frame(it)
        assert not math.isfinite(shown.training_loss)
        assert -128 in shown.maps
        it.handle(Restart(id=3))
        assert math.isfinite(only(it.tick(0), Frame).training_loss)


class TestEdits:
    def test_a_learning_rate_moves_nothing_but_itself(self) -> None:
        it = trained(session(), 20)
        before = frame(it)
        events = change(it, training__learning_rate=0.1)
        assert kinds(events) == [Document]
        assert numbers(frame(it)) == numbers(before)
        assert (frame(it).rate, frame(it).recomputed) == (0.1, 0)
        assert frame(trained(it, 1)).parameters != frame(trained(session(), 21)).parameters

    def test_a_learning_rate_counts_from_the_next_step(self) -> None:
        slow = session(Experiment(training=Training(optimiser="sgd", learning_rate=0.01)))
        fast = session(Experiment(training=Training(optimiser="sgd", learning_rate=0.01)))
        start, gradients = frame(slow).parameters, frame(slow).gradients
        change(fast, training__learning_rate=1.0)
        after = frame(trained(fast, 1)).parameters
        for was, slope, now in zip(start, gradients, after, strict=True):
            assert now == pytest.approx(was - slope, abs=1e-12)

    @pytest.mark.parametrize(
        "changes",
        [
            {"network__hidden": [8, 9]},
            {"network__hidden": [5, 8, 3]},
            {"network__activation": "relu"},
            {"training__loss": "hinge"},
            {"data__noise": 0.3},
            {"data__points": 300},
            {"data__train_share": 0.5},
        ],
    )
    def test_an_edit_that_is_seen_sends_the_scene_again_and_goes_on(self, changes: dict[str, Any]) -> None:
        it = trained(session(), 20)
        revision = frame(it).revision
        events = change(it, **changes)
        assert kinds(events) == [Document, Dataset, Graph]
        assert {only(events, kind).revision for kind in (Document, Dataset, Graph)} == {revision + 1}
        shown = only(it.tick(0), Frame)
        assert (shown.revision, shown.step) == (revision + 1, 20)
        assert frame(trained(it, 1)).step == 21

    @pytest.mark.parametrize("changes", [{"training__batch_size": 40}, {"training__optimiser": "momentum"}])
    def test_an_edit_of_how_it_learns_sends_the_document_and_goes_on(self, changes: dict[str, Any]) -> None:
        it = trained(session(), 20)
        weights = frame(it).parameters
        events = change(it, **changes)
        assert events[0] == only(events, Document)
        assert Graph not in kinds(events)
        shown = frame(it)
        assert shown.parameters == weights
        assert shown.step == 20

    def test_surviving_weights_keep_their_values(self) -> None:
        it = trained(session(), 20)
        before, old = frame(it), only(it.welcome(resumed=True), Graph)
        change(it, network__hidden=[9, 6])
        after, new = frame(it), only(it.welcome(resumed=True), Graph)

        def weights(graph: Graph, shown: Frame) -> dict[tuple[str, str], float]:
            return {
                (graph.names[s], graph.names[t]): shown.parameters[p]
                for s, t, p in zip(graph.source, graph.target, graph.parameter, strict=True)
                if p >= 0
            }

        was, now = weights(old, before), weights(new, after)
        both = was.keys() & now.keys()
        assert len(both) == 2 * 8 + 8 * 6 + 6
        assert all(was[edge] == now[edge] for edge in both)

    def test_another_data_set_begins_anew_as_if_it_had_been_chosen_first(self) -> None:
        it = trained(session(), 30)
        it.handle(Play(id=1))
        events = change(it, data__name="iris")
        assert kinds(events) == [Document, Dataset, Graph, Notice]
        notice = only(events, Notice)
        assert (notice.level, notice.code, notice.where) == ("info", "notice.loss_changed", "training.loss")
        assert it.playing
        it.handle(Pause(id=2))
        shown = frame(it)
        assert shown.step == 0
        assert shown.curve_reset
        first = session(only(it.welcome(resumed=True), Document).experiment)
        assert numbers(frame(trained(it, 50))) == numbers(frame(trained(first, 50)))

    def test_a_wrong_edit_is_answered_beside_its_control_and_changes_nothing(self) -> None:
        it = trained(session(), 5)
        before = it.welcome(resumed=True)
        answer = only(change(it, training__learning_rate=0.5, network__hidden=[100, 100]), Notice)
        assert (answer.level, answer.where, answer.command) == ("error", "network.hidden", 7)
        assert answer.text == (
            "This network would have 10501 parameters; 10000 are allowed "
            "(network_limits.max_total_parameters). Take fewer neurons or layers."
        )
        after = it.welcome(resumed=True)
        assert only(after, Document) == only(before, Document)
        assert numbers(only(after, Frame)) == numbers(only(before, Frame))

    def test_noise_is_kept_for_sets_that_have_none_but_changes_no_point(self) -> None:
        it = session()
        change(it, data__name="iris")
        assert kinds(change(it, data__noise=0.4)) == [Document]

    def test_an_edit_to_what_already_is_sends_nothing(self) -> None:
        it = session()
        assert change(it, training__learning_rate=Training().learning_rate) == []
        assert change(it) == []

    def test_a_network_without_hidden_layers_learns_too(self) -> None:
        it = session(Experiment(data=DataChoice(name="moons")))
        change(it, network__hidden=[])
        before = frame(it)
        assert frame(trained(it, 50)).training_loss < before.training_loss


class TestView:
    def test_an_example_of_the_batch_is_shown_until_the_mean_is(self) -> None:
        it = session()
        mean = frame(it)
        assert only(it.handle(Look(id=1, example=3)), Document).example == 3
        one = frame(it)
        assert one.example == 3
        assert one.values != mean.values
        parts = []
        for example in range(mean.batch):
            it.handle(Look(id=1, example=example))
            parts.append(frame(it).gradients)
        for whole, *each in zip(mean.gradients, *parts, strict=True):
            assert math.fsum(each) == pytest.approx(whole, rel=1e-9, abs=1e-15)
        it.handle(Look(id=2, example=None))
        assert frame(it).values == mean.values

    @pytest.mark.parametrize("example", [-1, 15, 10**9])
    def test_an_example_beyond_the_batch_is_an_error(self, example: int) -> None:
        answer = only(session().handle(Look(id=3, example=example)), Notice)
        assert (answer.code, answer.command) == ("error.no_such_example", 3)
        assert "0 to 14" in answer.text

    def test_an_example_follows_a_smaller_batch(self) -> None:
        it = session()
        it.handle(Look(id=1, example=14))
        assert only(change(it, training__batch_size=4), Document).example == 3
        assert frame(it).example == 3

    def test_a_smaller_last_batch_says_which_example_it_shows(self) -> None:
        it = session(Experiment(training=Training(batch_size=299)))
        it.handle(Look(id=1, example=100))
        shown = frame(trained(it, 1))
        assert (shown.batch, shown.example) == (1, 0)

    @pytest.mark.parametrize(
        "target", ["n:0:2", "n:4:0", "w:1:8:0", "w:0:0:0", "b:0:0", "n:01:0", "loss ", ""]
    )
    def test_what_is_not_in_the_network_cannot_be_inspected(self, target: str) -> None:
        answer = only(session().handle(Inspect(id=4, target=target)), Notice)
        assert (answer.code, answer.command) == ("error.unknown_target", 4)

    def test_a_selection_that_an_edit_removes_is_dropped_and_others_stay(self) -> None:
        it = session()
        it.handle(Inspect(id=1, target="n:2:7"))
        change(it, network__hidden=[8, 8, 2])
        assert frame(it).inspection is not None
        change(it, network__hidden=[8, 7])
        assert frame(it).inspection is None

    def test_a_pace_out_of_range_is_an_error(self) -> None:
        for pace in (0.0, -1.0, 1e9, math.nan, math.inf):
            answer = only(session().handle(Pace(id=5, steps_per_second=pace)), Notice)
            assert answer.code == "error.pace"


class TestCurve:
    def test_news_add_up_to_what_a_page_that_returns_gets(self) -> None:
        it = session()
        told = list(only(it.welcome(resumed=False), Frame).curve)
        it.handle(Play(id=1))
        for _ in range(10):
            told.extend(only(it.tick(SLICE), Frame).curve)
        assert told == list(frame(it).curve)
        assert len(told) == 3 * 11

    def test_a_point_holds_the_losses_of_its_frame(self) -> None:
        it = session()
        it.handle(Play(id=1))
        shown = [only(it.tick(SLICE), Frame) for _ in range(3)][-1]
        assert shown.curve.tolist() == [shown.step, shown.training_loss, shown.validation_loss]


def test_two_sessions_with_one_document_are_equal_bit_for_bit_whatever_the_slices() -> None:
    one, two = session(), session()
    for it in (one, two):
        it.handle(Play(id=1))
    for _ in range(100):
        one.tick(10)
    for _ in range(4):
        two.tick(250, frame=False)
    assert numbers(frame(one)) == numbers(frame(two))
    assert frame(one).step == 100


def test_hello_and_ack_are_the_hosts_business() -> None:
    it = session()
    assert it.handle(Hello(id=1)) == it.handle(Ack(id=2, seq=3)) == []


commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Play, id=st.just(1)),
    st.builds(Pause, id=st.just(1)),
    st.builds(Step, id=st.just(1), unit=st.sampled_from(["batch", "epoch"])),
    st.builds(Restart, id=st.just(1)),
    st.builds(Renew, id=st.just(1)),
    st.builds(Pace, id=st.just(1), steps_per_second=st.sampled_from([1, 100, 1000, -1])),
    st.builds(Look, id=st.just(1), example=st.one_of(st.none(), st.integers(-1, 20))),
    st.builds(
        Inspect, id=st.just(1), target=st.sampled_from([None, "loss", "n:1:3", "w:2:4:1", "b:3:0", "x"])
    ),
    st.builds(
        Edit,
        id=st.just(1),
        changes=st.fixed_dictionaries(
            {},
            optional={
                "data.name": st.sampled_from(["moons", "iris", "penguins", "spirals", "nowhere"]),
                "data.points": st.sampled_from([10, 40, 7]),
                "data.train_share": st.sampled_from([0.1, 0.55, 0.9]),
                "network.hidden": st.lists(st.integers(0, 6), max_size=3),
                "network.activation": st.sampled_from(["relu", "linear", "gelu", "tan"]),
                "training.optimiser": st.sampled_from(["sgd", "momentum", "adam"]),
                "training.loss": st.sampled_from(["hinge", "cross_entropy", "mse"]),
                "training.batch_size": st.integers(0, 40),
            },
        ),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(commands, st.booleans()), max_size=12))
def test_whatever_is_commanded_what_the_page_gets_belongs_together(
    sequence: list[tuple[Command, bool]],
) -> None:
    it = session()
    events = it.welcome(resumed=False)
    for command, ticked in sequence:
        events += it.handle(command)
        if ticked:
            events += it.tick(SLICE)
    events += finish(it) if not it.playing else it.tick(SLICE)
    graph: Graph | None = None
    document: Document | None = None
    for event in events:
        if isinstance(event, Graph):
            graph = event
        elif isinstance(event, Document):
            document = event
        elif isinstance(event, Frame):
            assert graph is not None
            assert document is not None
            assert event.revision == graph.revision == document.revision
            assert len(event.values) == len(event.adjoints) == len(graph.names)
            assert len(event.parameters) == len(event.gradients) == document.parameters
            assert len(event.maps) == (len(graph.names) - 1) * event.map_width * event.map_height
            assert event.batch <= document.experiment.training.batch_size
            assert event.inspection is None or event.inspection.kind in ("loss", "neuron", "weight", "bias")
