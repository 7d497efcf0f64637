"""From a plan to a program: the whole step of training, the evaluation of whole sets, the pictures of neurons.

The rows of a step are rotated (update, gather, forward, loss, zero, seed, backward), so that between two steps the
arena holds parameters with the values and gradients that belong to them.
"""

from __future__ import annotations

from array import array

from attrs import frozen

from chainrule.network.forward import Pass, Region
from chainrule.network.plan import LayerSpans, Plan, layer_spans
from chainrule.network.update import update
from chainrule.program import Builder, Operand, Program, Span, padded
from chainrule.program.program import LANES
from chainrule.rules import LOSSES, REGULARISERS, RULES

EVALUATED = 1024  # examples evaluated at once


@frozen
class Examples:
    """What a program learns from: inputs and targets row-major, and which rows train and validate.
    ``classes`` is 0 where there are none to tell apart. ``probe`` holds the inputs whose responses make the
    pictures, feature-major (features x width * height)."""

    inputs: array[float]
    targets: array[float]
    training: array[int]
    validation: array[int]
    classes: int
    probe: array[float]
    width: int
    height: int


@frozen
class Lowered:
    """The program, and where a trainer finds what it reads."""

    program: Program
    layers: tuple[LayerSpans, ...]
    batch: Region
    question: Region
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
        hidden = {self._plan.activation_of(layer) for layer in range(1, len(plan.sizes) - 1)}
        for name in sorted({*hidden, plan.output, self._loss.rule.name} & set(RULES)):
            self._constants[name] = tuple(
                builder.constant(f"constant.{name}.{key}", [value or 0.0])
                for key, value in RULES[name].constants.items()
            )
        for name in plan.hyper:
            builder.vector(f"hyper.{name}", 1)
        parameters = builder.operand("parameters", 1, plan.parameters, adjoint=True)
        update(builder, plan, self._layers, parameters)
        with builder.section("gather"):
            inputs, target, weights = self._gather(
                "batch", "training", examples.training, plan.batch, shuffle=True
            )
        batch = self._pass("batch", "forward", parameters, training=True).run(inputs, target, weights)
        loss = builder.operand("loss", 1, 1, adjoint=True)
        seeds = [loss]
        with builder.section("loss"):
            builder.weighted_sum(self._losses("batch", batch, adjoints=True), weights, loss)
            seeds += self._penalty(parameters)
        with builder.section("zero"):
            builder.clear_adjoints()
        with builder.section("seed"):
            for seed in seeds:
                builder.emit("fill", out=seed.gradient.offset, count=1, one=1)
        builder.backward("backward")
        self._readout(parameters, batch)
        question = self._evaluation(parameters)
        self._pictures(parameters)
        columns = padded(plan.batch)
        flops = columns * (6 * plan.parameters + 60 * sum(plan.sizes[1:]))
        return Lowered(builder.build(), self._layers, batch, question, flops)

    def _pass(self, name: str, section: str, parameters: Operand, *, training: bool) -> Pass:
        return Pass(
            self._builder, self._plan, self._layers, parameters, self._constants, name, section, training
        )

    def _penalty(self, parameters: Operand) -> list[Operand]:
        """What the regulariser adds to the objective, a number apart from the loss; nothing where there is none."""
        builder, regulariser = self._builder, REGULARISERS[self._plan.regulariser]
        if regulariser.rule is None:
            return []
        weights = array("d", bytes(8 * parameters.columns))
        for layer in self._layers:
            weights[layer.weights : layer.biases] = array("d", [1.0]) * (layer.biases - layer.weights)
        parts = builder.operand("penalties", 1, parameters.columns, adjoint=True)
        penalty = builder.operand("penalty", 1, 1, adjoint=True)
        scalars = [builder.spans[f"hyper.{name}"] for name in regulariser.hyper]
        builder.apply(regulariser.rule, parameters, into=parts, scalars=scalars)
        builder.weighted_sum(parts, builder.constant("penalised", weights), penalty)
        return [penalty]

    def _gather(
        self, name: str, source: str, rows: array[int], columns: int, *, shuffle: bool
    ) -> tuple[Operand, Span, Span]:
        """Emit the gather of ``columns`` examples into fresh spans (shared by gathers of the same ``name``)."""
        builder, sizes = self._builder, self._plan.sizes
        bare = all(source for source, _ in self._plan.skips) and self._plan.custom_of(1) is None
        passed = shuffle and not bare
        inputs = builder.operand_once(f"{name}.inputs", sizes[0], columns, adjoint=passed)
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
            if batch.inputs.adjoint is not None:
                builder.element_wise(RULES["linear"].kernel, [batch.inputs.adjoint], [inputs])
            else:
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

    def _evaluation(self, parameters: Operand) -> Region:
        """Loss and confusion over all training and all validation examples, a block of columns at a time; and the
        same pass without a gather, for inputs that are written into it."""
        builder, examples = self._builder, self._examples
        kinds = (("training", examples.training), ("validation", examples.validation))
        columns = min(EVALUATED, max(len(rows) for _, rows in kinds))
        for name, rows in kinds:
            loss = builder.vector(f"evaluate.loss.{name}", 1)
            counts = builder.vector(f"evaluate.confusion.{name}", max(1, examples.classes**2))
            squares = builder.vector(f"evaluate.squares.{name}", 1)
            state = builder.operand_once(f"state.evaluate.{name}", 1, LANES).value
            with builder.section(f"evaluate.{name}.start"):
                for place in (loss, counts, squares, state):
                    builder.emit("fill", out=place.offset, count=place.size, one=0)
            with builder.section(f"evaluate.{name}"):
                inputs, target, weights = self._gather("evaluate", name, rows, columns, shuffle=False)
            region = self._pass("evaluate", f"evaluate.{name}", parameters, training=False).run(
                inputs, target, weights
            )
            with builder.section(f"evaluate.{name}"):
                builder.outer(self._losses("evaluate", region, adjoints=False).value, weights, loss.offset)
                outputs = region.outputs[-1].value
                if examples.classes:
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
                else:
                    self._squares(outputs, target, weights, squares)
        question = self._pass("evaluate", "question", parameters, training=False).run(inputs, target, weights)
        builder.forget()
        return question

    def _squares(self, outputs: Span, target: Span, weights: Span, into: Span) -> None:
        """Add up the squared residuals of a block of columns."""
        builder = self._builder
        parts = builder.operand_once("evaluate.residuals", outputs.rows, outputs.columns).value
        builder.element_wise(RULES["mse"].kernel, [outputs, target], [parts])
        for row in range(outputs.rows):
            line = Span(parts.offset + row * parts.stride, 1, parts.columns, parts.stride)
            builder.outer(line, weights, into.offset)

    def _pictures(self, parameters: Operand) -> None:
        """What every node answers to the probe, packed into bytes."""
        builder, examples, sizes = self._builder, self._examples, self._plan.sizes
        columns = examples.width * examples.height
        inputs = builder.operand("probe.inputs", sizes[0], columns, adjoint=False)
        for row in range(sizes[0]):
            builder.preset(inputs.value, row, examples.probe[row * columns : (row + 1) * columns])
        region = self._pass("probe", "pictures", parameters, training=False).run(
            inputs, inputs.value, inputs.value
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
