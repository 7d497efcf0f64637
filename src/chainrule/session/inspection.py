"""Explain one mark of the graph: its number, its gradient, and how both arise.

No derivative is written here: numbers come from the trainer's arena, formulas from the rules' LaTeX reading.
Indices count from 1, as the labels on the stage do; ``z`` is what a neuron sums up, ``a`` what it makes of it,
``\\delta`` the gradient with respect to ``z``, ``n`` an example of the batch, ``B`` their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import fsum, isnan, nan
from typing import Any, Literal

from attrs import frozen

from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.trainer import Trainer
from chainrule.rules import LOSSES, REGULARISERS, RULES
from chainrule.session.events import Contribution, Inspection, Moment, Term
from chainrule.session.ledger import (
    ALL_TERMS,
    MOST_TERMS,
    Ledger,
    Paths,
    divisible,
    local_slope,
    product,
    summed,
)
from chainrule.session.trace import Trace

_NUMBER = "(0|[1-9][0-9]{0,8})"
_TARGET = re.compile("loss|[nbz]:N:N|w:N:N:N".replace("N", _NUMBER))
_EXPANDED = 3  # a sum of so few terms is written out
Moves = Literal["up", "down", "stays", "none"]


@frozen
class Mark:
    """A target, parsed: ``layer`` 0 is the input; ``source`` is the neuron a weight comes from."""

    kind: Literal["weight", "bias", "sum", "neuron", "input", "loss"]
    layer: int
    neuron: int = 0
    source: int = 0


def mark(target: str, counts: Sequence[int]) -> Mark | None:
    """The mark that ``target`` names in a network with ``counts`` nodes a column, or ``None``."""
    found = _TARGET.fullmatch(target)
    if found is None:
        return None
    if target == "loss":
        return Mark("loss", len(counts))
    numbers = [int(part) for part in found.groups() if part is not None]
    kind = {"n": "neuron", "w": "weight", "b": "bias", "z": "sum"}[target[0]]
    layer, neuron, source = (*numbers, 0)[:3]
    if layer >= len(counts) or neuron >= counts[layer] or (kind != "neuron" and layer == 0):
        return None
    if kind == "weight":
        return Mark("weight", layer, neuron, source) if source < counts[layer - 1] else None
    if kind in ("bias", "sum"):
        return Mark(kind, layer, neuron)  # type: ignore[arg-type]
    return Mark("neuron" if layer else "input", layer, neuron)


@frozen(kw_only=True)
class Explainer:
    """What is needed to explain any mark at this step, for ``example`` of the batch or (``None``) the whole batch."""

    trainer: Trainer
    plan: Plan
    example: int | None
    gradients: Sequence[float]
    values: Sequence[float]
    adjoints: Sequence[float]
    moment: Moment
    before: Sequence[float] | None
    trace: Trace
    busy: bool

    def explain(self, target: str) -> Inspection | None:
        """The explanation of the mark ``target``; ``None`` where the network has no such mark."""
        found = mark(target, self._counts)
        if found is None:
            return None
        if found.kind == "loss":
            return self._loss(target, found)
        if found.kind in ("weight", "bias"):
            return self._parameter(target, found)
        return self._weighted_sum(target, found) if found.kind == "sum" else self._node(target, found)

    @property
    def _counts(self) -> tuple[int, ...]:
        layers = self.trainer.layers
        return (layers[0].inputs, *(layer.outputs for layer in layers))

    def _at(self, layer: int, neuron: int) -> int:
        return sum(self._counts[:layer]) + neuron

    def _parameter(self, target: str, found: Mark) -> Inspection:
        span = self.trainer.layers[found.layer - 1]
        delta = Term(latex=rf"\delta_{{{found.neuron + 1}}}", value=self._delta(found.layer, found.neuron))
        if found.kind == "weight":
            at = span.weights + found.neuron * span.inputs + found.source
            name = _weight(found.neuron, found.source)
            source = Term(
                latex=_activity(found.layer - 1, found.source),
                value=self.values[self._at(found.layer - 1, found.source)],
            )
            factors: tuple[Term, ...] = (delta, source)
        else:
            at, name, factors = span.biases + found.neuron, rf"b_{{{found.neuron + 1}}}", (delta,)
        product = r"\,".join(self._nth(factor.latex) for factor in factors)
        backward = f"{_slope(name)} = {self._summed(product)}"
        whole = self.trainer.gradients()[at]
        parts = self._parts(found) + self._penalised(found, at, name)
        # In the middle of a pass the gradients are not those that the update will use.
        change = self.trainer.forecast()[at] if self.moment.resting else nan
        return Inspection(
            target=target,
            kind=found.kind,
            layer=found.layer,
            value=self.trainer.parameters()[at],
            before=nan if self.before is None else self.before[at],
            value_current=True,
            gradient_current=self.moment.gradients_from <= found.layer,
            gradient=self.gradients[at],
            batch_gradient=whole,
            forward=self._sum(found.layer, found.neuron),
            backward=backward + (self._penalty_slope(name) if found.kind == "weight" else ""),
            factors=factors if self.example is not None else (),
            **self._made_of(found, parts, self.gradients[at]),
            **self._past((each.step, each.parameters[at], each.gradients[at]) for each in self.trace),
            change=change,
            moves=moves(change),
        )

    def _node(self, target: str, found: Mark) -> Inspection:
        at = self._at(found.layer, found.neuron)
        forward = name = _activity(found.layer, found.neuron)
        factors: tuple[Term, ...] = ()
        if found.kind == "neuron":
            steps = (self._activation(found), *self._normal(found), self._sum(found.layer, found.neuron))
            forward = r", \quad ".join(steps)
        last = found.layer == len(self._counts) - 1
        if not last:
            slope, factors = self._consumers(found)
            backward = f"{_slope(name)} = {slope}{self._own_slope(found)}"
        elif self._softmax:  # it shows probabilities, and the gradient with respect to its sums
            backward = rf"\delta_{{{found.neuron + 1}}} = {_slope(f'z_{{{found.neuron + 1}}}')}"
        else:
            backward = f"{_slope(name)} = {self._loss_slope(found)}{self._own_slope(found)}"
        return Inspection(
            target=target,
            kind="probability" if self._softmax and last else found.kind,
            layer=found.layer,
            value=self.values[at],
            before=nan,
            value_current=self.moment.values_to >= found.layer,
            gradient_current=self.moment.gradients_from <= found.layer + 1,
            gradient=self.adjoints[at],
            batch_gradient=self.trainer.adjoints()[at],
            forward=forward,
            backward=backward,
            factors=factors if self.example is not None else (),
            **self._made_of(found, self._fed(found), self.adjoints[at]),
            **self._past((each.step, each.values[at], each.adjoints[at]) for each in self.trace),
            change=0.0,
            moves="none",
        )

    def _weighted_sum(self, target: str, found: Mark) -> Inspection:
        """z, between the products of a neuron and its activation. Its gradient is what the chain rule calls delta."""
        numbers = self.trainer.summed(found.layer, found.neuron)
        value = fsum(numbers) / len(numbers) if self.example is None else numbers[self.example]
        gradient = self._delta(found.layer, found.neuron)
        terms = self._parts(found) if self.example is None else self._bent_by(found)
        last = found.layer == len(self._counts) - 1
        backward = rf"\delta_{{{found.neuron + 1}}} = {_slope(f'z_{{{found.neuron + 1}}}')}"
        if not (self._softmax and last):
            backward = self._own_slope(found).removeprefix(r", \quad ")
        return Inspection(
            target=target,
            kind="sum",
            layer=found.layer,
            value=value,
            before=nan,
            value_current=self.moment.values_to >= found.layer,
            gradient_current=self.moment.gradients_from <= found.layer,
            gradient=gradient,
            batch_gradient=self.trainer.deltas()[self._at(found.layer, found.neuron)],
            forward=self._sum(found.layer, found.neuron),
            backward=backward,
            factors=(),
            **self._made_of(found, terms, gradient),
            **self._past(()),
            change=0.0,
            moves="none",
        )

    def _bent_by(self, found: Mark) -> list[Contribution]:
        """For one example, the gradient of a sum as that of what the neuron hands on times the activation's slope.
        Empty where it is no such product: a normalisation stands between, or a softmax takes all sums at once."""
        if self._layer(found).activation not in RULES or self._layer(found).normalised:
            return []
        assert self.example is not None
        j, z = found.neuron + 1, self.trainer.summed(found.layer, found.neuron)[self.example]
        slope = local_slope(self._layer(found).activation, z)
        kept = self.trainer.kept(found.layer, found.neuron)[self.example] if self._dropped(found) else None
        masks = () if kept is None else (Term(latex=f"m_{{{j}}}", value=kept),)
        upstream = Term(
            latex=rf"\partial L/\partial a_{{{j}}}", value=self.adjoints[self._at(found.layer, found.neuron)]
        )
        own = Term(latex=rf"\partial a_{{{j}}}/\partial z_{{{j}}}", value=slope)
        return [product(f"n:{found.layer}:{found.neuron}", upstream, *masks, own)]

    def _loss(self, target: str, found: Mark) -> Inspection:
        single = self._counts[-1] == 1
        index, letter = "1" if single else "k", "p" if self._softmax else "a"
        names = (self._nth(f"{each}_{{{index}}}") for each in (letter, "t"))
        each = LOSSES[self.plan.loss].rule.latex(*names)
        if not single:
            each = rf"\sum_{{k}} {each}"
        at = sum(self._counts)
        return Inspection(
            target=target,
            kind="loss",
            layer=found.layer,
            value=self.values[at],
            before=nan,
            value_current=self.moment.values_to >= found.layer,
            gradient_current=self.moment.gradients_from <= found.layer + 1,
            gradient=self.adjoints[at],
            batch_gradient=self.trainer.adjoints()[at],
            forward=rf"\ell = {each}"
            if self.example is not None
            else rf"L = \frac{{1}}{{B}} \sum_{{n}} {each}",
            backward=_slope("L") + " = 1" if self.example is None else _slope(r"\ell") + r" = \frac{1}{B}",
            factors=(),
            **self._made_of(found, [], self.adjoints[at]),
            **self._past((each.step, each.values[at], each.adjoints[at]) for each in self.trace),
            change=0.0,
            moves="none",
        )

    def _parts(self, found: Mark) -> list[Contribution]:
        """Example by example what makes the gradient of a parameter, or of a sum."""
        if self.example is not None:
            return []
        source = found.source if found.kind == "weight" else None
        return [
            Contribution(target=f"e:{n}", latex=rf"\ell^{{({n + 1})}}", factors=(), value=value)
            for n, value in enumerate(self.trainer.parts(found.layer, found.neuron, source))
        ]

    def _penalised(self, found: Mark, at: int, name: str) -> list[Contribution]:
        """What the regulariser adds to the gradient of a weight."""
        regulariser = REGULARISERS[self.plan.regulariser]
        if self.example is not None or regulariser.rule is None or found.kind != "weight":
            return []
        weight, hyper = (
            self.trainer.parameters()[at],
            [self.trainer.hyper(each) for each in regulariser.hyper],
        )
        rule = regulariser.rule
        slope = float(rule.grad(weight, *hyper, rule.forward(weight, *hyper), 1.0)[0])
        latex = rule.gradient_latex(name, result="", upstream="")[0].removeprefix(r" \, ")
        return [Contribution(target="penalty", latex=latex, factors=(), value=slope)]

    def _fed(self, found: Mark) -> list[Contribution]:
        """Consumer by consumer what makes the gradient of a node; over the batch, the deltas are added up first."""
        if found.layer == len(self._counts) - 1:
            return []
        span, weights = self.trainer.layers[found.layer], self.trainer.parameters()
        first, deltas = self._at(found.layer + 1, 0), self.trainer.deltas(self.example)
        return [
            product(
                f"w:{found.layer + 1}:{k}:{found.neuron}",
                Term(
                    latex=_weight(k, found.neuron),
                    value=weights[span.weights + k * span.inputs + found.neuron],
                ),
                Term(latex=self._total(rf"\delta_{{{k + 1}}}"), value=deltas[first + k]),
            )
            for k in range(span.outputs)
        ]

    def _total(self, name: str) -> str:
        return name if self.example is not None else rf"\sum_n {name}^{{(n)}}"

    def _made_of(self, found: Mark, terms: Sequence[Contribution], gradient: float) -> dict[str, Any]:
        """The terms and the paths of a gradient."""
        current = self.moment.gradients_from <= found.layer + (found.kind not in ("weight", "bias", "sum"))
        sums = summed(terms if current else [], MOST_TERMS if self.busy else ALL_TERMS)
        state, ledger = self._paths(found, gradient)
        return {
            "terms": sums.terms,
            "terms_others": sums.others,
            "terms_remainder": sums.remainder,
            "paths": ledger.paths if current else (),
            "paths_count": ledger.count,
            "paths_remainder": ledger.remainder,
            "paths_state": state,
        }

    def _paths(self, found: Mark, gradient: float) -> tuple[str, Ledger]:
        nothing = Ledger((), 0.0, gradient)
        if not divisible(self.plan):
            return "mixed", nothing
        if self.example is None:
            return "batch", nothing
        if self.busy or found.kind == "loss":
            return ("busy" if self.busy else "shown"), nothing
        paths = Paths(self.trainer, self.plan, self.example)
        if found.kind in ("weight", "bias", "sum"):
            source = found.source if found.kind == "weight" else None  # of a bias it is that of its sum
            return "shown", paths.parameter(found.layer, found.neuron, source, gradient)
        return "shown", paths.node(found.layer, found.neuron, gradient)

    @staticmethod
    def _past(points: Iterable[tuple[int, float, float]]) -> dict[str, Any]:
        """Steps, values and gradients of a mark in the run so far."""
        steps, values, gradients = zip(*points, strict=True) if (points := list(points)) else ((), (), ())
        return {"steps": steps, "values": values, "gradients": gradients}

    @property
    def _softmax(self) -> bool:
        return self.trainer.layers[-1].activation == "log_softmax"

    def _delta(self, layer: int, neuron: int) -> float:
        return self.trainer.deltas(self.example)[self._at(layer, neuron)]

    def _nth(self, name: str) -> str:
        """``name`` of example n, where the whole batch is shown."""
        return name if self.example is not None else f"{name}^{{(n)}}"

    def _summed(self, term: str) -> str:
        """``term`` added up over the batch, where the whole batch is shown."""
        return term if self.example is not None else rf"\sum_{{n}} {term}"

    def _sum(self, layer: int, neuron: int) -> str:
        """z, the weighted sum of a neuron."""
        inputs, j = self._counts[layer - 1], neuron + 1
        if inputs <= _EXPANDED:
            terms = " + ".join(rf"{_weight(neuron, i)}\,{_activity(layer - 1, i)}" for i in range(inputs))
        else:
            letter = "a" if layer > 1 else "x"
            terms = rf"\sum_{{i}} w_{{{j},i}}\,{letter}_{{i}}"
        return f"z_{{{j}}} = {terms} + b_{{{j}}}"

    def _activation(self, found: Mark) -> str:
        j, name = found.neuron + 1, self.trainer.layers[found.layer - 1].activation
        a, z = _activity(found.layer, found.neuron), self._bent(found)
        if name in RULES:
            kept = rf"m_{{{j}}}\," if self._dropped(found) else ""
            return f"{a} = {kept}{RULES[name].latex(z)}"
        return rf"p_{{{j}}} = \frac{{e^{{{z}}}}}{{\sum_{{k}} e^{{z_{{k}}}}}}"  # log_softmax, as probabilities

    def _own_slope(self, found: Mark) -> str:
        """How a neuron hands its gradient on to its sum, by its activation's rule; empty for an input."""
        if not found.layer:
            return ""
        name = self.trainer.layers[found.layer - 1].activation
        j = found.neuron + 1
        delta, z, a = (self._nth(each) for each in (rf"\delta_{{{j}}}", self._bent(found), f"a_{{{j}}}"))
        upstream, result = _slope(a), a
        if self._dropped(found):
            kept = self._nth(f"m_{{{j}}}")
            upstream, result = rf"{kept}\,{upstream}", rf"\frac{{{a}}}{{{kept}}}"
        written = RULES[name].gradient_latex(z, result=result, upstream=upstream)[0]
        if not self._layer(found).normalised:
            return rf", \quad {delta} = {written}"
        # Through the normalisation (Ioffe and Szegedy 2015, section 3; Ba, Kiros and Hinton 2016): the mean and the
        # part along the normalised numbers are taken out.
        h, normal = rf"h_{{{j}}}", rf"\hat{{z}}_{{{j}}}"
        through = rf"{h} - \overline{{h}} - {normal}\,\overline{{h\,\hat{{z}}}}"
        return (
            rf", \quad {h} = \gamma_{{{j}}} {_slope(z)} = \gamma_{{{j}}}\,{written},"
            rf" \quad {delta} = \frac{{{through}}}{{\sqrt{{\sigma^2 + \varepsilon}}}}"
        )

    def _layer(self, found: Mark) -> LayerSpans:
        return self.trainer.layers[found.layer - 1]

    def _bent(self, found: Mark) -> str:
        """What the activation bends: the sum z, or what normalisation makes of it."""
        return f"{'n' if self._layer(found).normalised else 'z'}_{{{found.neuron + 1}}}"

    def _dropped(self, found: Mark) -> bool:
        """Whether dropout acts on the layer: m is 0 where a neuron is dropped, else 1 over the share that is kept."""
        return self.plan.dropout and 0 < found.layer < len(self._counts) - 1

    def _normal(self, found: Mark) -> tuple[str, ...]:
        """How normalisation makes n of z: over the examples of the batch, or over the neurons of the layer."""
        if not self._layer(found).normalised:
            return ()
        j, over = found.neuron + 1, "B" if self._layer(found).normalisation == "batch" else r"\ell"
        return (
            rf"n_{{{j}}} = \gamma_{{{j}}}\,\hat{{z}}_{{{j}}} + \beta_{{{j}}}",
            rf"\hat{{z}}_{{{j}}} = \frac{{z_{{{j}}} - \mu_{{{over}}}}}{{\sqrt{{\sigma_{{{over}}}^2 + \varepsilon}}}}",
        )

    def _penalty_slope(self, name: str) -> str:
        """What the regulariser adds to the gradient of a weight, where the whole batch is shown."""
        rule = REGULARISERS[self.plan.regulariser].rule
        if rule is None or self.example is not None:
            return ""
        return " + " + rule.gradient_latex(name, result="", upstream="")[0].removeprefix(r" \, ")

    def _loss_slope(self, found: Mark) -> str:
        a, t = (self._nth(f"{letter}_{{{found.neuron + 1}}}") for letter in "at")
        written = LOSSES[self.plan.loss].rule.gradient_latex(
            a, t, result=self._nth(r"\ell"), upstream=r"\frac{1}{B}"
        )[0]
        return self._summed(written)

    def _consumers(self, found: Mark) -> tuple[str, tuple[Term, ...]]:
        """The gradient of a node as the sum over the neurons it feeds; the factors where it feeds a single one."""
        count, i = self._counts[found.layer + 1], found.neuron
        if count > 1:
            delta_k = self._nth(r"\delta_{k}")
            return self._summed(rf"\sum_{{k}} w_{{k,{i + 1}}}\,{delta_k}"), ()
        span = self.trainer.layers[found.layer]
        weight = Term(latex=_weight(0, i), value=self.trainer.parameters()[span.weights + i])
        delta = Term(latex=r"\delta_{1}", value=self._delta(found.layer + 1, 0))
        return self._summed(rf"{weight.latex}\,{self._nth(delta.latex)}"), (weight, delta)


def moves(change: float) -> Moves:
    """The direction of a change."""
    if isnan(change):
        return "none"
    return "up" if change > 0 else "down" if change < 0 else "stays"


def _weight(neuron: int, source: int) -> str:
    return f"w_{{{neuron + 1},{source + 1}}}"


def _activity(layer: int, neuron: int) -> str:
    return f"{'a' if layer else 'x'}_{{{neuron + 1}}}"


def _slope(name: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {name}}}"
