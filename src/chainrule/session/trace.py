"""What the numbers of a run have been at the steps that were shown, so that any mark can be asked for its history."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from attrs import frozen

MOST = 96
ROOM = 4_000_000  # doubles kept in all: a large network remembers fewer steps


@frozen
class Point:
    """Parameters and gradients, values and adjoints of the whole batch, at one step."""

    step: int
    parameters: array[float]
    gradients: array[float]
    values: array[float]
    adjoints: array[float]


class Trace:
    """Points in the order of steps. Of too many every other one is dropped; the first stays."""

    def __init__(self) -> None:
        self._points: list[Point] = []

    def __iter__(self) -> Iterator[Point]:
        return iter(self._points)

    @property
    def last(self) -> int:
        """The step of the last point, -1 without any."""
        return self._points[-1].step if self._points else -1

    def add(self, point: Point) -> None:
        """One more, unless its step is there already. Points of another network are forgotten."""
        if self._points and len(self._points[-1].parameters) != len(point.parameters):
            self._points.clear()
        if point.step <= self.last:
            return
        self._points.append(point)
        size = 2 * (len(point.parameters) + len(point.values))
        if len(self._points) > max(8, min(MOST, ROOM // size)):
            self._points = self._points[::2]

    def cut(self, step: int) -> None:
        """The run is back at ``step``."""
        self._points = [each for each in self._points if each.step <= step]
