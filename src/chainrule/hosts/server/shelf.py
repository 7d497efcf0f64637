"""Where sessions stand between two visits of their pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from secrets import token_urlsafe

from chainrule.errors import ConfigError
from chainrule.hosts.server.runner import Runner
from chainrule.session.session import Session

MOST_SESSIONS = 32


class Shelf:
    """All sessions by id; an id cannot be guessed. ``make`` gives a new session and may take its time.

    At most ``most`` are kept. For a new one beyond that, the one whose page left longest ago goes.
    """

    def __init__(
        self,
        make: Callable[[str], Session],
        executor: Executor,
        interval: float,
        version: str,
        most: int = MOST_SESSIONS,
    ) -> None:
        self._make, self._executor = make, executor
        self._interval, self._version, self._most = interval, version, most
        self._runners: dict[str, Runner] = {}
        self._coming = 0
        self._spare: asyncio.Task[tuple[str, Session]] | None = None

    def warm(self) -> None:
        """Begin to make the first session before anybody asks for it: the machine is compiled by then."""
        self._spare = asyncio.create_task(self._made())

    async def open(self, session_id: str) -> tuple[Runner, bool]:
        """The session of that id, or a new one where there is none; and whether it was there.

        Raises ``ConfigError`` when all that may be kept are in use.
        """
        known = self._runners.get(session_id)
        if known is not None:
            return known, True
        await self._make_room()
        self._coming += 1
        try:
            spare, self._spare = self._spare, None
            new_id, session = await (spare or self._made())
        finally:
            self._coming -= 1
        runner = Runner(session, new_id, self._executor, self._interval, self._version)
        self._runners[new_id] = runner
        return runner, False

    async def close(self) -> None:
        """End all sessions."""
        if self._spare is not None:
            self._spare.cancel()
            await asyncio.gather(self._spare, return_exceptions=True)
        for runner in self._runners.values():
            await runner.close()
        self._runners.clear()

    async def _made(self) -> tuple[str, Session]:
        new_id = token_urlsafe(16)
        loop = asyncio.get_running_loop()
        return new_id, await loop.run_in_executor(self._executor, self._make, new_id)

    async def _make_room(self) -> None:
        if len(self._runners) + self._coming < self._most:
            return
        left = [each for each in self._runners.values() if not each.held]
        if not left:
            raise ConfigError("error.sessions_full", limit=self._most)
        oldest = min(left, key=lambda each: each.used_at)
        del self._runners[oldest.id]
        await oldest.close()
