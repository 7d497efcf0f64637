"""The plan of a network: how wide, how bent, how held in check, how judged, how trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import pairwise

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.network.initialisers import INITIALISERS
from chainrule.program.traced import Traced
from chainrule.rules import CLIPPINGS, LOSSES, OPTIMISERS, REGULARISERS, RULES, SCHEDULES, Hyper, Task

NORMALISATIONS = ("none", "batch", "layer")
DROPOUT_RATE = Hyper(0.2, 0.0, 0.9)


@frozen
class Plan:
    """``sizes`` counts inputs, the neurons of each hidden layer, and outputs; ``batch`` examples make a step.

    A hidden layer computes z = W x + b, normalises it, adds what ``skips`` bring, applies its activation, and in
    training drops out some of the results. ``activations`` names the function of each hidden layer where they
    differ (an empty name, or none at all: ``activation``). The last layer ends in the function that ``loss`` asks for.

    ``custom`` names the layers that a person wrote: the arithmetic of hidden layer k stands in for its weighted sums
    and its activation (None: an ordinary layer).

    ``skips`` are pairs (source, target): the output of column ``source`` (0: the inputs) is added to the sums of
    hidden layer or output ``target``, at least two columns on. Where widths differ, the first min(widths) components
    are added (He et al. 2016, shortcut A).

    Raises ``ProgramError`` for what cannot be, naming the field.
    """

    sizes: tuple[int, ...]
    activation: str
    loss: str
    optimiser: str
    batch: int
    task: Task | None = None
    activations: tuple[str, ...] = ()
    normalisation: str = "none"
    dropout: bool = False
    skips: tuple[tuple[int, int], ...] = ()
    initialiser: str = "auto"
    regulariser: str = "none"
    schedule: str = "constant"
    clipping: str = "none"
    custom: tuple[Traced | None, ...] = ()

    def __attrs_post_init__(self) -> None:
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ProgramError("error.sizes", where="network", sizes=str(self.sizes))
        activations = [name for name, rule in RULES.items() if rule.kind == "activation"]
        menus: tuple[tuple[str, str, Iterable[str]], ...] = (
            ("activation", self.activation, activations),
            *(("activation", name, activations) for name in self.activations if name),
            ("loss", self.loss, LOSSES),
            ("optimiser", self.optimiser, OPTIMISERS),
            ("normalisation", self.normalisation, NORMALISATIONS),
            ("initialiser", self.initialiser, INITIALISERS),
            ("regulariser", self.regulariser, REGULARISERS),
            ("schedule", self.schedule, SCHEDULES),
            ("clipping", self.clipping, CLIPPINGS),
        )
        for what, name, known in menus:
            check_name(what, name, known)
        hidden = len(self.sizes) - 2
        if self.activations and len(self.activations) != hidden:
            raise ProgramError(
                "error.activations", where="activations", found=len(self.activations), layers=hidden
            )
        if self.custom and len(self.custom) != hidden:
            raise ProgramError("error.custom", where="custom", found=len(self.custom), layers=hidden)
        for layer, traced in enumerate(self.custom, 1):
            if traced is not None and (traced.inputs, traced.outputs) != (
                self.sizes[layer - 1],
                self.sizes[layer],
            ):
                raise ProgramError(
                    "error.custom_shape",
                    where=traced.name,
                    name=traced.name,
                    inputs=traced.inputs,
                    outputs=traced.outputs,
                    before=self.sizes[layer - 1],
                    after=self.sizes[layer],
                )
        tasks = LOSSES[self.loss].tasks
        if self.kind not in tasks or (self.sizes[-1] == 1) == (self.kind == "multiclass"):
            raise ProgramError(
                "error.loss_outputs", where="loss", loss=self.loss, outputs=self.sizes[-1], task=self.kind
            )
        if self.batch < 1:
            raise ProgramError("error.batch", where="batch", batch=self.batch)
        for source, target in self.skips:
            if not 0 <= source < target - 1 <= hidden:
                raise ProgramError(
                    "error.skip", where="skips", source=source, target=target, last=len(self.sizes) - 1
                )

    @property
    def kind(self) -> Task:
        """The task; unless it was said, one output is a binary classification, several are classes."""
        return self.task or ("binary" if self.sizes[-1] == 1 else "multiclass")

    @property
    def parameters(self) -> int:
        """How many numbers learn."""
        return sum(layer.count for layer in layer_spans(self))

    @property
    def output(self) -> str:
        """The function that ends the network."""
        return LOSSES[self.loss].outputs[self.kind]

    def custom_of(self, layer: int) -> Traced | None:
        """The arithmetic of hidden layer ``layer``, counted from 1, where a person wrote it."""
        return self.custom[layer - 1] if self.custom and layer <= len(self.custom) else None

    def activation_of(self, layer: int) -> str:
        """The activation of hidden layer ``layer``, counted from 1; linear where a person wrote the whole layer."""
        if self.custom_of(layer) is not None:
            return "linear"
        own = self.activations[layer - 1] if self.activations else ""
        return own or self.activation

    @property
    def hyper(self) -> Mapping[str, Hyper]:
        """Every hyperparameter that a run of this plan reads, by name."""
        return {
            **OPTIMISERS[self.optimiser].hyper,
            **SCHEDULES[self.schedule].hyper,
            **CLIPPINGS[self.clipping].hyper,
            **REGULARISERS[self.regulariser].hyper,
            **({"dropout_rate": DROPOUT_RATE} if self.dropout else {}),
        }


def check_name(what: str, name: str, known: Iterable[str]) -> None:
    """``ProgramError`` with the nearest known name where ``name`` is not among ``known``."""
    names = list(known)
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    if near:
        raise ProgramError("error.unknown_near", where=what, name=name, what=what, nearest=near[0])
    raise ProgramError("error.unknown_listed", where=what, name=name, what=what, known=", ".join(names))


@frozen
class LayerSpans:
    """Where a layer's parameters stand: ``weights`` is the first of outputs x inputs (row-major), ``biases`` the
    first of outputs, ``scales`` and ``shifts`` the first of outputs each where it is normalised, else -1; ``end`` is
    behind the last. A layer that a person wrote (``custom``) has its parameters instead of weights, and no biases.
    ``activation`` names the function behind the sums (``log_softmax`` for probabilities)."""

    weights: int
    biases: int
    end: int
    inputs: int
    outputs: int
    activation: str
    normalisation: str = "none"
    scales: int = -1
    shifts: int = -1
    custom: Traced | None = None

    @property
    def normalised(self) -> bool:
        return self.scales >= 0

    @property
    def count(self) -> int:
        """Parameters of this layer; they stand in one stretch from ``weights`` on."""
        return self.end - self.weights


def layer_spans(plan: Plan) -> tuple[LayerSpans, ...]:
    """The layers of a plan, input side first, one behind the other in the vector of parameters."""
    found, at = [], 0
    for index, (inputs, outputs) in enumerate(pairwise(plan.sizes), 1):
        last = index == len(plan.sizes) - 1
        normalisation = "none" if last else plan.normalisation
        custom = plan.custom_of(index)
        biases = at + (custom.parameters if custom is not None else inputs * outputs)
        behind = biases + (outputs if custom is None else 0)
        scales, shifts = (behind, behind + outputs) if normalisation != "none" else (-1, -1)
        end = behind + (2 * outputs if scales >= 0 else 0)
        activation = plan.output if last else plan.activation_of(index)
        found.append(
            LayerSpans(at, biases, end, inputs, outputs, activation, normalisation, scales, shifts, custom)
        )
        at = end
    return tuple(found)
