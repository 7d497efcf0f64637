"""Initial weights: Glorot's uniform for bounded activations, He's for those that pass the positive half."""

from __future__ import annotations

from array import array
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


def surviving(old: Plan, old_numbers: array[float], new: Plan, fresh: array[float]) -> array[float]:
    """``fresh`` with every number that has a counterpart in the old network replaced by it.

    Hidden layers correspond by position, output layers to each other; within a layer, neurons by position.
    """
    kept = array("d", fresh)
    before, after = layer_spans(old), layer_spans(new)
    hidden = min(len(before), len(after)) - 1
    pairs = [*zip(before[:hidden], after[:hidden], strict=True), (before[-1], after[-1])]
    for source, target in pairs:
        width = min(source.inputs, target.inputs)
        for neuron in range(min(source.outputs, target.outputs)):
            start = source.weights + neuron * source.inputs
            place = target.weights + neuron * target.inputs
            kept[place : place + width] = old_numbers[start : start + width]
            kept[target.biases + neuron] = old_numbers[source.biases + neuron]
    return kept
