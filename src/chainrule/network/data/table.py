"""A data set: rows of numbers, each with its class or its value."""

from __future__ import annotations

from array import array

from attrs import field, frozen

from chainrule.rules import Task

__all__ = ["Table", "Task"]


def _none() -> array[float]:
    return array("d")


@frozen(kw_only=True)
class Table:
    """Row r has the numbers ``inputs[r * len(features) : (r + 1) * len(features)]``.

    A classification has ``classes`` and row r is of class ``classes[labels[r]]``: two classes make the task
    ``binary``, more make it ``multiclass``. A ``regression`` has ``values`` instead, one number a row; its labels are
    all 0 and it has no classes.

    A ``planar`` table is learned from two coordinates, or from what is ``engineered`` of them, fed to the network as
    they are; all its points lie in the square [-extent, extent] both ways. Where a table is not planar, ``extent`` is
    0. ``pixels``: rows are square pictures of this side, row by row from the top, from 0 to 16; 0 for all others.
    """

    name: str
    task: Task
    features: tuple[str, ...]
    classes: tuple[str, ...]
    inputs: array[float]
    labels: array[int]
    planar: bool
    extent: float
    pixels: int = 0
    values: array[float] = field(factory=_none)
    engineered: tuple[str, ...] = ("x1", "x2")
    place: array[float] = field(factory=_none)

    @property
    def rows(self) -> int:
        return len(self.labels)

    @property
    def coordinates(self) -> array[float]:
        """Where the points of a planar table lie, row-major; empty for others."""
        return (self.place or self.inputs) if self.planar else array("d")
