"""From a plan to a program: the whole step of training, the evaluation of whole sets, the pictures of neurons.

The rows of a step are rotated (update, gather, forward, loss, zero, seed, backward), so that between two steps the
arena holds parameters with the values and gradients that belong to them.
"""

from __future__ import annotations

from array import array

from attrs import frozen

from chainrule.network.plan import LayerSpans, Plan, layer_spans
from chainrule.program import Builder, Operand, Program, Span, padded
from chainrule.program.instructions import COUNT_STEP
from chainrule.program.program import LANES
from chainrule.rules import LOSSES, OPTIMISERS, RULES

EVALUATED = 1024  # examples evaluated at once


@frozen
class Examples:
    """What a program learns from: inputs and targets row-major, and which rows train and validate.
    ``probe`` holds the inputs whose responses make the pictures, feature-major (features x width * height)."""

    inputs: array[float]
    targets: array[float]
    training: array[int]
    validation: array[int]
    classes: int
    probe: array[float]
    width: int
    height: int


@frozen
class Region:
    """One forward pass over a set of columns. Per layer: the weighted sums, and what the activation makes of them
    (the same operand where it is linear). ``shown`` are the inputs and outputs as a person sees them: the last
    layer of a classifier shows probabilities."""

    inputs: Operand
    target: Span
    weights: Span
    sums: tuple[Operand, ...]
    outputs: tuple[Operand, ...]
    shown: tuple[Span, ...]


@frozen
class Lowered:
    """The program, and where a trainer finds what it reads."""

    program: Program
    layers: tuple[LayerSpans, ...]
    batch: Region
    flops: int


