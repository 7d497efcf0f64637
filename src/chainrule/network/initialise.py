"""Initial parameters of a whole plan, and what survives when a network is rebuilt."""

from __future__ import annotations

from array import array
from difflib import SequenceMatcher

from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import Plan, layer_spans
from chainrule.network.stream import Stream


def initial_parameters(plan: Plan, seed: int) -> array[float]:
    """All parameters of a plan; biases and shifts are 0, scales 1. A layer's weights depend on the seed and its
    place only, so a neuron keeps its initial weights when others come or go."""
    found = array("d", bytes(8 * plan.parameters))
    draw = INITIALISERS[plan.initialiser]
    for index, layer in enumerate(layer_spans(plan)):
        if layer.custom is not None:
            stream = Stream(seed, f"weights.{index}")
            for at in range(layer.weights, layer.biases):
                found[at] = draw(stream, layer)
        for neuron in range(layer.outputs if layer.custom is None else 0):
            stream = Stream(seed, f"weights.{index}.{neuron}")
            start = layer.weights + neuron * layer.inputs
            for at in range(start, start + layer.inputs):
                found[at] = draw(stream, layer)
        if layer.normalised:
            found[layer.scales : layer.shifts] = array("d", [1.0] * layer.outputs)
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
    """``fresh`` with every number that has a counterpart in the old network replaced by it: biases, scales and
    shifts of surviving neurons, and weights whose two ends survive. Within a layer neurons correspond by position."""
    kept = array("d", fresh)
    before, after = layer_spans(old), layer_spans(new)
    columns = survivors(old, new)
    for column, place in columns.items():
        if column == 0:
            continue
        source, target = before[column - 1], after[place - 1]
        joined = columns.get(column - 1) == place - 1
        width = min(source.inputs, target.inputs) if joined else 0
        neurons = min(source.outputs, target.outputs)
        if source.custom is not None or target.custom is not None:
            if source.custom is target.custom and joined:
                start, at = source.weights, target.weights
                kept[at : target.end] = old_numbers[start : source.end]
            continue
        for neuron in range(neurons):
            start = source.weights + neuron * source.inputs
            at = target.weights + neuron * target.inputs
            kept[at : at + width] = old_numbers[start : start + width]
        pairs = [(source.biases, target.biases)]
        if source.normalised and target.normalised:
            pairs += [(source.scales, target.scales), (source.shifts, target.shifts)]
        for start, at in pairs:
            kept[at : at + neurons] = old_numbers[start : start + neurons]
    return kept
