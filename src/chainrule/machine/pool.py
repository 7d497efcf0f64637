"""Independent runs side by side: threads, each with a machine of its own. A machine's call releases Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from types import TracebackType
from typing import TypeVar

from chainrule.errors import ProgramError
from chainrule.machine.machine import Machine

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST_THREADS = 64


class Pool:
    """At most ``size`` jobs at a time; more wait. Use it in a ``with`` block, or ``close`` it."""

    def __init__(self, make: Callable[[], Machine], size: int) -> None:
        if not 1 <= size <= MOST_THREADS:
            raise ProgramError("error.pool_size", where="worker_pool_size", found=size, most=MOST_THREADS)
        self.size = size
        self._make = make
        self._own = local()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="chainrule")

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, job: Callable[[Machine], Result]) -> Future[Result]:
        """Run ``job(machine)`` as soon as a thread is free. The machine has been used before: load it first."""
        return self._threads.submit(lambda: job(self._machine()))

    def map(self, job: Callable[[Machine, Item], Result], items: Iterable[Item]) -> list[Result]:
        """``job(machine, item)`` for every item, results in their order. The first error ends those that wait."""
        futures = [self.submit(lambda machine, item=item: job(machine, item)) for item in items]  # type: ignore[misc]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """Wait for what runs, and end; what has not begun is dropped."""
        self._threads.shutdown(cancel_futures=True)

    def _machine(self) -> Machine:
        if not hasattr(self._own, "machine"):
            self._own.machine = self._make()
        machine: Machine = self._own.machine
        return machine
