"""Gives one session its time: carries out commands in order, trains while it plays, and rests when nothing moves."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TypeVar

from attrs import evolve, frozen

from chainrule.hosts.server.notices import notice
from chainrule.hosts.server.outbox import CROWDED, Outbox
from chainrule.hosts.server.scripts import run_script
from chainrule.protocol.typescript import schema
from chainrule.script import Outcome
from chainrule.session.commands import Command, Edit
from chainrule.session.desk import Errand
from chainrule.session.events import Event, Notice, Welcome
from chainrule.session.session import Session

SHORTEST, LONGEST = 0.004, 0.05  # seconds of training between two looks at the commands
GRACE = 10.0  # seconds that training goes on without a page

_T = TypeVar("_T")
_log = logging.getLogger("chainrule.server")


@frozen
class _Arrival:
    """A page that wants to be told everything."""

    outbox: Outbox
    resumed: bool


@frozen
class _Delivery:
    """What a run of the learner's code has given."""

    number: int
    outcome: Outcome


class Runner:
    """One session with a task of its own. The session itself runs in ``executor``, in one thread at a time.

    ``interval`` is the least time between two frames, in seconds.
    """

    def __init__(
        self, session: Session, session_id: str, executor: Executor, interval: float, version: str
    ) -> None:
        self.session, self.id = session, session_id
        self._executor, self._interval, self._version = executor, interval, version
        self._slice = min(max(interval, SHORTEST), LONGEST)
        self._waiting: deque[Command | _Arrival | _Delivery] = deque()
        self._wake = asyncio.Event()
        self._outbox: Outbox | None = None
        self._displaced: Callable[[], None] | None = None
        self._seq = 0
        self._left_at = self._frame_at = float("-inf")
        self._trained_at: float | None = None
        self._broken = False
        self.used_at = asyncio.get_running_loop().time()
        self._errand: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def held(self) -> bool:
        """A page is connected."""
        return self._outbox is not None

    @property
    def crowded(self) -> bool:
        """More commands wait than a page in its right mind sends."""
        return len(self._waiting) >= CROWDED

    def attach(self, outbox: Outbox, resumed: bool, displaced: Callable[[], None]) -> None:
        """From now on ``outbox`` gets the events, first the whole state. Whoever had them is ``displaced``."""
        if self._displaced is not None:
            self._displaced()
        self._outbox, self._displaced = outbox, displaced
        self._touch()
        self._waiting.append(_Arrival(outbox, resumed))

    def detach(self, outbox: Outbox) -> None:
        """The page of ``outbox`` is gone, unless another has taken its place already."""
        if self._outbox is outbox:
            self._outbox = self._displaced = None
            self._left_at = asyncio.get_running_loop().time()
            self._touch()

    def submit(self, command: Command) -> None:
        """Carry ``command`` out after those before it, and before any more training.

        Of edits that wait one behind the other and touch the same paths only the last is carried out, and what is
        said of it is said of all: a slider that is dragged must not queue more work than its last place is worth.
        """
        self._waiting.append(command)
        self._touch()

    def painted(self, outbox: Outbox, seq: int) -> None:
        """The page of ``outbox`` has painted a frame: there may be room for the next."""
        outbox.painted(seq)
        self._wake.set()

    def number(self) -> int:
        """The ``seq`` of the event that is sent now: what is left out leaves no gap."""
        self._seq += 1
        return self._seq

    async def close(self) -> None:
        """End the session."""
        tasks = [self._task, *([] if self._errand is None else [self._errand])]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def _touch(self) -> None:
        self.used_at = asyncio.get_running_loop().time()
        self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if self._waiting:
                await self._answer(self._waiting.popleft())
                continue
            due = self._due(loop.time())
            if due is None:
                self._trained_at = None
                await self._wake.wait()
            elif due > loop.time():
                alarm = loop.call_at(due, self._wake.set)
                await self._wake.wait()
                alarm.cancel()
            else:
                await self._tick(loop.time())

    def _due(self, now: float) -> float | None:
        """When to tick next; ``None``: not before something happens."""
        if self._broken:
            return None
        if self.session.playing:
            gone = self._outbox is None and now - self._left_at >= GRACE
            return None if gone else (self._trained_at or now - self._slice) + self._slice
        if not self.session.dirty or self._outbox is None or not self._outbox.wants_frame:
            return None
        return self._frame_at + self._interval

    async def _tick(self, now: float) -> None:
        """Train for the time that has passed, and show it where the page is ready for a picture."""
        outbox = self._outbox
        show = outbox is not None and outbox.wants_frame and now >= self._frame_at + self._interval
        passed = self._slice if self._trained_at is None else min(now - self._trained_at, LONGEST)
        self._trained_at = now if self.session.playing else None
        if show:
            self._frame_at = now
        events = await self._safely(lambda: self.session.tick(passed * 1000, show))
        self._broken = events is None
        if outbox is not None and outbox is self._outbox:
            outbox.put(events or [])

    async def _answer(self, item: Command | _Arrival | _Delivery) -> None:
        self._broken = False
        if isinstance(item, _Delivery):
            number, outcome = item.number, item.outcome
            events = await self._safely(lambda: self.session.delivered(number, outcome))
            if self._outbox is not None:
                self._outbox.put(events or [])
            return
        if not isinstance(item, _Arrival):
            command, superseded = self._last_of(item)
            events = await self._safely(lambda: self.session.handle(command), (*superseded, command.id))
            if self._outbox is not None:
                self._outbox.put(_answers(events or [], command.id, superseded))
            self._run_errand()
            return
        resumed = item.resumed
        events = await self._safely(lambda: self.session.welcome(resumed))
        if item.outbox is self._outbox:
            item.outbox.put(self._introduced(each) for each in events or [])

    def _run_errand(self) -> None:
        """Begin what the session wants done; what was being done is given up."""
        errand = self.session.errand()
        if errand is None:
            return
        if self._errand is not None:
            self._errand.cancel()
        self._errand = asyncio.create_task(self._do(errand))

    async def _do(self, errand: Errand) -> None:
        if errand.request is None:
            return
        outcome = await run_script(errand.request)
        self._waiting.append(_Delivery(errand.number, outcome))
        self._touch()

    def _last_of(self, command: Command) -> tuple[Command, list[int]]:
        """The edit that takes the place of ``command``, itself where none does, and the ids of those left out."""
        superseded: list[int] = []
        while isinstance(command, Edit) and self._waiting:
            after = self._waiting[0]
            if not isinstance(after, Edit) or after.changes.keys() != command.changes.keys():
                break
            superseded.append(command.id)
            command = after
            self._waiting.popleft()
        return command, superseded

    def _introduced(self, event: Event) -> Event:
        """What a session below the protocol cannot know of itself."""
        return evolve(event, schema=schema(), version=self._version) if isinstance(event, Welcome) else event

    async def _safely(self, work: Callable[[], _T], commands: Iterable[int] = (0,)) -> _T | None:
        """``work`` done in a thread. A defect must not take the session from its owner: it is logged and told."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except Exception:
            _log.exception("session %s failed", self.id[:6])
            if self._outbox is not None:
                self._outbox.put(notice("error", "error.internal", command=each) for each in commands)
            return None


def _answers(events: Iterable[Event], command: int, superseded: Iterable[int]) -> list[Event]:
    """``events``, in which what answers ``command`` answers the ``superseded`` before it as well."""
    found: list[Event] = []
    for event in events:
        if isinstance(event, Notice) and event.command == command:
            found += [evolve(event, command=each) for each in superseded]
        found.append(event)
    return found
