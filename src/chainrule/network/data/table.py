"""A data set: rows of numbers, each with its class."""

from __future__ import annotations

from array import array
from typing import Literal

from attrs import frozen

Task = Literal["binary", "multiclass"]


@frozen(kw_only=True)
class Table:
    """Row r has the numbers ``inputs[r * len(features) : (r + 1) * len(features)]`` and is of class
    ``classes[labels[r]]``. Two classes make the task ``binary``, more make it ``multiclass``.

    A ``planar`` table is binary with two features that are fed to the network as they are; all its points lie in
    the square [-extent, extent] both ways. Where a table is not planar, ``extent`` is 0.
    ``pixels``: rows are square pictures of this side, row by row from the top, from 0 to 16; 0 for all others.
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

    @property
    def rows(self) -> int:
        return len(self.labels)
