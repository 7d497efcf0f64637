"""The stages of a pass: each position is what the machine has computed so far, forward and back alike."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.config import NetworkLimits, Settings
from chainrule.machine.native import NativeMachine
from chainrule.session import Experiment, Session
from chainrule.session.commands import (
    Edit,
    Follow,
    Inspect,
    Look,
    Pause,
    Play,
    Restart,
    Seek,
    SetParameter,
    SetTempo,
    Step,
)
from chainrule.session.events import Document, Frame, Notice
from chainrule.session.experiment import DataChoice, NetworkShape, Training
from chainrule.session.explanations import Inspection
from chainrule.session.history import DENSE, MOST, History

SMALL = Experiment(
    data=DataChoice(name="moons", points=40),
    network=NetworkShape(hidden=(3, 2)),
    training=Training(batch_size=7),
)
RICH = evolve(
    SMALL,
    network=NetworkShape(hidden=(3, 4), activation="relu", normalisation="batch", dropout=0.25),
    training=Training(
        batch_size=7, regulariser="l2", schedule="cosine", clipping="norm", optimiser="momentum"
    ),
)
CLASSES = evolve(SMALL, data=DataChoice(name="iris"), training=Training(batch_size=9, loss="cross_entropy"))


def session(experiment: Experiment = SMALL, limits: Settings | None = None) -> Session:
    return Session(limits or Settings(), NativeMachine, "s", {}, experiment)


def frame(of: Session) -> Frame:
    found = of.welcome(resumed=True)[-1]
    assert isinstance(found, Frame)
    return found


def timeline(of: Session) -> list[tuple[str, int]]:
    (document,) = [each for each in of.welcome(resumed=True) if isinstance(each, Document)]
    return [(each.phase, each.layer) for each in document.timeline]


def numbers(shown: Frame) -> tuple[Any, ...]:
    """All that belongs to the moment; the curve and the count of events do not."""
    moment = evolve(shown.moment, following=False)
    whole = (shown.parameters, shown.gradients, shown.values, shown.adjoints)
    return (shown.step, moment, shown.batch, shown.batch_loss, *(each.tobytes() for each in whole))


def layers_of(experiment: Experiment) -> int:
    return len(experiment.network.hidden) + 1


def test_the_pass_is_listed_in_the_order_in_which_it_is_followed() -> None:
    found = list(dict.fromkeys(timeline(session())))
    forward = [("forward", layer) for layer in range(4)]
    backward = [("backward", layer) for layer in (4, 3, 2, 1)]
    assert found == [*forward, ("loss", 4), ("zero", 4), ("seed", 4), *backward, ("update", 0)]


@pytest.mark.parametrize("experiment", [SMALL, RICH, CLASSES], ids=["small", "rich", "classes"])
@pytest.mark.parametrize("unit", ["op", "layer", "phase"])
def test_steps_through_passes_end_where_training_does(experiment: Experiment, unit: str) -> None:
    walked, trained = session(experiment), session(experiment)
    for _ in range(9):  # beyond an epoch's end
        trained.handle(Step(id=1))
        trained.tick(16.0)
        walked.handle(Step(id=1, unit=unit))  # type: ignore[arg-type]
        while not frame(walked).moment.resting:
            walked.handle(Step(id=1, unit=unit))  # type: ignore[arg-type]
        assert numbers(frame(walked)) == numbers(frame(trained))


@pytest.mark.parametrize("experiment", [SMALL, RICH, CLASSES], ids=["small", "rich", "classes"])
def test_the_way_back_shows_what_the_way_forward_showed(experiment: Experiment) -> None:
    shown = session(experiment)
    seen = [numbers(frame(shown))]
    for _ in range(60):
        shown.handle(Step(id=1, unit="layer"))
        seen.append(numbers(frame(shown)))
    for earlier in reversed(seen[:-1]):
        assert shown.handle(Step(id=2, unit="layer", back=True)) == []
        assert numbers(frame(shown)) == earlier


def test_going_back_from_the_first_pass_ends_with_a_sentence() -> None:
    shown = session()
    answers: list[Any] = []
    while not answers:
        answers = shown.handle(Step(id=3, unit="layer", back=True))
    (notice,) = answers
    assert isinstance(notice, Notice)
    assert notice.code == "error.no_earlier_step"
    assert notice.command == 3
    moment = frame(shown).moment
    assert (moment.phase, moment.layer, moment.values_to, moment.gradients_from) == ("forward", 0, 0, 6)


def test_each_stage_brings_its_numbers_and_no_others() -> None:
    shown = session()
    shown.handle(Look(id=1, example=2))
    rest = frame(shown)
    shown.handle(Step(id=1, unit="layer"))
    updated = frame(shown)
    assert updated.moment.phase == "update"
    assert updated.moment.values_to == -1
    assert updated.step == 1
    assert updated.moment.step == 0
    assert updated.parameters != rest.parameters
    assert updated.gradients == rest.gradients  # still those that moved the parameters
    reached = []
    while True:
        shown.handle(Step(id=1, unit="layer"))
        now = frame(shown)
        reached.append(
            (now.moment.phase, now.moment.values_to, now.moment.gradients_from, now.moment.cleared)
        )
        if now.moment.phase == "zero":
            assert not any(now.adjoints)
            assert not any(now.gradients)
        if now.moment.phase == "seed":
            assert now.adjoints[-1] == 1 / now.batch
            assert not any(now.adjoints[:-1])
        if now.moment.resting:
            break
    assert reached == [
        *(("forward", layer, 6, False) for layer in range(4)),
        ("loss", 4, 6, False),
        ("zero", 4, 6, True),
        ("seed", 4, 5, True),
        *(("backward", 4, layer, True) for layer in (4, 3, 2, 1)),
    ]


def test_gradients_come_layer_by_layer_and_are_those_of_the_finished_pass() -> None:
    shown = session()
    done = frame(shown)
    first = next(at for at, (phase, _) in enumerate(timeline(shown)) if phase == "backward")
    rest = sum(phase != "update" for phase, _ in timeline(shown))
    for cursor in range(first, rest + 1):
        shown.handle(Seek(id=1, cursor=cursor))
        now = frame(shown)
        assert now.moment.cursor == cursor
        # layers of 3, 2 and 1 neurons on 2 inputs: 9 + 8 + 3 parameters
        for layer, (start, end) in enumerate([(0, 9), (9, 17), (17, 20)], 1):
            part = now.gradients[start:end]
            if now.moment.gradients_from <= layer:
                assert part == done.gradients[start:end]
        assert now.values == done.values
        assert now.parameters == done.parameters


def test_before_zero_the_gradients_of_the_pass_before_are_still_there() -> None:
    shown = session()
    for _ in range(3):
        shown.handle(Step(id=1))
        shown.tick(16.0)
    earlier = session()
    for _ in range(2):
        earlier.handle(Step(id=1))
        earlier.tick(16.0)
    shown.handle(Seek(id=1, cursor=3))
    now = frame(shown)
    assert now.step == 3
    assert not now.moment.cleared
    assert now.gradients == frame(earlier).gradients


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["op", "layer", "phase", "batch", "epoch"]).flatmap(
                lambda unit: st.builds(Step, id=st.just(1), unit=st.just(unit), back=st.booleans())
            ),
            st.builds(Seek, id=st.just(1), cursor=st.integers(0, 31)),
        ),
        max_size=14,
    )
)
def test_however_one_gets_there_a_place_looks_the_same(commands: list[Step | Seek]) -> None:
    wandering, straight = session(), session()
    for command in commands:
        wandering.handle(command)
        while wandering.dirty and not wandering.playing:
            wandering.tick(16.0)
    now = frame(wandering)
    for _ in range(now.moment.step):
        straight.handle(Step(id=1))
        straight.tick(16.0)
    straight.handle(Seek(id=1, cursor=now.moment.cursor))
    there = frame(straight)
    if now.moment.cleared or now.moment.phase == "update":
        assert numbers(now) == numbers(there)
    else:  # what the pass before has left may be gone, and is not shown
        assert (now.step, now.moment, now.parameters) == (there.step, there.moment, there.parameters)
        reach = [2, 3, 2, 1]
        count = sum(reach[: now.moment.values_to + 1])
        assert now.values[:count] == there.values[:count]


def test_training_goes_on_from_the_middle_of_a_pass_as_if_nobody_had_stopped() -> None:
    stopped, plain = session(), session()
    stopped.handle(Seek(id=1, cursor=5))
    for each in (stopped, plain):
        each.handle(Play(id=1))
        while frame(each).step < 20:
            each.tick(16.0)
        each.handle(Pause(id=1))
    while frame(plain).step < frame(stopped).step:
        plain.handle(Step(id=1))
        plain.tick(16.0)
    assert numbers(frame(stopped)) == numbers(frame(plain))


def test_an_edit_in_the_middle_of_a_pass_stays_there_and_computes_on_with_it() -> None:
    shown, plain = session(), session()
    shown.handle(Seek(id=1, cursor=5))
    shown.handle(SetParameter(id=1, target="w:1:0:1", value=0.75))
    plain.handle(SetParameter(id=1, target="w:1:0:1", value=0.75))
    assert frame(shown).moment.cursor == 5
    assert frame(shown).parameters[1] == 0.75
    shown.handle(Edit(id=1, changes={"training.learning_rate": 0.1}))
    assert frame(shown).moment.cursor == 5
    shown.handle(Step(id=1))
    assert frame(shown).moment.resting
    assert frame(shown).gradients == frame(plain).gradients
    shown.handle(Seek(id=1, cursor=5))
    shown.handle(Edit(id=1, changes={"network.hidden": [4]}))  # other operations: the pass is completed
    assert frame(shown).moment.resting


def test_following_takes_its_time_and_goes_on_to_the_next_pass() -> None:
    shown = session()
    shown.handle(SetTempo(id=1, unit="phase", milliseconds=100.0, loop=False))
    shown.handle(Follow(id=1))
    assert shown.playing
    phases = []
    for _ in range(130):
        shown.tick(10.0)
        phases.append(frame(shown).moment.phase)
    assert phases[0] == "update"
    assert list(dict.fromkeys(phases)) == ["update", "forward", "loss", "zero", "seed", "backward"]
    assert 9 <= phases.count("forward") / (1 + (phases[-1] == "forward")) <= 11
    assert frame(shown).moment.step >= 1
    shown.handle(Pause(id=1))
    assert not shown.playing


def test_a_loop_goes_through_the_same_pass_again() -> None:
    shown = session()
    shown.handle(SetTempo(id=1, unit="phase", milliseconds=20.0, loop=True))
    shown.handle(Follow(id=1))
    seen = []
    for _ in range(14):
        shown.tick(20.0)
        seen.append((frame(shown).step, frame(shown).moment.phase))
    assert {step for step, _ in seen} == {0}
    assert [phase for _, phase in seen[:6]] == ["forward", "loss", "zero", "seed", "backward", "forward"]


def test_following_ends_with_the_steps() -> None:
    shown = session(limits=Settings(network_limits=NetworkLimits(max_training_steps=1)))
    shown.handle(Step(id=1))
    shown.tick(16.0)
    shown.handle(Follow(id=1))
    events = shown.tick(400.0)
    assert [each.code for each in events if isinstance(each, Notice)] == ["notice.steps_used_up"]
    assert not shown.playing
    (refusal,) = shown.handle(Step(id=4, unit="op"))
    assert isinstance(refusal, Notice)
    assert refusal.code == "error.steps_used_up"


@pytest.mark.parametrize("cursor", [-1, 32])
def test_a_stage_that_is_not_there_is_named(cursor: int) -> None:
    (notice,) = session().handle(Seek(id=5, cursor=cursor))
    assert isinstance(notice, Notice)
    assert notice.code == "error.no_such_stage"
    assert notice.command == 5


def test_the_update_shows_the_value_before_it() -> None:
    shown = session()
    shown.handle(Inspect(id=1, target="w:2:0:1"))
    rest = frame(shown).inspection
    shown.handle(Step(id=1, unit="phase"))
    moved = frame(shown).inspection
    assert rest is not None
    assert moved is not None
    assert moved.before == rest.value
    assert moved.value == pytest.approx(rest.value + rest.change)
    shown.handle(Step(id=1, unit="phase"))
    after = frame(shown).inspection
    assert after is not None
    assert math.isnan(after.before)
    assert not after.gradient_current


def test_the_curve_forgets_what_is_undone() -> None:
    shown = session()
    for _ in range(4):
        shown.handle(Step(id=1))
        shown.tick(16.0)
    shown.handle(Step(id=1, back=True))
    after = shown.tick(16.0)
    found = next(each for each in after if isinstance(each, Frame))
    assert found.step == 3
    assert found.curve_reset
    assert list(found.curve[::3]) == [1.0, 2.0, 3.0]
    shown.handle(Restart(id=1))
    assert frame(shown).moment.resting


def test_between_two_states_of_a_long_run_never_lies_much_of_it() -> None:
    history = History()
    for step in range(10_000):
        history.put(step, {"x": array("d", [step])})
    kept = [step for step in range(10_000) if step in history]
    widest = max(after - before for before, after in pairwise(kept))
    assert widest <= 2 * 10_000 / (MOST - DENSE - 2)


@pytest.mark.parametrize("example", [None, 1])
def test_after_the_update_gradients_are_still_those_of_the_weights_before(example: int | None) -> None:
    training = Training(batch_size=5, optimiser="adam", learning_rate=0.1)
    experiment = Experiment(
        data=DataChoice(name="moons", points=30), network=NetworkShape(hidden=(3, 2)), training=training
    )
    of = Session(Settings(), NativeMachine, "s", {}, experiment)
    of.handle(Look(id=1, example=example))
    (document,) = [each for each in of.welcome(resumed=True) if isinstance(each, Document)]
    last = len(document.timeline)
    for target in ("n:0:0", "n:1:0", "n:2:1", "z:1:1", "w:1:0:1"):
        found = []
        for cursor in (last - 1, last):
            of.handle(Seek(id=2, cursor=cursor))
            of.handle(Inspect(id=3, target=target))
            frame = of.welcome(resumed=True)[-1]
            assert isinstance(frame, Frame)
            assert frame.inspection is not None
            found.append(frame.inspection)
            terms = frame.inspection.terms
            if terms:
                total = math.fsum([*(each.value for each in terms), frame.inspection.terms_remainder])
                assert total == pytest.approx(frame.inspection.gradient, rel=1e-12, abs=1e-15)
        assert found[0].gradient == found[1].gradient
        assert [each.value for each in found[0].paths] == [each.value for each in found[1].paths]


def test_the_history_keeps_the_newest_and_the_first() -> None:
    history = History()
    for step in range(1000):
        history.put(step, {"x": array("d", [step])})
    assert history.earliest == 0
    assert all(step in history for step in range(1000 - DENSE, 1000))
    assert sum(step in history for step in range(1000)) <= MOST
    found = history.nearest(500)
    assert found is not None
    assert found[0] <= 500
    assert found[1]["x"][0] == found[0]
    assert history.nearest(-1) is None
    history.forget()
    assert history.earliest is None


@pytest.mark.parametrize("data", ["moons", "iris"])
@pytest.mark.parametrize("example", [None, 1])
def test_a_gradient_that_is_called_there_is_the_one_of_the_whole_pass(data: str, example: int | None) -> None:
    training = Training(batch_size=5, loss="mse" if data == "moons" else "cross_entropy")
    experiment = Experiment(
        data=DataChoice(name=data, points=30), network=NetworkShape(hidden=(3, 2)), training=training
    )
    of = Session(Settings(), NativeMachine, "s", {}, experiment)
    of.handle(Look(id=1, example=example))
    outputs = 1 if data == "moons" else 3
    marks = [
        "n:0:1",
        "n:1:2",
        "n:2:0",
        f"n:3:{outputs - 1}",
        "z:1:0",
        f"z:3:{outputs - 1}",
        "w:1:0:1",
        "b:3:0",
    ]

    def told(target: str) -> Inspection:
        of.handle(Inspect(id=2, target=target))
        frame = of.welcome(resumed=True)[-1]
        assert isinstance(frame, Frame)
        assert frame.inspection is not None
        return frame.inspection

    wanted = {target: told(target).gradient for target in marks}
    (document,) = [each for each in of.welcome(resumed=True) if isinstance(each, Document)]
    seen = set()
    for cursor in range(1, len(document.timeline)):
        of.handle(Seek(id=3, cursor=cursor))
        for target in marks:
            found = told(target)
            if found.gradient_current:
                seen.add(target)
                assert found.gradient == wanted[target], (cursor, target)
    assert seen == set(marks)
