"""The update that begins a step: rate, clipping, optimiser, and all that moves on with it."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.network.plan import LayerSpans, Plan
from chainrule.program import Builder, Operand, Span
from chainrule.program.instructions import COUNT, COUNT_STEP, TRACKED
from chainrule.program.program import LANES
from chainrule.rules import CLIPPINGS, OPTIMISERS, SCHEDULES


def update(builder: Builder, plan: Plan, layers: Sequence[LayerSpans], parameters: Operand) -> None:
    """The learning rate of the schedule, then everything that moves on from step to step."""
    optimiser, schedule = OPTIMISERS[plan.optimiser], SCHEDULES[plan.schedule]
    hyper = {name: builder.spans[f"hyper.{name}"] for name in plan.hyper}
    states = [builder.vector(f"optimiser.{name}", parameters.columns) for name in optimiser.state]
    step = builder.vector("step", 1)
    with builder.section("schedule"):
        if schedule.kernel is not None:
            rate = builder.vector("rate", 1)
            builder.element_wise(
                schedule.kernel, [step], [rate], [hyper[name] for name in schedule.kernel.scalars]
            )
            hyper["learning_rate"] = rate
    with builder.section("update"):
        builder.element_wise(COUNT_STEP, [step], [step])
        builder.element_wise(
            optimiser.kernel,
            [parameters.value, _clipped(builder, plan, parameters.gradient, hyper), *states],
            [parameters.value, *states],
            [hyper[name] for name in optimiser.hyper],
        )
        _move_on(builder, plan, layers)


def _clipped(builder: Builder, plan: Plan, gradients: Span, hyper: dict[str, Span]) -> Span:
    """The gradients as the optimiser sees them."""
    kernel = CLIPPINGS[plan.clipping].kernel
    if kernel is None:
        return gradients
    squares = hyper["squares"] = builder.vector("gradient.squares", 1)
    builder.emit("fill", out=squares.offset, count=squares.size, one=0)
    builder.outer(gradients, gradients, squares.offset)
    clipped = builder.vector("gradient.clipped", gradients.columns)
    builder.element_wise(kernel, [gradients], [clipped], [hyper[name] for name in kernel.scalars])
    return clipped


def _move_on(builder: Builder, plan: Plan, layers: Sequence[LayerSpans]) -> None:
    """Running statistics take in the batch that is about to go, and dropout draws anew."""
    state = builder.operand_once("state.batch.training", 1, LANES).value
    count = Span(state.offset + COUNT, 1, 1, LANES)
    for index, layer in enumerate(layers, 1):
        if layer.normalisation == "batch":
            running, batch = (
                [builder.operand_once(name.format(index), 1, layer.outputs).value for name in names]
                for names in (
                    ("running.mean.{}", "running.variance.{}"),
                    ("batch.{}.means", "batch.{}.variances"),
                )
            )
            builder.element_wise(TRACKED, [*running, *batch], running, [count])
    if plan.dropout:
        key = builder.vector("dropout.key", 1)
        builder.emit("next_key", state=key.offset)
