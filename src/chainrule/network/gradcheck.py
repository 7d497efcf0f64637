"""Are the gradients of a network right? The machine's reverse mode against differences and against dual numbers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial
from typing import Any

from chainrule.errors import ProgramError
from chainrule.graph.gradcheck import PRECISION, Checked, Report, judged, scale_of, slope
from chainrule.graph.replay import descendants, replay
from chainrule.graph.walk import topological
from chainrule.network.trainer import Trainer
from chainrule.rules.dual import Dual

MOST_AT_ONCE = 300_000  # numbers of a graph of ``Value``s that answers within a moment
MOST_WORK = 3_000_000  # numbers that a dual pass may have; larger steps are checked by differences alone


def check_network(
    trainer: Trainer, *, sample: int | None = 20, precision: float = PRECISION, seed: int = 0
) -> Report:
    """Check the derivatives of the objective (loss and penalty on the current batch) with respect to the parameters:
    at most ``sample`` of them, drawn by ``seed`` (None: every one), and all of them at once along one direction.

    Differences come from the machine's own forward pass, dual numbers from a graph of ``Value``s that is built and
    computed apart from the machine (not where a step is too large for that: ``dual`` is None then). The trainer is
    left as it was.
    """
    parameters, gradients = list(trainer.parameters()), list(trainer.gradients())
    scale = scale_of(gradients)
    draw = random.Random(seed)
    chosen = range(len(parameters))
    picked = (
        sorted(draw.sample(chosen, sample)) if sample is not None and sample < len(parameters) else chosen
    )
    duals = _Duals(trainer) if trainer.batch * len(parameters) * 3 <= MOST_WORK else None
    checked: list[Checked] = []
    try:
        for at in picked:
            function = partial(_moved, trainer, parameters, {at: 1.0}, parameters[at])
            found = slope(function, parameters[at], precision)
            dual = duals({at: 1.0}) if duals is not None else None
            trainer.set_parameters({at: parameters[at]})
            checked.append(judged(trainer.parameter_name(at), gradients[at], found, dual, precision, scale))
        way = {at: draw.uniform(-1.0, 1.0) / len(parameters) ** 0.5 for at in chosen}
        found = slope(partial(_moved, trainer, parameters, way, 0.0), 0.0, precision)
        total = sum(part * gradients[at] for at, part in way.items())
        dual = duals(way) if duals is not None else None
        checked.append(judged("all parameters along one direction", total, found, dual, precision, scale))
    finally:
        trainer.set_parameters(dict(enumerate(parameters)))
    return Report(tuple(checked), precision)


def check_parameter(trainer: Trainer, at: int, *, precision: float = PRECISION) -> Checked:
    """Check the derivative of the objective with respect to one parameter, as ``check_network`` does, but within a
    moment: dual numbers only of smaller steps."""
    parameters, gradients = list(trainer.parameters()), list(trainer.gradients())
    dual = None
    if trainer.batch * len(parameters) * 3 <= MOST_AT_ONCE:
        dual = _Duals(trainer)({at: 1.0})
    function = partial(_moved, trainer, parameters, {at: 1.0}, parameters[at])
    try:
        found = slope(function, parameters[at], precision)
    finally:
        trainer.set_parameters({at: parameters[at]})
    return judged(trainer.parameter_name(at), gradients[at], found, dual, precision, scale_of(gradients))


def check_node(
    trainer: Trainer,
    layer: int,
    neuron: int,
    *,
    summed: bool,
    example: int | None,
    precision: float = PRECISION,
) -> Checked:
    """Check the derivative of the batch loss with respect to what a node hands on, or (``summed``) to its weighted
    sum: for one ``example``, or for all of the batch moved alike. What the machine says against differences and dual
    numbers of a graph of ``Value``s that is built and computed apart from it.

    Raises ``ProgramError`` where that graph would be too large.
    """
    numbers = trainer.batch * trainer.plan.parameters * 3
    if numbers > MOST_AT_ONCE:
        raise ProgramError("error.verify_too_large", where="verify", found=numbers, limit=MOST_AT_ONCE)
    graph = trainer.unrolled()
    rows = graph.sums[layer - 1] if summed else graph.columns[layer]
    moved = [row[neuron] for row in (rows if example is None else rows[example : example + 1])]
    behind = descendants(topological(graph.loss), *moved)

    def loss(by: Dual | float) -> Any:
        return replay(behind, {id(each): each.data + by for each in moved}, {})[id(graph.loss)]

    sizes = trainer.plan.sizes
    at = sum(sizes[:layer]) + neuron
    gradients = trainer.deltas(example) if summed else trainer.adjoints(example)
    exact = loss(Dual(0.0, 1.0))
    found = slope(lambda by: float(loss(by)), 0.0, precision)
    name = f"layer {layer} neuron {neuron + 1}"
    return judged(name, gradients[at], found, exact.slope, precision, scale_of(gradients))


def _moved(
    trainer: Trainer, parameters: list[float], way: Mapping[int, float], start: float, at: float
) -> float:
    """The objective with the parameters moved along ``way`` by ``at - start``."""
    trainer.set_parameters({index: parameters[index] + (at - start) * part for index, part in way.items()})
    return trainer.batch_loss + trainer.penalty


class _Duals:
    """The derivative of the objective along a direction, by dual numbers."""

    def __init__(self, trainer: Trainer) -> None:
        self._graph = trainer.unrolled()
        self._order = topological(self._graph.objective)

    def __call__(self, way: Mapping[int, float]) -> float:
        leaves = self._graph.parameters
        numbers = {id(leaves[at]): Dual(leaves[at].data, part) for at, part in way.items()}
        found = replay(self._order, numbers, {})[id(self._graph.objective)]
        return found.slope if isinstance(found, Dual) else 0.0
