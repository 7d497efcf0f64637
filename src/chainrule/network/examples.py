"""From a split data set to what a program learns from: coded targets, and the probe that makes the pictures."""

from __future__ import annotations

from array import array

from chainrule.network.data import Split, columns_of
from chainrule.network.lower import Examples

PICTURE_BUDGET = 65536  # numbers in all pictures together
_SIDES = (64, 48, 32, 24, 16, 12)


def targets(split: Split, outputs: int) -> array[float]:
    """Row-major targets: the values of a regression, -1 or +1 of two classes, else 1 for the true class and 0 for the
    others."""
    if split.table.task == "regression":
        return split.targets
    labels = split.table.labels
    if outputs == 1:
        return array("d", [1.0 if label else -1.0 for label in labels])
    found = array("d", bytes(8 * outputs * len(labels)))
    for row, label in enumerate(labels):
        found[row * outputs + label] = 1.0
    return found


def plane(extent: float, side: int) -> array[float]:
    """Feature-major coordinates of ``side`` x ``side`` pixel centres on [-extent, extent]**2, from the top left."""
    centres = [extent * ((2 * at + 1) / side - 1) for at in range(side)]
    return array("d", centres * side + [-y for y in centres for _ in range(side)])


def by_class(split: Split, side: int) -> array[float]:
    """Feature-major inputs of ``side`` x ``side`` training examples: each row of the picture holds examples of one
    class, every class has an equal share of the rows, and a class with few examples repeats them. Of a regression the
    rows go from the smallest values to the largest."""
    width, groups = len(split.table.features), _groups(split, side)
    taken = [0] * len(groups)
    columns = []
    for line in range(side):
        group = line * len(groups) // side
        members = groups[group] or list(split.training)
        for _ in range(side):
            columns.append(members[taken[group] % len(members)])
            taken[group] += 1
    return array("d", [split.inputs[row * width + feature] for feature in range(width) for row in columns])


def _groups(split: Split, side: int) -> list[list[int]]:
    """Training rows by class, or in ``side`` groups of neighbouring values."""
    table = split.table
    if table.task == "regression":
        order = sorted(split.training, key=table.values.__getitem__)
        return [order[at * len(order) // side : (at + 1) * len(order) // side] for at in range(side)]
    rows: list[list[int]] = [[] for _ in table.classes]
    for row in split.training:
        rows[table.labels[row]].append(row)
    return rows


def examples(split: Split, nodes: int, outputs: int) -> Examples:
    """What a network of ``nodes`` nodes and ``outputs`` outputs learns from ``split``. Pictures are as large as the
    budget allows."""
    side = next((side for side in _SIDES if side * side * nodes <= PICTURE_BUDGET), _SIDES[-1])
    table = split.table
    return Examples(
        inputs=split.inputs,
        targets=targets(split, outputs),
        training=split.training,
        validation=split.validation,
        classes=len(table.classes),
        probe=_probe(split, side),
        width=side,
        height=side,
    )


def _probe(split: Split, side: int) -> array[float]:
    table = split.table
    if not table.planar:
        return by_class(split, side)
    coordinates = plane(table.extent, side)
    xs, ys = coordinates[: side * side], coordinates[side * side :]
    return columns_of(table.engineered, xs, ys)
