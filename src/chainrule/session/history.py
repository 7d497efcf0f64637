"""Where a run has been: states to which it can go back, dense for the last steps, evenly spread before."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping

State = Mapping[str, "array[float]"]
MOST = 64
DENSE = 16  # of the newest states, all are kept


class History:
    """States by step. What lies between two of them is computed anew: runs are reproducible."""

    def __init__(self) -> None:
        self._states: dict[int, State] = {}
        self._steps: list[int] = []

    def __contains__(self, step: int) -> bool:
        return step in self._states

    @property
    def earliest(self) -> int | None:
        """The first step that can be gone back to."""
        return self._steps[0] if self._steps else None

    def put(self, step: int, state: State) -> None:
        """Remember ``state`` of ``step``. Of too many one of the older is forgotten, the one whose neighbours are
        closest to each other, so that they lie evenly; the first stays."""
        if step not in self._states:
            self._steps.insert(bisect_right(self._steps, step), step)
        self._states[step] = state
        if len(self._steps) > MOST:
            older = range(1, len(self._steps) - DENSE)
            least = min(older, key=lambda at: self._steps[at + 1] - self._steps[at - 1])
            del self._states[self._steps.pop(least)]

    def nearest(self, step: int) -> tuple[int, State] | None:
        """The last state at or before ``step``."""
        at = bisect_right(self._steps, step)
        return (self._steps[at - 1], self._states[self._steps[at - 1]]) if at else None

    def forget(self) -> None:
        """What was no longer leads to what is: something was changed by hand."""
        self._states.clear()
        self._steps.clear()
