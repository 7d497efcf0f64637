from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from chainrule.config import Settings
from chainrule.errors import ConfigError
from chainrule.hosts.server.outbox import Outbox
from chainrule.hosts.server.runner import Runner
from chainrule.hosts.server.shelf import Shelf
from chainrule.machine.native import NativeMachine
from chainrule.session.commands import Command, Edit, Look, Pause, Play, Step
from chainrule.session.events import Event, Frame, Notice
from chainrule.session.session import Session


class Watched(Session):
    """A session that notes what is asked of it, and fails when it is told to."""

    def __init__(self, session_id: str = "watched") -> None:
        super().__init__(Settings(), NativeMachine, session_id)
        self.calls: list[str] = []
        self.carried_out: list[int] = []
        self.fails = 0
        self.refuses = False

    def handle(self, command: Command) -> list[Event]:
        self.calls.append(type(command).__name__)
        self.carried_out.append(command.id)
        if self.refuses:
            raise RuntimeError("a defect")
        return super().handle(command)

    def tick(self, budget_ms: float, frame: bool = True) -> list[Event]:
        self.calls.append("tick")
        if self.fails:
            self.fails -= 1
            raise RuntimeError("a defect")
        return super().tick(budget_ms, frame)


class Reader:
    """A page: takes what comes, and paints it unless it is asked not to."""

    def __init__(self, runner: Runner, *, resumed: bool = False) -> None:
        self.runner, self.outbox = runner, Outbox()
        runner.attach(self.outbox, resumed, lambda: None)

    async def until(self, wanted: Callable[[Any], bool], *, paint: bool = True) -> Any:
        while True:
            event = await asyncio.wait_for(self.outbox.take(self.runner.number), 20)
            if paint and isinstance(event, Frame):
                self.runner.painted(self.outbox, event.seq)
            if wanted(event):
                return event

    async def frame(self, wanted: Callable[[Frame], bool] = lambda _: True, *, paint: bool = True) -> Frame:
        found: Frame = await self.until(lambda event: isinstance(event, Frame) and wanted(event), paint=paint)
        return found


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def play(executor: Executor, scenario: Callable[[Runner, Any], Awaitable[None]]) -> None:
    """Run ``scenario`` with a runner and its session."""

    async def whole() -> None:
        session = Watched()
        runner = Runner(session, "watched", executor, 0.016, "1")
        try:
            await scenario(runner, session)
        finally:
            await runner.close()

    asyncio.run(whole())


async def rest() -> None:
    """A while in which many ticks would happen if any did."""
    await asyncio.sleep(0.2)


def test_nothing_is_asked_of_a_session_when_nothing_moves(executor: Executor) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        runner.submit(Step(id=1))
        await page.frame(lambda frame: frame.step == 1)
        before = list(session.calls)
        await rest()
        assert session.calls == before

    play(executor, scenario)


def test_commands_that_wait_are_all_carried_out_before_more_training(executor: Executor) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        runner.submit(Play(id=1))
        await page.frame(lambda frame: frame.step > 3)
        for number in range(20):
            path = ("training.learning_rate", "data.noise")[number % 2]
            runner.submit(Edit(id=2, changes={path: 0.001 * (number + 1)}))
        await page.frame(lambda frame: frame.step > 10)
        await page.frame()
        edits = [place for place, call in enumerate(session.calls) if call == "Edit"]
        assert len(edits) == 20
        assert edits[-1] - edits[0] == 19

    play(executor, scenario)


def test_of_waiting_edits_of_the_same_paths_only_the_last_is_carried_out(executor: Executor) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        rate, noise = "training.learning_rate", "data.noise"
        drag = [{rate: 0.01}, {rate: 0.02}, {rate: 0.03, noise: 0.1}, {noise: 0.2}, {noise: 0.3}]
        for number, changes in enumerate(drag, 1):
            runner.submit(Edit(id=number, changes=changes))
        runner.submit(Look(id=6, example=0))
        runner.submit(Edit(id=7, changes={noise: 0.4}))
        await page.frame(lambda frame: frame.example == 0)
        assert session.carried_out == [2, 3, 5, 6, 7]

    play(executor, scenario)


