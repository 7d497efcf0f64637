"""A picture of a data set small enough for a menu: the data themselves, not an icon."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import fsum, sqrt

from chainrule.network.data.table import Table

POINTS = 150
MARGIN = 0.9
DARKEST = 16.0
PICTURED = 2  # at this size a 0 or a 1 may be taken for a smudge, a 2 is a 2


def thumbnail(table: Table) -> array[float]:
    """Flat ``x, y, class`` triples, x and y in [-1, 1], at most 150; of pictures one example instead, row by row, 0
    to 1. Of a regression the third number is the value, stretched to [-1, 1] unless it lies there.

    A table that is not planar shows the two features that tell its classes apart best, a single one against the
    class.
    """
    if table.pixels:
        return _picture(table)
    width = len(table.features)
    if table.planar:
        xs, ys = ([value / table.extent for value in table.coordinates[column::2]] for column in (0, 1))
    else:
        ranked = sorted(range(width), key=lambda column: -telling(table, column))
        xs = _stretched(table.inputs[ranked[0] :: width])
        ys = _stretched(table.inputs[ranked[1] :: width] if width > 1 else table.values or table.labels)
    thirds: Sequence[float] = table.labels
    if table.values:
        thirds = table.values if table.planar else _stretched(table.values)
    shown = array("f")
    count = min(POINTS, table.rows)
    for rank in range(count):
        row = rank * table.rows // count
        shown.extend((xs[row], ys[row], max(-1.0, min(1.0, thirds[row])) if table.values else thirds[row]))
    return shown


def telling(table: Table, column: int) -> float:
    """The share of a feature's variance that lies between the classes, 0 to 1; of a regression the share of the
    values' variance that a straight line in this feature accounts for."""
    values = table.inputs[column :: len(table.features)]
    if table.values:
        return _correlation(values, table.values) ** 2
    groups: list[list[float]] = [[] for _ in table.classes]
    for value, label in zip(values, table.labels, strict=True):
        groups[label].append(value)
    mean = fsum(values) / len(values)
    total = fsum((value - mean) * (value - mean) for value in values)
    between = fsum(len(group) * (fsum(group) / len(group) - mean) ** 2 for group in groups)
    return between / total if total else 0.0


def _correlation(xs: array[float], ys: array[float]) -> float:
    mean_x, mean_y = fsum(xs) / len(xs), fsum(ys) / len(ys)
    both = fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    size = fsum((x - mean_x) ** 2 for x in xs) * fsum((y - mean_y) ** 2 for y in ys)
    return both / sqrt(size) if size else 0.0


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
