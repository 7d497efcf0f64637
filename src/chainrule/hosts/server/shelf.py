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
LASTING = 3600.0  # seconds that a session waits for its page to come back
LOOKS = 12  # how often in that time it is looked whether one has waited too long


def new_id() -> str:
    """A name for a session that nobody can guess."""
    return token_urlsafe(16)


class Shelf:
    """All sessions by id. ``make`` gives a new session and may take its time; ``first`` is ready for whoever comes.

    At most ``most`` are kept. For a new one beyond that, the one whose page left longest ago goes. One whose page
    has been gone for ``lasting`` seconds goes in any case.
    """

    def __init__(
        self,
        make: Callable[[str], Session],
        executor: Executor,
        interval: float,
        version: str,
        first: tuple[str, Session] | None = None,
        most: int = MOST_SESSIONS,
        lasting: float = LASTING,
    ) -> None:
        self._make, self._executor = make, executor
        self._interval, self._version, self._most = interval, version, most
        self._runners: dict[str, Runner] = {}
        self._coming = 0
        self._first = first
        self._lasting = lasting
        self._tidying = asyncio.create_task(self._tidy())

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
            ready, self._first = self._first, None
            name, session = ready or await self._made()
        finally:
            self._coming -= 1
        runner = Runner(session, name, self._executor, self._interval, self._version)
        self._runners[name] = runner
        return runner, False

    async def close(self) -> None:
        """End all sessions."""
        self._tidying.cancel()
        await asyncio.wait([self._tidying])
        for runner in self._runners.values():
            await runner.close()
        self._runners.clear()

    async def _made(self) -> tuple[str, Session]:
        name = new_id()
        loop = asyncio.get_running_loop()
        return name, await loop.run_in_executor(self._executor, self._make, name)

    async def _make_room(self) -> None:
        if len(self._runners) + self._coming < self._most:
            return
        left = [each for each in self._runners.values() if not each.held]
        if not left:
            raise ConfigError("error.sessions_full", limit=self._most)
        await self._drop(min(left, key=lambda each: each.used_at))

    async def _tidy(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._lasting / LOOKS)
            for each in list(self._runners.values()):
                if not each.held and loop.time() - each.used_at >= self._lasting:
                    await self._drop(each)

    async def _drop(self, runner: Runner) -> None:
        # A page that asks for it from now on gets another, so it is out of sight before it ends.
        if self._runners.pop(runner.id, None) is not None:
            await runner.close()
