"""Which rows train and which validate, and the inputs as the network gets them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from math import fsum, sqrt
from operator import mul

from attrs import field, frozen

from chainrule.network.data.table import Table
from chainrule.network.stream import Stream


@frozen(kw_only=True)
class Split:
    """``training`` and ``validation`` are row numbers, disjoint and together all rows, in random order.

    ``inputs`` are those of the table, row-major; unless it is planar, each feature is less the mean and divided by
    the standard deviation (divisor n) that it has over the training rows. A feature that is constant there is only
    centred.

    ``targets`` are what a regression learns: the values of a planar table as they are, of others less the mean
    ``target_mean`` and divided by the deviation ``target_deviation`` that they have over the training rows. Empty for
    classifications. ``input_means`` and ``input_deviations`` are those of the features; empty for planar tables.
    """

    table: Table
    training: array[int]
    validation: array[int]
    inputs: array[float]
    targets: array[float] = field(factory=lambda: array("d"))
    target_mean: float = 0.0
    target_deviation: float = 1.0
    input_means: tuple[float, ...] = ()
    input_deviations: tuple[float, ...] = ()

    @property
    def bytes(self) -> int:
        """Memory that the numbers take, those of the table included."""
        table = self.table
        parts = (
            self.training,
            self.validation,
            self.targets,
            table.inputs,
            table.labels,
            table.values,
            table.place,
        )
        shared = 0 if self.inputs is table.inputs else len(self.inputs) * 8
        return shared + sum(len(part) * part.itemsize for part in parts)

    def scaled(self, inputs: array[float]) -> array[float]:
        """Row-major ``inputs`` in the units of the table, as the network gets them."""
        if not self.input_means:
            return inputs
        width = len(self.input_means)
        found = array("d", inputs)
        for column, (mean, deviation) in enumerate(zip(self.input_means, self.input_deviations, strict=True)):
            found[column::width] = array("d", [(value - mean) / deviation for value in inputs[column::width]])
        return found


def split(table: Table, train_share: float, seed: int) -> Split:
    """Divide each class by ``train_share``, or all rows alike for a regression; the same seed and a larger share keep
    every training row.

    Every class has a row in training, and one in validation if it has two. When all classes have a single row, the
    last row validates: neither part is ever empty.
    """
    training, validation = array("i"), array("i")
    wanted = {label: _part(count, train_share) for label, count in Counter(table.labels).items()}
    for row in Stream(seed, "data.split").shuffled(table.rows):
        label = table.labels[row]
        wanted[label] -= 1
        (training if wanted[label] >= 0 else validation).append(row)
    if not validation:
        validation.append(training.pop())
    if table.planar:
        return Split(
            table=table, training=training, validation=validation, inputs=table.inputs, targets=table.values
        )
    mean, deviation = _spread(table.values, training) if table.values else (0.0, 1.0)
    width = len(table.features)
    spreads = [_spread(table.inputs[column::width], training) for column in range(width)]
    return Split(
        table=table,
        training=training,
        validation=validation,
        inputs=standardised(table.inputs, len(table.features), training),
        targets=array("d", [(value - mean) / deviation for value in table.values]),
        target_mean=mean,
        target_deviation=deviation,
        input_means=tuple(each for each, _ in spreads),
        input_deviations=tuple(each for _, each in spreads),
    )


def _part(count: int, share: float) -> int:
    return max(1, min(count - 1, int(share * count + 0.5)))


def standardised(inputs: array[float], width: int, rows: Sequence[int]) -> array[float]:
    """Each of the ``width`` columns less its mean over ``rows``, divided by its deviation over them (0 counts as 1).

    Sums are exactly rounded (``fsum``): the built-in ``sum`` gives other bits from Python 3.12 on.
    """
    scaled = array("d", inputs)
    for column in range(width):
        values = inputs[column::width]
        mean, deviation = _spread(values, rows)
        scaled[column::width] = array("d", [(value - mean) / deviation for value in values])
    return scaled


def _spread(values: array[float], rows: Sequence[int]) -> tuple[float, float]:
    """Mean and deviation (divisor n) over ``rows``; a deviation of 0 counts as 1."""
    known = [values[row] for row in rows]
    mean = fsum(known) / len(known)
    off = [value - mean for value in known]
    deviation = sqrt(fsum(map(mul, off, off)) / len(known))
    # A constant column may miss its own mean by a rounding error; that is not a deviation.
    return mean, 1.0 if min(known) == max(known) or deviation == 0 else deviation