class Lowering:
    """Builds the program of one plan on one set of examples."""

    def __init__(self, plan: Plan, examples: Examples) -> None:
        self._plan = plan
        self._examples = examples
        self._loss = LOSSES[plan.loss]
        self._layers = layer_spans(plan)
        self._builder = Builder()
        self._constants: dict[str, tuple[Span, ...]] = {}

    def lower(self) -> Lowered:
        """The whole program."""
        builder, plan, examples = self._builder, self._plan, self._examples
        builder.constant("data.inputs", examples.inputs)
        builder.constant("data.targets", examples.targets)
        for rule in (RULES[plan.activation], self._loss.rule):
            self._constants[rule.name] = tuple(
                builder.constant(f"constant.{rule.name}.{name}", [value or 0.0])
                for name, value in rule.constants.items()
            )
        parameters = builder.operand("parameters", 1, plan.parameters, adjoint=True)
        self._update(parameters)
        with builder.section("gather"):
            inputs, target, weights = self._gather(
                "batch", "training", examples.training, plan.batch, shuffle=True
            )
        batch = self._forward("batch", "forward", parameters, inputs, target, weights, adjoints=True)
        loss = builder.operand("loss", 1, 1, adjoint=True)
        with builder.section("loss"):
            builder.weighted_sum(self._losses("batch", batch, adjoints=True), weights, loss)
        with builder.section("zero"):
            builder.clear_adjoints()
        with builder.section("seed"):
            builder.emit("fill", out=loss.gradient.offset, count=1, one=1)
        builder.backward("backward")
        self._readout(parameters, batch)
        self._evaluation(parameters)
        self._pictures(parameters)
        columns = padded(plan.batch)
        flops = columns * (6 * plan.parameters + 60 * sum(plan.sizes[1:]))
        return Lowered(builder.build(), self._layers, batch, flops)

    def _update(self, parameters: Operand) -> None:
        builder, optimiser = self._builder, OPTIMISERS[self._plan.optimiser]
        hyper = [builder.vector(f"hyper.{name}", 1) for name in optimiser.hyper]
        states = [builder.vector(f"optimiser.{name}", parameters.columns) for name in optimiser.state]
        step = builder.vector("step", 1)
        with builder.section("update"):
            builder.element_wise(COUNT_STEP, [step], [step])
            builder.element_wise(
                optimiser.kernel,
                [parameters.value, parameters.gradient, *states],
                [parameters.value, *states],
                hyper,
            )

    def _gather(
        self, name: str, source: str, rows: array[int], columns: int, *, shuffle: bool
    ) -> tuple[Operand, Span, Span]:
        """Emit the gather of ``columns`` examples into fresh spans (shared by gathers of the same ``name``)."""
        builder, sizes = self._builder, self._plan.sizes
        inputs = builder.operand_once(f"{name}.inputs", sizes[0], columns)
        target = builder.operand_once(f"{name}.target", sizes[-1], columns).value
        weights = builder.operand_once(f"{name}.weights", 1, columns).value
        order = builder.constant(f"order.{name}.{source}", map(float, rows))
        builder.emit(
            "gather",
            rows=len(rows),
            columns=padded(columns),
            batch=columns,
            depth=sizes[0],
            outputs=sizes[-1],
            data=builder.spans["data.inputs"].offset,
            targets=builder.spans["data.targets"].offset,
            order=order.offset,
            state=builder.operand_once(f"state.{name}.{source}", 1, LANES).value.offset,
            shuffle=int(shuffle),
            divisor=0 if shuffle else len(rows),
            inputs=inputs.value.offset,
            input_stride=inputs.value.stride,
            target=target.offset,
            target_stride=target.stride,
            weights=weights.offset,
        )
        return inputs, target, weights

    def _forward(
        self,
        name: str,
        section: str,
        parameters: Operand,
        inputs: Operand,
        target: Span,
        weights: Span,
        *,
        adjoints: bool,
    ) -> Region:
        """Emit one section a layer; spans are shared by passes of the same ``name``."""
        builder = self._builder
        sums, outputs, shown = [], [], [inputs.value]
        at, columns = inputs, inputs.columns
        for index, layer in enumerate(self._layers, 1):
            with builder.section(section, index):
                z = builder.operand_once(f"{name}.sums.{index}", layer.outputs, columns, adjoint=adjoints)
                builder.dense(layer.weights, layer.biases, parameters, at, z)
                if layer.activation == "log_softmax":
                    at, picture = self._log_softmax(name, index, z, adjoints=adjoints)
                elif layer.activation == "linear":
                    at, picture = z, z.value
                else:
                    at = builder.operand_once(
                        f"{name}.outputs.{index}", layer.outputs, columns, adjoint=adjoints
                    )
                    rule = RULES[layer.activation]
                    builder.apply(rule, z, into=at, scalars=self._constants.get(rule.name, ()))
                    picture = at.value
            sums.append(z)
            outputs.append(at)
            shown.append(picture)
        return Region(inputs, target, weights, tuple(sums), tuple(outputs), tuple(shown))

    def _log_softmax(self, name: str, index: int, z: Operand, *, adjoints: bool) -> tuple[Operand, Span]:
        """ln of the softmax of each column, and the softmax itself. Less the column's largest number, so that exp
        cannot overflow; shifting all by the same number changes neither result nor gradient."""
        builder, columns = self._builder, z.columns

        def matrix(label: str, rows: int) -> Operand:
            return builder.operand_once(f"{name}.{label}.{index}", rows, columns, adjoint=adjoints)

        peak = builder.operand_once(f"{name}.peak.{index}", 1, columns)
        builder.emit(
            "column_max",
            rows=z.rows,
            columns=padded(columns),
            out=peak.value.offset,
            inputs=z.value.offset,
            input_stride=z.value.stride,
        )
        shifted = builder.apply(RULES["sub"], z, peak, into=matrix("shifted", z.rows))
        exponentials = builder.apply(RULES["exp"], shifted, into=matrix("exponentials", z.rows))
        total = builder.column_sum(exponentials, matrix("total", 1))
        logarithm = builder.apply(RULES["log"], total, into=matrix("logarithm", 1))
        result = builder.apply(RULES["sub"], shifted, logarithm, into=matrix("outputs", z.rows))
        shown = builder.operand_once(f"{name}.probabilities.{index}", z.rows, columns).value
        builder.element_wise(RULES["exp"].kernel, [result.value], [shown])
        return result, shown

    def _losses(self, name: str, region: Region, *, adjoints: bool) -> Operand:
        """The loss of each example, one row."""
        builder, columns = self._builder, region.inputs.columns
        outputs = region.outputs[-1]
        parts = builder.operand_once(f"{name}.losses", outputs.rows, columns, adjoint=adjoints)
        builder.apply(
            self._loss.rule,
            outputs,
            Operand(region.target),
            into=parts,
            scalars=self._constants[self._loss.rule.name],
        )
        if outputs.rows == 1:
            return parts
        return builder.column_sum(
            parts, builder.operand_once(f"{name}.loss_row", 1, columns, adjoint=adjoints)
        )

    def _readout(self, parameters: Operand, batch: Region) -> None:
        """For a person's eye only: adjoints of the inputs, and means and sums over the batch for every node."""
        builder, first = self._builder, self._layers[0]
        nodes = sum(self._plan.sizes)
        places = {kind: builder.vector(f"readout.{kind}", nodes) for kind in ("means", "adjoints", "deltas")}
        inputs = builder.span("readout.input_adjoints", batch.inputs.rows, batch.inputs.columns)
        with builder.section("readout"):
            for place in places.values():
                builder.emit("fill", out=place.offset, count=place.size, one=0)
            builder.matmul(
                parameters.value, batch.sums[0].gradient, inputs, offset=first.weights, transposed=True
            )
            ones = builder.ones(batch.inputs.columns)
            at = 0
            for shown, (adjoint, delta) in zip(batch.shown, self.adjoints(batch, inputs), strict=True):
                builder.outer(shown, batch.weights, places["means"].offset + at)
                builder.outer(adjoint, ones, places["adjoints"].offset + at)
                builder.outer(delta, ones, places["deltas"].offset + at)
                at += shown.rows

    @staticmethod
    def adjoints(batch: Region, inputs: Span) -> list[tuple[Span, Span]]:
        """Per layer, inputs first: the adjoints of what is shown, and those of the sums before the activation. The
        probabilities of a classifier stand for its last sums, whose adjoints are shown for both."""
        found = [(inputs, inputs)]
        for index, (z, a) in enumerate(zip(batch.sums, batch.outputs, strict=True), 1):
            plain = batch.shown[index] == a.value
            found.append((a.gradient if plain else z.gradient, z.gradient))
        return found

    def _evaluation(self, parameters: Operand) -> None:
        """Loss and confusion over all training and all validation examples, a block of columns at a time."""
        builder, examples = self._builder, self._examples
        kinds = (("training", examples.training), ("validation", examples.validation))
        columns = min(EVALUATED, max(len(rows) for _, rows in kinds))
        for name, rows in kinds:
            loss = builder.vector(f"evaluate.loss.{name}", 1)
            counts = builder.vector(f"evaluate.confusion.{name}", examples.classes**2)
            with builder.section(f"evaluate.{name}.start"):
                for place in (loss, counts, builder.operand_once(f"state.evaluate.{name}", 1, LANES).value):
                    builder.emit("fill", out=place.offset, count=place.size, one=0)
            with builder.section(f"evaluate.{name}"):
                inputs, target, weights = self._gather("evaluate", name, rows, columns, shuffle=False)
            region = self._forward(
                "evaluate", f"evaluate.{name}", parameters, inputs, target, weights, adjoints=False
            )
            with builder.section(f"evaluate.{name}"):
                builder.outer(self._losses("evaluate", region, adjoints=False).value, weights, loss.offset)
                outputs = region.outputs[-1].value
                builder.emit(
                    "confusion",
                    rows=outputs.rows,
                    columns=padded(columns),
                    classes=examples.classes,
                    out=counts.offset,
                    inputs=outputs.offset,
                    input_stride=outputs.stride,
                    target=target.offset,
                    target_stride=target.stride,
                    weights=weights.offset,
                )
        builder.forget()

    def _pictures(self, parameters: Operand) -> None:
        """What every node answers to the probe, packed into bytes."""
        builder, examples, sizes = self._builder, self._examples, self._plan.sizes
        columns = examples.width * examples.height
        inputs = builder.operand("probe.inputs", sizes[0], columns, adjoint=False)
        for row in range(sizes[0]):
            builder.preset(inputs.value, row, examples.probe[row * columns : (row + 1) * columns])
        region = self._forward(
            "probe", "pictures", parameters, inputs, inputs.value, inputs.value, adjoints=False
        )
        builder.forget()
        packed = builder.vector("pictures", -(-sum(sizes) * columns // 8))
        with builder.section("pictures"):
            at = packed.offset * 8
            for shown in region.shown:
                builder.emit(
                    "pack",
                    rows=shown.rows,
                    columns=columns,
                    out=at,
                    inputs=shown.offset,
                    input_stride=shown.stride,
                )
                at += shown.rows * columns


def lower(plan: Plan, examples: Examples) -> Lowered:
    """The program that trains, evaluates and pictures ``plan`` on ``examples``."""
    return Lowering(plan, examples).lower()
