from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, get_origin

import pytest
from attrs import evolve

from chainrule.hosts.server.outbox import CROWDED, Outbox, supersede
from chainrule.protocol.messages import shapes
from chainrule.session.events import Event, Frame, Graph, Notice

Taken = Callable[..., list[Event]]


def frame(step: int, *, revision: int = 1, reset: bool = False) -> Frame:
    parts: dict[str, Any] = {
        name: array("d") if get_origin(kind) else 0.0 if kind is float else 0
        for name, kind in shapes(Frame).items()
    }
    parts |= {"revision": revision, "step": step, "curve": array("d", [step, 0.5, 0.5]), "curve_reset": reset}
    return Frame(**parts)


def graph(revision: int) -> Graph:
    parts: dict[str, Any] = dict.fromkeys(shapes(Graph), 0)
    return Graph(**(parts | {"revision": revision}))


def notice(command: int) -> Notice:
    return Notice(level="info", code="x", facts={}, text="", where="", command=command)


@pytest.fixture
def taken() -> Iterator[Taken]:
    """What can be taken at once, at most so many."""
    numbers = count(1)

    async def take(outbox: Outbox, most: int = 100) -> list[Event]:
        found: list[Event] = []
        for _ in range(most):
            try:
                found.append(await asyncio.wait_for(outbox.take(lambda: next(numbers)), 0.02))
            except TimeoutError:
                break
        return found

    with asyncio.Runner() as runner:
        yield lambda outbox, most=100: runner.run(take(outbox, most))


def test_events_keep_their_order_and_are_numbered_when_they_are_taken(taken: Taken) -> None:
    outbox = Outbox()
    outbox.put([notice(1), graph(1), notice(2)])
    events = taken(outbox)
    assert events == [evolve(notice(1), seq=1), evolve(graph(1), seq=2), evolve(notice(2), seq=3)]


def test_only_the_newest_frame_waits_and_brings_the_curve_of_those_left_out(taken: Taken) -> None:
    outbox = Outbox()
    outbox.put([frame(1, reset=True), notice(1), frame(2), frame(3)])
    first, second = taken(outbox)
    assert isinstance(first, Notice)
    assert isinstance(second, Frame)
    assert second.step == 3
    assert second.curve_reset
    assert list(second.curve[::3]) == [1, 2, 3]


def test_a_curve_that_begins_anew_drops_what_came_before() -> None:
    newer = frame(0, reset=True)
    assert supersede(newer, frame(9)) is newer
    again = supersede(frame(1), newer)
    assert list(again.curve[::3]) == [0, 1]
    assert again.curve_reset


def test_at_most_two_frames_are_unpainted(taken: Taken) -> None:
    outbox = Outbox()
    for step in (1, 2):
        outbox.put([frame(step)])
        assert [each.seq for each in taken(outbox, 1)] == [step]
    assert not outbox.wants_frame
    outbox.put([frame(3)])
    assert taken(outbox) == []
    outbox.painted(1)
    assert [each.step for each in taken(outbox) if isinstance(each, Frame)] == [3]


def test_a_frame_of_an_older_structure_is_never_sent_after_the_newer(taken: Taken) -> None:
    outbox = Outbox()
    outbox.put([frame(1), graph(2)])
    assert [type(each) for each in taken(outbox)] == [Graph]
    assert outbox.wants_frame
    outbox.put([frame(2, revision=2)])
    (only,) = taken(outbox)
    assert isinstance(only, Frame)
    assert list(only.curve[::3]) == [1, 2]


@pytest.mark.parametrize(("waiting", "crowded"), [(CROWDED - 1, False), (CROWDED, True)])
def test_a_page_that_takes_nothing_makes_it_crowded(waiting: int, crowded: bool) -> None:
    outbox = Outbox()
    outbox.put([notice(each) for each in range(waiting)])
    assert outbox.crowded is crowded
