"""What waits to be sent to one page: every event in order, of frames the newest only, never more than it can paint."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from attrs import evolve

from chainrule.session.events import Dataset, Document, Event, Frame, Graph, Sketch, SketchFrame

MOST_UNPAINTED = 2
CROWDED = 256


Shown = Frame | SketchFrame


def supersede(newer: Shown, older: Shown) -> Shown:
    """``newer`` as it must be when ``older`` is never delivered: no point of the loss curve gets lost. After the
    numbers of code comes a frame with the whole curve."""
    if isinstance(newer, SketchFrame) or isinstance(older, SketchFrame) or newer.curve_reset:
        return newer
    return evolve(newer, curve=older.curve + newer.curve, curve_reset=older.curve_reset)


class Outbox:
    """Between a session, which puts, and the sender of one connection, which takes. One event loop, no threads."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._frame: Shown | None = None
        self._revision = self._sketched = 0
        self._unpainted: deque[int] = deque()
        self._changed = asyncio.Event()

    def put(self, events: Iterable[Event]) -> None:
        """Take events in their order. A frame waits apart: the next one takes its place."""
        for event in events:
            if isinstance(event, Shown):
                self._frame = event if self._frame is None else supersede(event, self._frame)
                continue
            self._queue.append(event)
            if isinstance(event, Document | Dataset | Graph):
                self._revision = max(self._revision, event.revision)
            elif isinstance(event, Sketch):
                self._sketched = event.revision
        self._changed.set()

    @property
    def wants_frame(self) -> bool:
        """A frame that were put now would be sent at once, as far as the page is concerned."""
        waiting = self._frame is not None and not self._stale(self._frame)
        return not waiting and len(self._unpainted) < MOST_UNPAINTED

    @property
    def crowded(self) -> bool:
        """The page takes less than it asks for."""
        return len(self._queue) >= CROWDED

    def painted(self, seq: int) -> None:
        """The page has painted the frame ``seq``, and with it all before."""
        while self._unpainted and self._unpainted[0] <= seq:
            self._unpainted.popleft()
        self._changed.set()

    async def take(self, number: Callable[[], int]) -> Event:
        """The next event to send, with its ``number``; waits for one. Frames come after all else that waits.

        A frame of an older structure than the page was told of stays, for its part of the curve, until the next.
        """
        while True:
            if self._queue:
                return evolve(self._queue.popleft(), seq=number())
            if (
                self._frame is not None
                and not self._stale(self._frame)
                and len(self._unpainted) < MOST_UNPAINTED
            ):
                frame, self._frame = self._frame, None
                frame = evolve(frame, seq=number())
                self._unpainted.append(frame.seq)
                return frame
            self._changed.clear()
            await self._changed.wait()

    def _stale(self, frame: Shown) -> bool:
        told = self._sketched if isinstance(frame, SketchFrame) else self._revision
        return frame.revision < told
