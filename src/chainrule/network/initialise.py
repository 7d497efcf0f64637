"""Initial weights: Glorot's uniform for bounded activations, He's for those that pass the positive half."""

from __future__ import annotations

from array import array
from difflib import SequenceMatcher
from math import sqrt

from chainrule.network.plan import LayerSpans, Plan, layer_spans
from chainrule.network.stream import Stream

_HALF_OPEN = frozenset({"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})


def _bound(layer: LayerSpans) -> float:
    """Half-width of the uniform distribution: sqrt(6 / fan_in) (He et al. 2015) or
    sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010, equation 16)."""
    if layer.activation in _HALF_OPEN:
        return sqrt(6.0 / layer.inputs)
    return sqrt(6.0 / (layer.inputs + layer.outputs))


def initial_parameters(plan: Plan, seed: int) -> array[float]:
    """All parameters of a plan; biases are 0. A layer's weights depend on the seed and its place only, so a
    neuron keeps its initial weights when others come or go."""
    found = array("d", bytes(8 * plan.parameters))
    for index, layer in enumerate(layer_spans(plan)):
        bound = _bound(layer)
        for neuron in range(layer.outputs):
            stream = Stream(seed, f"weights.{index}.{neuron}")
            start = layer.weights + neuron * layer.inputs
            for at in range(start, start + layer.inputs):
                found[at] = bound * (2.0 * stream.uniform() - 1.0)
    return found


def survivors(old: Plan, new: Plan) -> dict[int, int]:
    """Which column of the new network (0 the inputs) each surviving column of the old one has become.

    With as many hidden layers as before, each stays in its place, whatever its width. Where layers came or went, the
    longest runs of equal widths tell which are still there.
    """
    before, after = old.sizes[1:-1], new.sizes[1:-1]
    if len(before) == len(after):
        kept = {at + 1: at + 1 for at in range(len(before))}
    else:
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        kept = {a + at + 1: b + at + 1 for a, b, size in blocks for at in range(size)}
    return {0: 0, **kept, len(old.sizes) - 1: len(new.sizes) - 1}


def surviving(old: Plan, old_numbers: array[float], new: Plan, fresh: array[float]) -> array[float]:
    """``fresh`` with every number that has a counterpart in the old network replaced by it: biases of surviving
    neurons, and weights whose two ends survive. Within a layer neurons correspond by position."""
    kept = array("d", fresh)
    before, after = layer_spans(old), layer_spans(new)
    columns = survivors(old, new)
    for column, place in columns.items():
        if column == 0:
            continue
        source, target = before[column - 1], after[place - 1]
        joined = columns.get(column - 1) == place - 1
        width = min(source.inputs, target.inputs) if joined else 0
        for neuron in range(min(source.outputs, target.outputs)):
            start = source.weights + neuron * source.inputs
            at = target.weights + neuron * target.inputs
            kept[at : at + width] = old_numbers[start : start + width]
            kept[target.biases + neuron] = old_numbers[source.biases + neuron]
    return kept
