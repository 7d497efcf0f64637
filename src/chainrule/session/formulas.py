"""How the numbers of a network arise, written in LaTeX by the rules' own reading.

Indices count from 1, as the labels on the stage do; ``z`` is what a neuron sums up, ``a`` what it makes of it,
``\\delta`` the gradient with respect to ``z``, ``n`` an example of the batch, ``B`` their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from chainrule.network.plan import LayerSpans, Plan
from chainrule.rules import LOSSES, REGULARISERS, RULES
from chainrule.session.mark import Mark

_EXPANDED = 3  # a sum of so few terms is written out


@frozen(kw_only=True)
class Formulas:
    """Writes what is so for one ``example``, or (``None``) for the whole batch."""

    layers: Sequence[LayerSpans]
    plan: Plan
    example: int | None

    @property
    def counts(self) -> tuple[int, ...]:
        """The nodes of each column, the inputs first."""
        return (self.layers[0].inputs, *(layer.outputs for layer in self.layers))

    def nth(self, name: str) -> str:
        """``name`` of example n, where the whole batch is shown."""
        return name if self.example is not None else f"{name}^{{(n)}}"

    def summed(self, term: str) -> str:
        """``term`` added up over the batch, where the whole batch is shown."""
        return term if self.example is not None else rf"\sum_{{n}} {term}"

    def total(self, name: str) -> str:
        return name if self.example is not None else rf"\sum_n {name}^{{(n)}}"

    def weighted(self, layer: int, neuron: int) -> str:
        """z, the weighted sum of a neuron."""
        inputs, j = self.counts[layer - 1], neuron + 1
        if inputs <= _EXPANDED:
            terms = " + ".join(
                rf"{weight_name(neuron, i)}\,{activity_name(layer - 1, i)}" for i in range(inputs)
            )
        else:
            letter = "a" if layer > 1 else "x"
            terms = rf"\sum_{{i}} w_{{{j},i}}\,{letter}_{{i}}"
        return f"z_{{{j}}} = {terms} + b_{{{j}}}"

    def activation(self, found: Mark) -> str:
        j, name = found.neuron + 1, self.layers[found.layer - 1].activation
        a, z = activity_name(found.layer, found.neuron), self.bent(found)
        if name in RULES:
            kept = rf"m_{{{j}}}\," if self.dropped(found) else ""
            return f"{a} = {kept}{RULES[name].latex(z)}"
        return rf"p_{{{j}}} = \frac{{e^{{{z}}}}}{{\sum_{{k}} e^{{z_{{k}}}}}}"  # log_softmax, as probabilities

    def own_slope(self, found: Mark) -> str:
        """How a neuron hands its gradient on to its sum, by its activation's rule; empty for an input."""
        if not found.layer:
            return ""
        name = self.layers[found.layer - 1].activation
        j = found.neuron + 1
        delta, z, a = (self.nth(each) for each in (rf"\delta_{{{j}}}", self.bent(found), f"a_{{{j}}}"))
        upstream, result = slope_of(a), a
        if self.dropped(found):
            kept = self.nth(f"m_{{{j}}}")
            upstream, result = rf"{kept}\,{upstream}", rf"\frac{{{a}}}{{{kept}}}"
        written = RULES[name].gradient_latex(z, result=result, upstream=upstream)[0]
        if not self.layer(found).normalised:
            return rf", \quad {delta} = {written}"
        # Through the normalisation (Ioffe and Szegedy 2015, section 3; Ba, Kiros and Hinton 2016): the mean and the
        # part along the normalised numbers are taken out.
        h, normal = rf"h_{{{j}}}", rf"\hat{{z}}_{{{j}}}"
        through = rf"{h} - \overline{{h}} - {normal}\,\overline{{h\,\hat{{z}}}}"
        return (
            rf", \quad {h} = \gamma_{{{j}}} {slope_of(z)} = \gamma_{{{j}}}\,{written},"
            rf" \quad {delta} = \frac{{{through}}}{{\sqrt{{\sigma^2 + \varepsilon}}}}"
        )

    def layer(self, found: Mark) -> LayerSpans:
        return self.layers[found.layer - 1]

    def bent(self, found: Mark) -> str:
        """What the activation bends: the sum z, or what normalisation makes of it."""
        return f"{'n' if self.layer(found).normalised else 'z'}_{{{found.neuron + 1}}}"

    def dropped(self, found: Mark) -> bool:
        """Whether dropout acts on the layer: m is 0 where a neuron is dropped, else 1 over the share that is kept."""
        return self.plan.dropout and 0 < found.layer < len(self.counts) - 1

    def normal(self, found: Mark) -> tuple[str, ...]:
        """How normalisation makes n of z: over the examples of the batch, or over the neurons of the layer."""
        if not self.layer(found).normalised:
            return ()
        j, over = found.neuron + 1, "B" if self.layer(found).normalisation == "batch" else r"\ell"
        return (
            rf"n_{{{j}}} = \gamma_{{{j}}}\,\hat{{z}}_{{{j}}} + \beta_{{{j}}}",
            rf"\hat{{z}}_{{{j}}} = \frac{{z_{{{j}}} - \mu_{{{over}}}}}{{\sqrt{{\sigma_{{{over}}}^2 + \varepsilon}}}}",
        )

    def penalty_slope(self, name: str) -> str:
        """What the regulariser adds to the gradient of a weight, where the whole batch is shown."""
        rule = REGULARISERS[self.plan.regulariser].rule
        if rule is None or self.example is not None:
            return ""
        return " + " + rule.gradient_latex(name, result="", upstream="")[0].removeprefix(r" \, ")

    def loss_slope(self, found: Mark) -> str:
        a, t = (self.nth(f"{letter}_{{{found.neuron + 1}}}") for letter in "at")
        written = LOSSES[self.plan.loss].rule.gradient_latex(
            a, t, result=self.nth(r"\ell"), upstream=r"\frac{1}{B}"
        )[0]
        return self.summed(written)


def weight_name(neuron: int, source: int) -> str:
    return f"w_{{{neuron + 1},{source + 1}}}"


def activity_name(layer: int, neuron: int) -> str:
    return f"{'a' if layer else 'x'}_{{{neuron + 1}}}"


def slope_of(name: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {name}}}"
