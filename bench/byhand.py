"""The same training step written by hand with NumPy: what a careful person would write for one network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class ByHand:
    """tanh layers with the loss that Chainrule uses for the task, plain gradient descent on one fixed batch.

    ``parameters``: per layer W row-major (neuron, input), then its biases. ``targets``: examples x outputs.
    """

    def __init__(self, sizes: Sequence[int], parameters: Sequence[float], inputs: Matrix, targets: Matrix):
        flat = np.array(parameters)
        self.weights: list[Matrix] = []
        self.biases: list[Matrix] = []
        at = 0
        for before, after in pairwise(sizes):
            self.weights.append(flat[at : at + before * after].reshape(after, before).copy())
            at += before * after
            self.biases.append(flat[at : at + after].copy())
            at += after
        self.inputs, self.targets = inputs, targets

    def parameters(self) -> Matrix:
        pairs = zip(self.weights, self.biases, strict=True)
        return np.concatenate([each.ravel() for pair in pairs for each in pair])

    def step(self, rate: float) -> None:
        shown = [self.inputs]
        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            total = shown[-1] @ weight.T + bias
            shown.append(total if layer == last and len(bias) > 1 else np.tanh(total))
        examples = len(self.inputs)
        result = shown[-1]
        if result.shape[1] == 1:
            delta = 2.0 * (result - self.targets) * (1.0 - result * result) / examples
        else:
            powers = np.exp(result - result.max(axis=1, keepdims=True))
            delta = (powers / powers.sum(axis=1, keepdims=True) - self.targets) / examples
        for layer in range(last, -1, -1):
            before = shown[layer]
            weights = delta.T @ before
            biases = delta.sum(axis=0)
            if layer:
                delta = (delta @ self.weights[layer]) * (1.0 - before * before)
            self.weights[layer] -= rate * weights
            self.biases[layer] -= rate * biases
