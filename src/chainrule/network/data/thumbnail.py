"""A picture of a data set small enough for a menu: the data themselves, not an icon."""

from __future__ import annotations

from array import array
from math import fsum

from chainrule.network.data.table import Table

POINTS = 150
MARGIN = 0.9
DARKEST = 16.0
PICTURED = 2  # at this size a 0 or a 1 may be taken for a smudge, a 2 is a 2


def thumbnail(table: Table) -> array[float]:
    """Flat ``x, y, class`` triples in [-1, 1], at most 150; of pictures one example instead, row by row, 0 to 1.

    A table that is not planar shows the two features that tell its classes apart best, a single one against the
    class.
    """
    if table.pixels:
        return _picture(table)
    width = len(table.features)
    if table.planar:
        xs, ys = ([value / table.extent for value in table.inputs[column::2]] for column in (0, 1))
    else:
        ranked = sorted(range(width), key=lambda column: -telling(table, column))
        xs = _stretched(table.inputs[ranked[0] :: width])
        ys = _stretched(table.inputs[ranked[1] :: width] if width > 1 else table.labels)
    shown = array("f")
    count = min(POINTS, table.rows)
    for rank in range(count):
        row = rank * table.rows // count
        shown.extend((xs[row], ys[row], table.labels[row]))
    return shown


def telling(table: Table, column: int) -> float:
    """The share of a feature's variance that lies between the classes, 0 to 1."""
    values = table.inputs[column :: len(table.features)]
    groups: list[list[float]] = [[] for _ in table.classes]
    for value, label in zip(values, table.labels, strict=True):
        groups[label].append(value)
    mean = fsum(values) / len(values)
    total = fsum((value - mean) * (value - mean) for value in values)
    between = fsum(len(group) * (fsum(group) / len(group) - mean) ** 2 for group in groups)
    return between / total if total else 0.0


def _stretched(values: array[float] | array[int]) -> list[float]:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return [MARGIN * (2.0 * (value - low) / span - 1.0) for value in values]


def _picture(table: Table) -> array[float]:
    """Of the pictured class the example nearest to its average: the cleanest."""
    size = len(table.features)
    rows = [row for row in range(table.rows) if table.labels[row] == PICTURED]
    pictures = [table.inputs[row * size : (row + 1) * size] for row in rows]
    average = [fsum(pixel) / len(rows) for pixel in zip(*pictures, strict=True)]

    def distance(picture: array[float]) -> float:
        return fsum((a - b) * (a - b) for a, b in zip(picture, average, strict=True))

    return array("f", [pixel / DARKEST for pixel in min(pictures, key=distance)])
