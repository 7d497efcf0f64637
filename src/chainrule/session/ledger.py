"""The parts a gradient is made of: terms that are added up, and paths from the loss whose factors are multiplied.

Numbers come from the machine's arena and the rules; indices in formulas count from 1; layers stand
above in square brackets, as examples do in round ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest
from math import prod
from typing import Any

from attrs import frozen

from chainrule.network.plan import Plan
from chainrule.network.reader import Reader
from chainrule.rules import RULES
from chainrule.rules.sums import total
from chainrule.session.explanations import Contribution, Path, PathStep, Term

MOST_TERMS = 6  # while numbers change many times a second
ALL_TERMS = 60
MOST_PATHS = 5


@frozen
class Sum:
    """The largest ``terms`` of a gradient; ``others`` more of them add up to ``remainder``."""

    terms: tuple[Contribution, ...]
    others: int
    remainder: float


@frozen
class Ledger:
    """The largest ``paths`` of all ``count``; the others add up to ``remainder``."""

    paths: tuple[Path, ...]
    count: float
    remainder: float


def summed(terms: Sequence[Contribution], most: int) -> Sum:
    """The ``most`` largest of ``terms``, the others added up."""
    ranked = sorted(terms, key=lambda each: -abs(each.value))
    kept, others = ranked[:most], ranked[most:]
    return Sum(tuple(kept), len(others), total(each.value for each in others))


def product(target: str, *factors: Term) -> Contribution:
    """A term that is a product."""
    latex = r"\,".join(factor.latex for factor in factors)
    return Contribution(
        target=target, latex=latex, factors=factors, value=prod(each.value for each in factors)
    )


def divisible(plan: Plan) -> bool:
    """Whether a gradient falls into paths through single neurons: normalisation mixes neurons or examples."""
    return plan.normalisation == "none" and not plan.skips and not plan.custom


class Paths:
    """The paths from the loss into a network, for one ``example`` of the batch.

    A path's value is the product of its local derivatives (chain rule); the values of all paths to a number add up
    to its gradient (sum over paths, Baydin et al. 2018, section 3.2). Only the ``MOST_PATHS`` largest are kept at
    each neuron: the largest to a neuron come from the largest to its consumers.
    """

    def __init__(self, reader: Reader, plan: Plan, example: int, parameters: Sequence[float]) -> None:
        self._reader, self._plan = reader, plan
        self._values = reader.values(example)
        self._parameters = parameters
        self._slopes = _slopes(reader, example)
        self._adjoints = reader.adjoints(example)
        self._deltas = reader.deltas(example)
        self._firsts = [sum(plan.sizes[:layer]) for layer in range(len(plan.sizes))]

    def to_sum(self, layer: int, neuron: int) -> list[list[PathStep]]:
        """The largest paths to the weighted sum of a neuron."""
        return self._down(layer)[neuron]

    def to_node(self, layer: int, neuron: int) -> list[list[PathStep]]:
        """The largest paths to what a neuron (or an input) hands on."""
        if layer == len(self._plan.sizes) - 1:
            return [[self._start(neuron)]]
        return self._through(self._down(layer + 1), layer, neuron)

    def _down(self, last: int) -> list[list[list[PathStep]]]:
        """The largest paths to each weighted sum of layer ``last``."""
        depth = len(self._plan.sizes) - 1
        found = [self._outputs(neuron) for neuron in range(self._plan.sizes[depth])]
        for layer in range(depth - 1, last - 1, -1):
            found = [
                [
                    _on(path, f"n:{layer}:{neuron}", _slope(layer, neuron), self._slopes[layer - 1][neuron])
                    for path in self._through(found, layer, neuron)
                ]
                for neuron in range(self._plan.sizes[layer])
            ]
        return found

    def _outputs(self, neuron: int) -> list[list[PathStep]]:
        depth = len(self._plan.sizes) - 1
        start = self._start(neuron)
        if self._plan.output == "log_softmax":
            return [[start]]
        target = f"n:{depth}:{neuron}"
        return [_on([start], target, _slope(depth, neuron), self._slopes[depth - 1][neuron])]

    def _start(self, neuron: int) -> PathStep:
        """The loss's own derivative; of a classifier, with respect to its sums."""
        depth = len(self._plan.sizes) - 1
        at = self._firsts[depth] + neuron
        softmax = self._plan.output == "log_softmax"
        number = self._deltas[at] if softmax else self._adjoints[at]
        letter = "z" if softmax else "a"
        latex = rf"\partial L/\partial {letter}^{{[{depth}]}}_{{{neuron + 1}}}"
        return PathStep(target="loss", latex=latex, factor=number, product=number)

    def _through(self, above: list[list[list[PathStep]]], layer: int, neuron: int) -> list[list[PathStep]]:
        """From the sums of the layer above along the weights to neuron ``neuron`` of ``layer``."""
        span = self._reader.layers[layer]
        found = []
        for consumer, paths in enumerate(above):
            weight = self._parameters[span.weights + consumer * span.inputs + neuron]
            latex = f"w^{{[{layer + 1}]}}_{{{consumer + 1},{neuron + 1}}}"
            found += [_on(path, f"w:{layer + 1}:{consumer}:{neuron}", latex, weight) for path in paths]
        return nlargest(MOST_PATHS, found, key=lambda path: abs(path[-1].product))

    def parameter(self, layer: int, neuron: int, source: int | None, gradient: float) -> Ledger:
        """The paths to a weight (from neuron ``source`` of the layer before) or to a bias (``None``)."""
        paths = self.to_sum(layer, neuron)
        if source is not None:
            letter = f"a^{{[{layer - 1}]}}" if layer > 1 else "x"
            number = self._values[self._firsts[layer - 1] + source]
            latex, target = f"{letter}_{{{source + 1}}}", f"n:{layer - 1}:{source}"
            paths = [_on(path, target, latex, number) for path in paths]
        return self._ledger(paths, layer, gradient)

    def node(self, layer: int, neuron: int, gradient: float) -> Ledger:
        """The paths to what a neuron hands on, or to an input."""
        return self._ledger(self.to_node(layer, neuron), layer, gradient)

    def _ledger(self, found: Iterable[list[PathStep]], layer: int, gradient: float) -> Ledger:
        paths = tuple(Path(steps=tuple(path), value=path[-1].product) for path in found)
        count = float(prod(self._plan.sizes[layer + 1 :]))
        return Ledger(paths, count, total([gradient, *(-path.value for path in paths)]))


