"""A neuron from inside: its products, bias, sum and activation, each with its value, its gradient and the local
derivative along which that gradient comes to it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan

from attrs import frozen

from chainrule.network.reader import Reader
from chainrule.rules.sums import total
from chainrule.session.events import Moment
from chainrule.session.explanations import Cell, Opened
from chainrule.session.ledger import local_slope

MOST_PRODUCTS = 8


@frozen(kw_only=True)
class Inside:
    """Opens neurons, for ``example`` of the batch or (``None``) its mean; gradients are then those of the batch. Sums
    and products are linear in what comes in, so their means are those of the means."""

    reader: Reader
    sizes: Sequence[int]
    example: int | None
    parameters: Sequence[float]
    values: Sequence[float]
    gradients: Sequence[float]
    adjoints: Sequence[float]
    moment: Moment
    softmax: bool

    def open(self, layer: int, neuron: int) -> Opened:
        """Neuron ``neuron`` (from 0) of layer ``layer`` (the input is 0)."""
        span, parameters = self.reader.layers[layer - 1], self.parameters
        at = self._at(layer, neuron)
        delta = self.reader.deltas(self.example)[at]
        before = self.values[self._at(layer - 1, 0) : self._at(layer, 0)]
        first = span.weights + neuron * span.inputs
        products = [
            weight * x for weight, x in zip(parameters[first : first + span.inputs], before, strict=True)
        ]
        ranked = sorted(range(span.inputs), key=lambda i: -abs(products[i]))
        kept = sorted(ranked[:MOST_PRODUCTS])
        rest = total(products[i] for i in ranked[MOST_PRODUCTS:])
        letter = "a" if layer > 1 else "x"
        cells = [
            Cell(
                kind="product",
                target=f"w:{layer}:{neuron}:{i}",
                label=rf"w_{{{neuron + 1},{i + 1}}}\,{letter}_{{{i + 1}}}",
                weight=parameters[first + i],
                input=before[i],
                value=products[i],
                gradient=delta,
                local=1.0,
            )
            for i in kept
        ]
        if len(kept) < span.inputs:
            cells.append(_plain("rest", str(span.inputs - len(kept)), rest, delta, local=1.0))
        bias, j, example = parameters[span.biases + neuron], neuron + 1, self.example
        name, slope = f"{layer}:{neuron}", self.gradients[span.biases + neuron]
        cells.append(_plain("bias", f"b_{{{j}}}", bias, slope, f"b:{name}", local=1.0))
        summed = total([*products, bias]) if example is None else self.reader.summed(layer, neuron)[example]
        softmax = self.softmax and layer == len(self.sizes) - 1
        bend = nan if example is None or softmax else self._bend(layer, neuron, example)
        if span.normalised:
            cells.append(_plain("sum", f"z_{{{j}}}", summed, delta, f"z:{name}"))
            cells.append(self._normal(layer, neuron, bend))
        else:
            cells.append(_plain("sum", f"z_{{{j}}}", summed, delta, f"z:{name}", local=bend))
        if softmax and example is not None:
            cells += self._softmax(neuron, self.reader.sums(example)[-self.sizes[-1] :])
        letter = "p" if softmax else "a"
        cells.append(
            _plain("activation", f"{letter}_{{{j}}}", self.values[at], self.adjoints[at], f"n:{name}")
        )
        return Opened(
            target=f"n:{layer}:{neuron}",
            operation=span.activation,
            dropped=self.reader.plan.dropout and layer < len(self.sizes) - 1,
            value_current=self.moment.values_to >= layer,
            gradient_current=self.moment.gradients_from <= layer,
            cells=tuple(cells),
        )

    def _bend(self, layer: int, neuron: int, example: int) -> float:
        """The slope of a neuron's activation where it stands for an example, and what dropout makes of it."""
        at = self.reader.bent(layer, neuron)[0][example]
        kept = self.reader.kept(layer, neuron)[example]
        return kept * local_slope(self.reader.layers[layer - 1].activation, at)

    def _normal(self, layer: int, neuron: int, bend: float) -> Cell:
        values, gradients = self.reader.bent(layer, neuron)
        if self.example is None:
            value, gradient = total(values) / len(values), total(gradients)
        else:
            value, gradient = values[self.example], gradients[self.example]
        return _plain("normal", f"n_{{{neuron + 1}}}", value, gradient, local=bend)

    def _softmax(self, neuron: int, sums: Sequence[float]) -> list[Cell]:
        """What makes a probability of a sum: its exponential, over those of all outputs. Each less the largest sum, so
        that none overflows. The machine takes the derivative of all at once, so these have no gradient of their own."""
        largest = max(sums)
        exponentials = [exp(each - largest) for each in sums]
        own = rf"e^{{z_{{{neuron + 1}}} - \max z}}"
        return [
            _plain("exponential", own, exponentials[neuron], nan),
            _plain("partition", r"\textstyle\sum_k e^{z_k - \max z}", total(exponentials), nan),
        ]

    def _at(self, layer: int, neuron: int) -> int:
        return sum(self.sizes[:layer]) + neuron


def _plain(
    kind: str, label: str, value: float, gradient: float, target: str = "", local: float = nan
) -> Cell:
    return Cell(
        kind=kind,  # type: ignore[arg-type]
        target=target,
        label=label,
        weight=nan,
        input=nan,
        value=value,
        gradient=gradient,
        local=local,
    )
