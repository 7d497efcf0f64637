"""A cache of results bounded by memory: what was used least recently goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")
MEGABYTE = 2**20


class Cache(Generic[Key, Result]):
    """At most ``megabytes`` of results (0: none). ``hits`` and ``misses`` count what was asked for."""

    def __init__(self, megabytes: float) -> None:
        self._limit = megabytes * MEGABYTE
        self._kept: OrderedDict[Key, tuple[Result, int]] = OrderedDict()
        self.bytes = self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def hit_rate(self) -> float:
        """The share of what was asked for that was there; 0 before anything was."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0

    def get(self, key: Key) -> Result | None:
        """The result of ``key``, the most recently used one from now on; None where it is not kept."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Key, result: Result, size: int) -> None:
        """Keep ``result``, which takes ``size`` bytes; what is larger than the whole cache is not kept."""
        self.drop(key)
        if size > self._limit:
            return
        self._kept[key] = (result, size)
        self.bytes += size
        while self.bytes > self._limit:
            _, (_, gone) = self._kept.popitem(last=False)
            self.bytes -= gone

    def drop(self, key: Key) -> None:
        """Forget the result of ``key``, if it is kept."""
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= found[1]
