"""Explain one mark of the graph: its number, its gradient, and how both arise.

No derivative is written here: numbers come from the trainer's arena, formulas from ``formulas``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan, nan
from typing import Any, Literal

from attrs import frozen

from chainrule.network.plan import Plan
from chainrule.network.trainer import Trainer
from chainrule.rules import LOSSES, REGULARISERS, RULES
from chainrule.rules.sums import total
from chainrule.session.events import Moment
from chainrule.session.explanations import Contribution, Inspection, Term
from chainrule.session.formulas import Formulas, activity_name, slope_of, weight_name
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
from chainrule.session.mark import Mark, mark
from chainrule.session.trace import Trace

Moves = Literal["up", "down", "stays", "none"]


@frozen(kw_only=True)
class Explainer:
    """What is needed to explain any mark at this step, for ``example`` of the batch or (``None``) the whole batch.
    ``before``: the parameters before an update that has just been made; ``changes``: what the next one will add to
    each, where that is known."""

    trainer: Trainer
    plan: Plan
    example: int | None
    gradients: Sequence[float]
    values: Sequence[float]
    adjoints: Sequence[float]
    moment: Moment
    before: Sequence[float] | None
    changes: Sequence[float] | None
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
    def _write(self) -> Formulas:
        return Formulas(layers=self.trainer.layers, plan=self.plan, example=self.example)

    @property
    def _counts(self) -> tuple[int, ...]:
        return self._write.counts

    def _at(self, layer: int, neuron: int) -> int:
        return sum(self._counts[:layer]) + neuron

    def _parameter(self, target: str, found: Mark) -> Inspection:
        span = self.trainer.layers[found.layer - 1]
        delta = Term(latex=rf"\delta_{{{found.neuron + 1}}}", value=self._delta(found.layer, found.neuron))
        if found.kind == "weight":
            at = span.weights + found.neuron * span.inputs + found.source
            name = weight_name(found.neuron, found.source)
            source = Term(
                latex=activity_name(found.layer - 1, found.source),
                value=self.values[self._at(found.layer - 1, found.source)],
            )
            factors: tuple[Term, ...] = (delta, source)
        else:
            at, name, factors = span.biases + found.neuron, rf"b_{{{found.neuron + 1}}}", (delta,)
        product = r"\,".join(self._write.nth(factor.latex) for factor in factors)
        backward = f"{slope_of(name)} = {self._write.summed(product)}"
        whole = self.trainer.gradients()[at]
        parts = self._parts(found) + self._penalised(found, at, name)
        change = nan if self.changes is None else self.changes[at]
        return Inspection(
            target=target,
            kind=found.kind,
            layer=found.layer,
            value=self.trainer.parameters()[at],
            before=nan if self.before is None else self.before[at],
            value_current=True,
            gradient_current=self._come(found),
            gradient=self.gradients[at],
            batch_gradient=whole,
            forward=self._write.weighted(found.layer, found.neuron),
            backward=backward + (self._write.penalty_slope(name) if found.kind == "weight" else ""),
            factors=factors if self.example is not None else (),
            **self._made_of(found, parts, self.gradients[at]),
            **self._past((each.step, each.parameters[at], each.gradients[at]) for each in self.trace),
            change=change,
            moves=moves(change),
        )

    def _node(self, target: str, found: Mark) -> Inspection:
        at = self._at(found.layer, found.neuron)
        forward = name = activity_name(found.layer, found.neuron)
        factors: tuple[Term, ...] = ()
        if found.kind == "neuron":
            steps = (
                self._write.activation(found),
                *self._write.normal(found),
                self._write.weighted(found.layer, found.neuron),
            )
            forward = r", \quad ".join(steps)
        last = found.layer == len(self._counts) - 1
        if not last:
            slope, factors = self._consumers(found)
            backward = f"{slope_of(name)} = {slope}{self._write.own_slope(found)}"
        elif self._softmax:  # it shows probabilities, and the gradient with respect to its sums
            backward = rf"\delta_{{{found.neuron + 1}}} = {slope_of(f'z_{{{found.neuron + 1}}}')}"
        else:
            backward = f"{slope_of(name)} = {self._write.loss_slope(found)}{self._write.own_slope(found)}"
        return Inspection(
            target=target,
            kind="probability" if self._softmax and last else found.kind,
            layer=found.layer,
            value=self.values[at],
            before=nan,
            value_current=self.moment.values_to >= found.layer,
            gradient_current=self._come(found),
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
        value = total(numbers) / len(numbers) if self.example is None else numbers[self.example]
        gradient = self._delta(found.layer, found.neuron)
        terms = self._parts(found) if self.example is None else self._bent_by(found)
        last = found.layer == len(self._counts) - 1
        backward = rf"\delta_{{{found.neuron + 1}}} = {slope_of(f'z_{{{found.neuron + 1}}}')}"
        if not (self._softmax and last):
            backward = self._write.own_slope(found).removeprefix(r", \quad ")
        return Inspection(
            target=target,
            kind="sum",
            layer=found.layer,
            value=value,
            before=nan,
            value_current=self.moment.values_to >= found.layer,
            gradient_current=self._come(found),
            gradient=gradient,
            batch_gradient=self.trainer.deltas()[self._at(found.layer, found.neuron)],
            forward=self._write.weighted(found.layer, found.neuron),
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
        if self._write.layer(found).activation not in RULES or self._write.layer(found).normalised:
            return []
        assert self.example is not None
        j, z = found.neuron + 1, self.trainer.summed(found.layer, found.neuron)[self.example]
        slope = local_slope(self._write.layer(found).activation, z)
        kept = (
            self.trainer.kept(found.layer, found.neuron)[self.example] if self._write.dropped(found) else None
        )
        masks = () if kept is None else (Term(latex=f"m_{{{j}}}", value=kept),)
        upstream = Term(
            latex=rf"\partial L/\partial a_{{{j}}}", value=self.adjoints[self._at(found.layer, found.neuron)]
        )
        own = Term(latex=rf"\partial a_{{{j}}}/\partial z_{{{j}}}", value=slope)
        return [product(f"n:{found.layer}:{found.neuron}", upstream, *masks, own)]

    def _loss(self, target: str, found: Mark) -> Inspection:
        single = self._counts[-1] == 1
        index, letter = "1" if single else "k", "p" if self._softmax else "a"
        names = (self._write.nth(f"{each}_{{{index}}}") for each in (letter, "t"))
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
            gradient_current=self._come(found),
            gradient=self.adjoints[at],
            batch_gradient=self.trainer.adjoints()[at],
            forward=rf"\ell = {each}"
            if self.example is not None
            else rf"L = \frac{{1}}{{B}} \sum_{{n}} {each}",
            backward=slope_of("L") + " = 1"
            if self.example is None
            else slope_of(r"\ell") + r" = \frac{1}{B}",
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
        return _by_example(self.trainer.parts(found.layer, found.neuron, source))

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
        """Consumer by consumer what makes the gradient of a node; over the batch, the deltas are added up first. An
        output feeds the loss only: its gradient is told example by example."""
        if found.layer == len(self._counts) - 1:
            if self._softmax or self.example is not None:
                return self._parts(found)
            return _by_example(self.trainer.handed(found.layer, found.neuron))
        span, weights = self.trainer.layers[found.layer], self._weights
        first, deltas = self._at(found.layer + 1, 0), self.trainer.deltas(self.example)
        return [
            product(
                f"w:{found.layer + 1}:{k}:{found.neuron}",
                Term(
                    latex=weight_name(k, found.neuron),
                    value=weights[span.weights + k * span.inputs + found.neuron],
                ),
                Term(latex=self._write.total(rf"\delta_{{{k + 1}}}"), value=deltas[first + k]),
            )
            for k in range(span.outputs)
        ]

    def _made_of(self, found: Mark, terms: Sequence[Contribution], gradient: float) -> dict[str, Any]:
        """The terms and the paths of a gradient."""
        current = self._come(found)
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

    def _come(self, found: Mark) -> bool:
        """Whether the pass has brought the gradient of a mark: that of parameters and sums with their own layer, that
        of what a node hands on with the next. The outputs of a classifier show the gradient of their sums."""
        shown = found.kind == "neuron" and not (self._softmax and found.layer == len(self._counts) - 1)
        return self.moment.gradients_from <= found.layer + (shown or found.kind in ("input", "loss"))

    def _paths(self, found: Mark, gradient: float) -> tuple[str, Ledger]:
        nothing = Ledger((), 0.0, gradient)
        if not divisible(self.plan):
            return "mixed", nothing
        if self.example is None:
            return "batch", nothing
        if self.busy or found.kind == "loss":
            return ("busy" if self.busy else "shown"), nothing
        paths = Paths(self.trainer, self.plan, self.example, self._weights)
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
    def _weights(self) -> Sequence[float]:
        """The weights that the gradients were made with: after the update these are those before it."""
        return self.trainer.parameters() if self.before is None else self.before

    @property
    def _softmax(self) -> bool:
        return self.trainer.layers[-1].activation == "log_softmax"

    def _delta(self, layer: int, neuron: int) -> float:
        return self.trainer.deltas(self.example)[self._at(layer, neuron)]

    def _consumers(self, found: Mark) -> tuple[str, tuple[Term, ...]]:
        """The gradient of a node as the sum over the neurons it feeds; the factors where it feeds a single one."""
        count, i = self._counts[found.layer + 1], found.neuron
        if count > 1:
            delta_k = self._write.nth(r"\delta_{k}")
            return self._write.summed(rf"\sum_{{k}} w_{{k,{i + 1}}}\,{delta_k}"), ()
        span = self.trainer.layers[found.layer]
        weight = Term(latex=weight_name(0, i), value=self._weights[span.weights + i])
        delta = Term(latex=r"\delta_{1}", value=self._delta(found.layer + 1, 0))
        return self._write.summed(rf"{weight.latex}\,{self._write.nth(delta.latex)}"), (weight, delta)


def _by_example(numbers: Iterable[float]) -> list[Contribution]:
    return [
        Contribution(target=f"e:{n}", latex=rf"\ell^{{({n + 1})}}", factors=(), value=value)
        for n, value in enumerate(numbers)
    ]


def moves(change: float) -> Moves:
    """The direction of a change."""
    if isnan(change):
        return "none"
    return "up" if change > 0 else "down" if change < 0 else "stays"
