"""Networks of ``Value``s, neuron by neuron, with micrograd's names: slow, and every number can be asked about."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from chainrule.graph import Value
from chainrule.graph.value import Number


class Module:
    """Something with parameters that learn."""

    def parameters(self) -> list[Value]:
        """The leaves that training changes."""
        return []

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = 0.0


class Neuron(Module):
    """A weighted sum of ``nin`` inputs plus a bias, bent by relu unless ``nonlin`` is false. Weights are drawn
    uniformly from [-1, 1] with Python's ``random``; the bias starts at 0."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total = self.b
        for weight, each in zip(self.w, x, strict=True):
            total = total + weight * each
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """``nout`` neurons on the same ``nin`` inputs; a single neuron's output comes without a list around it."""

    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> Value | list[Value]:
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """Layers one behind the other, ``nouts`` wide; all but the last bent by relu."""

    def __init__(self, nin: int, nouts: Iterable[int]) -> None:
        widths = [nin, *nouts]
        last = len(widths) - 2
        self.layers = [Layer(widths[i], widths[i + 1], nonlin=i != last) for i in range(len(widths) - 1)]

    def __call__(self, x: Sequence[Value | Number]) -> Value | list[Value]:
        found: Value | list[Value] = []
        for layer in self.layers:
            found = layer(x)
            x = found if isinstance(found, list) else [found]
        return found

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
