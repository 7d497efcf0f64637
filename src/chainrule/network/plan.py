"""The plan of a dense network: how wide, how bent, how judged, how trained."""

from __future__ import annotations

from itertools import pairwise

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.rules import LOSSES, OPTIMISERS, RULES


@frozen
class Plan:
    """``sizes`` counts inputs, the neurons of each hidden layer, and outputs; hidden layers share ``activation``,
    the last layer's function is the one that ``loss`` asks for. ``batch`` examples make a step."""

    sizes: tuple[int, ...]
    activation: str
    loss: str
    optimiser: str
    batch: int

    def __attrs_post_init__(self) -> None:
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ProgramError("error.sizes", where="network", sizes=str(self.sizes))
        for name, table, what in (
            (self.activation, RULES, "activation"),
            (self.loss, LOSSES, "loss"),
            (self.optimiser, OPTIMISERS, "optimiser"),
        ):
            if name not in table:
                raise ProgramError("error.unknown_name", where=what, name=name, what=what)
        if RULES[self.activation].kind != "activation":
            raise ProgramError(
                "error.unknown_name", where="activation", name=self.activation, what="activation"
            )
        if (self.sizes[-1] == 1) != ("binary" in LOSSES[self.loss].tasks):
            raise ProgramError("error.loss_outputs", where="loss", loss=self.loss, outputs=self.sizes[-1])
        if self.batch < 1:
            raise ProgramError("error.batch", where="batch", batch=self.batch)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum((before + 1) * after for before, after in pairwise(self.sizes))

    @property
    def output(self) -> str:
        """The function that ends the network."""
        return LOSSES[self.loss].output


@frozen
class LayerSpans:
    """Where a layer's parameters stand: ``weights`` is the first of outputs x inputs (row-major), ``biases`` the
    first of outputs. ``activation`` names the function behind the sums (``log_softmax`` for probabilities)."""

    weights: int
    biases: int
    inputs: int
    outputs: int
    activation: str


def layer_spans(plan: Plan) -> tuple[LayerSpans, ...]:
    """The layers of a plan, input side first, one behind the other in the vector of parameters."""
    found, at = [], 0
    for index, (inputs, outputs) in enumerate(pairwise(plan.sizes)):
        last = index == len(plan.sizes) - 2
        weights, at = at, at + inputs * outputs
        found.append(LayerSpans(weights, at, inputs, outputs, plan.output if last else plan.activation))
        at += outputs
    return tuple(found)