def _on(path: list[PathStep], target: str, latex: str, factor: float) -> list[PathStep]:
    step = PathStep(target=target, latex=latex, factor=factor, product=path[-1].product * factor)
    return [*path, step]


def _slope(layer: int, neuron: int) -> str:
    above = f"^{{[{layer}]}}_{{{neuron + 1}}}"
    return rf"\partial a{above}/\partial z{above}"


def _slopes(reader: Reader, example: int) -> list[list[float]]:
    """The slope of each neuron's activation at its sum, and what dropout makes of it; 1 of a softmax, whose slope is
    in the derivative of the loss already."""
    numbers = iter(reader.sums(example))
    found = []
    for index, layer in enumerate(reader.layers, 1):
        sums = [next(numbers) for _ in range(layer.outputs)]
        if layer.activation in RULES:
            kept = (reader.kept(index, at)[example] for at in range(layer.outputs))
            found.append([m * local_slope(layer.activation, z) for m, z in zip(kept, sums, strict=True)])
        else:
            found.append([1.0] * layer.outputs)
    return found


def local_slope(name: str, z: float) -> float:
    """The derivative of an activation at ``z``, by its rule."""
    rule = RULES[name]
    constants: list[Any] = [value or 0.0 for value in rule.constants.values()]
    return float(rule.grad(z, *constants, rule.forward(z, *constants), 1.0)[0])
