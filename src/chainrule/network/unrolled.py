"""The objective of a step as a graph of ``Value``s: slow, open to questions, and computed apart from the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from chainrule.graph import Value
from chainrule.graph.value import apply
from chainrule.network.plan import LayerSpans, Plan, layer_spans
from chainrule.program.instructions import EPSILON
from chainrule.rules import LOSSES, REGULARISERS

Matrix = list[list[Value]]
"""A row for each example."""


@frozen
class Batch:
    """A batch as numbers: ``inputs`` and ``targets`` of each example, and for each hidden layer with dropout the
    factors (0, or 1 over the share that is kept) of each example."""

    inputs: Sequence[Sequence[float]]
    targets: Sequence[Sequence[float]]
    masks: Mapping[int, Sequence[Sequence[float]]]


@frozen
class Unrolled:
    """``objective`` is ``loss`` plus ``penalty``; ``parameters`` are its leaves, in the order of a trainer's.
    ``columns`` are what the inputs and then each layer hand on, ``sums`` the weighted sums of each layer."""

    objective: Value
    loss: Value
    penalty: Value
    parameters: list[Value]
    columns: list[Matrix]
    sums: list[Matrix]

    @property
    def outputs(self) -> Matrix:
        """What the last layer answers."""
        return self.columns[-1]


def unrolled(plan: Plan, parameters: Sequence[float], batch: Batch, hyper: Mapping[str, float]) -> Unrolled:
    """The mean loss of ``plan`` over ``batch`` as it is in training, and its penalty."""
    leaves = [Value(number, label=f"p{at}") for at, number in enumerate(parameters)]
    layers = layer_spans(plan)
    columns: list[Matrix] = [[[Value(number) for number in row] for row in batch.inputs]]
    sums: list[Matrix] = []
    for index, layer in enumerate(layers, 1):
        rows = [_sums(layer, leaves, row) for row in columns[-1]]
        sums.append(rows)
        if layer.normalised:
            rows = _normalised(layer, leaves, rows)
        for source, target in plan.skips:
            if target == index:
                rows = [_added(row, extra) for row, extra in zip(rows, columns[source], strict=True)]
        if layer.activation == "log_softmax":
            rows = [_log_softmax(row) for row in rows]
        else:
            rows = [[apply(layer.activation, number) for number in row] for row in rows]
        if index in batch.masks:
            rows = [
                [number * factor for number, factor in zip(row, factors, strict=True)]
                for row, factors in zip(rows, batch.masks[index], strict=True)
            ]
        columns.append(rows)
    loss = _loss(plan, columns[-1], batch)
    penalty = _penalty(plan, layers, leaves, hyper)
    return Unrolled(loss + penalty, loss, penalty, leaves, columns, sums)


def _sums(layer: LayerSpans, leaves: Sequence[Value], row: Sequence[Value]) -> list[Value]:
    if layer.custom is not None:
        return layer.custom.values(row, leaves[layer.weights : layer.biases])
    found = []
    for neuron in range(layer.outputs):
        total = leaves[layer.biases + neuron]
        first = layer.weights + neuron * layer.inputs
        for weight, number in zip(leaves[first : first + layer.inputs], row, strict=True):
            total = total + weight * number
        found.append(total)
    return found


def _normalised(layer: LayerSpans, leaves: Sequence[Value], rows: Matrix) -> Matrix:
    """Each neuron over the batch, or each example over its neurons; then scale and shift."""
    over_batch = layer.normalisation == "batch"
    groups = [list(group) for group in zip(*rows, strict=True)] if over_batch else rows
    normal = []
    for group in groups:
        mean = _mean(group)
        off = [number - mean for number in group]
        inverse = 1.0 / (_mean([each * each for each in off]) + EPSILON).sqrt()
        normal.append([each * inverse for each in off])
    standard = [list(row) for row in zip(*normal, strict=True)] if over_batch else normal
    scales = leaves[layer.scales : layer.scales + layer.outputs]
    shifts = leaves[layer.shifts : layer.shifts + layer.outputs]
    return [
        [number * scale + shift for number, scale, shift in zip(row, scales, shifts, strict=True)]
        for row in standard
    ]


def _mean(numbers: Sequence[Value]) -> Value:
    return _sum(numbers) * (1.0 / len(numbers))


def _sum(numbers: Sequence[Value]) -> Value:
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    return total


def _added(row: list[Value], extra: Sequence[Value]) -> list[Value]:
    """The shorter of the two is as if filled up with zeros, what is too long is left out."""
    shared = min(len(row), len(extra))
    return [*(a + b for a, b in zip(row[:shared], extra[:shared], strict=True)), *row[shared:]]


def _log_softmax(row: Sequence[Value]) -> list[Value]:
    peak = max(number.data for number in row)
    shifted = [number - peak for number in row]
    total = _sum([number.exp() for number in shifted]).log()
    return [number - total for number in shifted]


def _loss(plan: Plan, outputs: Matrix, batch: Batch) -> Value:
    name = LOSSES[plan.loss].rule.name
    losses = [
        _sum([apply(name, output, target) for output, target in zip(row, targets, strict=True)])
        for row, targets in zip(outputs, batch.targets, strict=True)
    ]
    return _mean(losses)


def _penalty(
    plan: Plan, layers: Sequence[LayerSpans], leaves: Sequence[Value], hyper: Mapping[str, float]
) -> Value:
    regulariser = REGULARISERS[plan.regulariser]
    if regulariser.rule is None:
        return Value(0.0)
    constants = {name: hyper.get(name, spec.default) for name, spec in regulariser.hyper.items()}
    parts = [
        apply(regulariser.rule.name, leaves[at], **constants)
        for layer in layers
        for at in range(layer.weights, layer.biases)
    ]
    return _sum(parts)