@pytest.mark.parametrize(("defect", "code"), [(False, "error."), (True, "error.internal")])
def test_what_is_said_of_the_last_edit_is_said_of_those_it_superseded(
    executor: Executor, defect: bool, code: str
) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        session.refuses = defect
        for number, rate in enumerate((0.01, 0.02, -1.0), 1):
            runner.submit(Edit(id=number, changes={"training.learning_rate": rate}))
        told = [await page.until(lambda event: isinstance(event, Notice)) for _ in range(3)]
        assert [each.command for each in told] == [1, 2, 3]
        assert len({each.code for each in told}) == 1
        assert told[0].code.startswith(code)

    play(executor, scenario)


def test_without_a_page_training_stops_after_the_grace_and_goes_on_when_one_comes(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.hosts.server.runner.GRACE", 0.05)

    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        runner.submit(Play(id=1))
        await page.frame(lambda frame: frame.step > 3)
        runner.detach(page.outbox)
        await rest()
        before = list(session.calls)
        await rest()
        assert session.calls == before
        assert session.playing
        page = Reader(runner, resumed=True)
        first = await page.frame()
        assert first.playing
        assert (await page.frame(lambda frame: frame.step > first.step)).playing

    play(executor, scenario)


def test_a_page_that_paints_nothing_slows_no_training(executor: Executor) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        runner.submit(Play(id=1))
        for _ in range(2):
            unpainted = await page.frame(paint=False)
        await rest()
        runner.submit(Pause(id=2))
        runner.painted(page.outbox, unpainted.seq)
        last = await page.frame(lambda frame: not frame.playing)
        assert last.step > unpainted.step
        assert session.calls.count("tick") > last.seq

    play(executor, scenario)


def test_a_defect_in_a_session_is_told_once_and_the_session_stays(
    executor: Executor, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        page = Reader(runner)
        await page.frame()
        session.fails = 1
        runner.submit(Step(id=1))
        told = await page.until(lambda event: isinstance(event, Notice))
        assert (told.level, told.code) == ("error", "error.internal")
        before = list(session.calls)
        await rest()
        assert session.calls == before
        runner.submit(Step(id=2))
        assert (await page.frame(lambda frame: frame.step > 0)).step == 2

    play(executor, scenario)
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_page_that_was_displaced_cannot_detach_the_one_that_came(executor: Executor) -> None:
    async def scenario(runner: Runner, session: Watched) -> None:
        shown_out: list[str] = []
        older, newer = Outbox(), Outbox()
        runner.attach(older, False, lambda: shown_out.append("older"))
        runner.attach(newer, True, lambda: shown_out.append("newer"))
        assert shown_out == ["older"]
        runner.detach(older)
        assert runner.held
        runner.detach(newer)
        assert not runner.held

    play(executor, scenario)


def test_the_session_left_longest_ago_makes_room_and_those_in_use_stay(executor: Executor) -> None:
    async def scenario() -> None:
        first = Watched()
        shelf = Shelf(Watched, executor, 0.016, "1", ("a-first-id-of-20-signs", first), most=2)
        try:
            (one, _), (two, _) = await shelf.open(""), await shelf.open("")
            assert one.session is first
            pages = [Reader(one), Reader(two)]
            with pytest.raises(ConfigError) as caught:
                await shelf.open("")
            assert caught.value.code == "error.sessions_full"
            assert await shelf.open(two.id) == (two, True)
            for page in reversed(pages):
                page.runner.detach(page.outbox)
            three, resumed = await shelf.open("")
            assert not resumed
            assert len({one.id, two.id, three.id}) == 3
            assert min(map(len, (one.id, three.id))) >= 20
            assert await shelf.open(one.id) == (one, True)
            assert (await shelf.open(two.id))[1] is False
        finally:
            await shelf.close()

    asyncio.run(scenario())


def test_a_session_whose_page_stays_away_too_long_goes_and_one_in_use_stays(executor: Executor) -> None:
    async def scenario() -> None:
        shelf = Shelf(Watched, executor, 0.016, "1", lasting=0.05)
        try:
            (left, _), (held, _) = await shelf.open(""), await shelf.open("")
            gone, _ = Reader(left), Reader(held)
            left.detach(gone.outbox)
            assert await shelf.open(left.id) == (left, True)
            await rest()
            assert await shelf.open(held.id) == (held, True)
            assert (await shelf.open(left.id))[1] is False
        finally:
            await shelf.close()

    asyncio.run(scenario())
