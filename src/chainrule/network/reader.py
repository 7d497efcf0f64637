"""What can be read of a network on a machine: its numbers, its gradients, its answers, at any step."""

from __future__ import annotations

import math
from array import array

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.machine import Machine
from chainrule.network.data import Split
from chainrule.network.lower import EVALUATED, Examples, Lowered, Lowering
from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.unrolled import Batch, Unrolled, unrolled
from chainrule.program import Span
from chainrule.program.instructions import COUNT, CURSOR, EPOCH

STATE = "state.batch.training"


@frozen
class Evaluation:
    """Over whole sets: the loss, and for classifications the accuracy and the counts of validation examples by true
    class (rows) and predicted, for regressions the coefficient of determination R². What a task does not have is NaN
    or empty."""

    training_loss: float
    validation_loss: float
    training_accuracy: float
    validation_accuracy: float
    training_r2: float
    validation_r2: float
    confusion: array[float]


class Reader:
    """Reads the arena of a program that a trainer keeps coherent: parameters are those after ``step`` updates, and
    values, loss and gradients are what they give on the current batch."""

    _machine: Machine
    _plan: Plan
    _split: Split
    _examples: Examples
    _lowered: Lowered
    _hyper: dict[str, float]
    _read_out: bool

    @property
    def plan(self) -> Plan:
        return self._plan

    @property
    def layers(self) -> tuple[LayerSpans, ...]:
        """Where each layer's parameters stand in the vector of parameters."""
        return self._lowered.layers

    @property
    def flops(self) -> int:
        """Rough floating-point operations of one step."""
        return self._lowered.flops

    @property
    def step(self) -> int:
        """Updates made so far."""
        return int(self._number("step"))

    @property
    def epoch(self) -> int:
        """Passes over the training set completed so far."""
        return int(self._state()[EPOCH])

    @property
    def batch(self) -> int:
        """Examples in the current batch (the last of an epoch may be smaller)."""
        return int(self._state()[COUNT])

    @property
    def rows(self) -> array[int]:
        """The rows of the table that are the examples of the current batch."""
        state = self._state()
        last, count = int(state[CURSOR]), int(state[COUNT])
        order = self._vector("order.batch.training")
        return array("i", map(int, order[last - count : last]))

    def wanted(self, example: int) -> array[float]:
        """What each output is to be for an example of the batch: of several classes 1 for its own, 0 for the others."""
        return self._column([self._lowered.batch.target], example, 0.0)[:-1]

    @property
    def batch_loss(self) -> float:
        """Mean loss over the current batch, without the penalty."""
        return self._number("loss")

    @property
    def penalty(self) -> float:
        """What the regulariser adds to the objective at these parameters; 0 without one."""
        return self._number("penalty") if "penalty" in self._lowered.program.spans else 0.0

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        if "rate" not in self._lowered.program.spans:
            return self._number("hyper.learning_rate")
        self._machine.run(*self._slice("schedule"))
        return self._number("rate")

    def evaluate(self) -> Evaluation:
        """Run every training and every validation example through the network."""
        losses, accuracies, scores = {}, {}, {}
        confusion: array[float] = array("d")
        classes = self._examples.classes
        for name, rows in (("training", self._split.training), ("validation", self._split.validation)):
            self._machine.run(*self._slice(f"evaluate.{name}.start"))
            self._machine.run(*self._slice(f"evaluate.{name}"), -(-len(rows) // self._block))
            losses[name] = self._number(f"evaluate.loss.{name}")
            confusion = self._vector(f"evaluate.confusion.{name}")[: classes**2]
            accuracies[name] = sum(confusion[:: classes + 1]) / len(rows) if classes else math.nan
            scores[name] = math.nan if classes else self._r2(name, rows)
        return Evaluation(
            losses["training"],
            losses["validation"],
            accuracies["training"],
            accuracies["validation"],
            scores["training"],
            scores["validation"],
            confusion,
        )

    @property
    def _block(self) -> int:
        """Examples that are evaluated at once."""
        return min(EVALUATED, max(len(self._split.training), len(self._split.validation)))

    def _r2(self, name: str, rows: array[int]) -> float:
        """1 - residual over total sum of squares; where all targets are equal there is nothing to determine: NaN."""
        wanted = [self._examples.targets[row] for row in rows]
        mean = math.fsum(wanted) / len(wanted)
        total = math.fsum((each - mean) ** 2 for each in wanted) / len(wanted)
        return 1.0 - self._number(f"evaluate.squares.{name}") / total if total else math.nan

    def predict(self, inputs: array[float]) -> array[float]:
        """What the network answers to ``inputs`` (row-major, scaled as those it learns from), as it is used after
        training: batch normalisation by running statistics, nothing dropped out. Row-major; of several classes the
        probabilities."""
        question, depth = self._lowered.question, self._plan.sizes[0]
        if len(inputs) % depth:
            raise ProgramError("error.inputs", where="inputs", found=len(inputs), width=depth)
        places, answers = question.inputs.value, question.shown[-1]
        rows, width = len(inputs) // depth, answers.rows
        found = array("d", bytes(8 * rows * width))
        for start in range(0, rows, places.columns):
            count = min(places.columns, rows - start)
            for feature in range(depth):
                column = inputs[start * depth + feature : (start + count) * depth : depth]
                self._machine.write(places.offset + feature * places.stride, column)
            self._machine.run(*self._slice("question"))
            for output in range(width):
                row = self._machine.read(answers.offset + output * answers.stride, count)
                found[start * width + output : (start + count) * width : width] = row
        return found

    def parameters(self) -> array[float]:
        """All weights and biases; ``layers`` says which is which."""
        return self._vector("parameters")

    def parameter_name(self, at: int) -> str:
        """What parameter ``at`` is, by layer and neuron (from 1): ``layer 2 weight 3 ← 1``, ``layer 1 bias 4`` …"""
        number, layer = next((n, layer) for n, layer in enumerate(self.layers, 1) if at < layer.end)
        if layer.custom is not None and at < layer.biases:
            return f"layer {number} {layer.custom.name} {at - layer.weights + 1}"
        if at < layer.biases:
            neuron, source = divmod(at - layer.weights, layer.inputs)
            return f"layer {number} weight {neuron + 1} ← {source + 1}"
        for kind, first in (("shift", layer.shifts), ("scale", layer.scales), ("bias", layer.biases)):
            if 0 <= first <= at:
                return f"layer {number} {kind} {at - first + 1}"
        raise ProgramError(
            "error.parameter_index", where="parameters", index=at, last=self._plan.parameters - 1
        )

    def gradients(self, example: int | None = None) -> array[float]:
        """The derivative of the objective (the mean loss over the current batch and the penalty) with respect to each
        parameter, or the part of it that comes from one example: the adjoint of each weighted sum times what the
        weight multiplies. The parts of all examples and the slope of the penalty add up to the whole."""
        if example is None:
            return self._vector("parameters.adjoint")
        batch = self._lowered.batch
        found: array[float] = array("d")
        spans = self._lowered.program.spans
        before = batch.inputs.value
        for index, layer in enumerate(self.layers, 1):
            z, n = batch.sums[index - 1], batch.normals[index - 1]
            inputs, deltas = (self._column([span], example, 1.0)[:-1] for span in (before, z.gradient))
            if layer.custom is not None:
                spread = spans[f"batch.custom.{index}.parameters.adjoint"]
                found.extend(self._column([spread], example, 1.0)[: layer.custom.parameters])
            else:
                for delta in deltas:
                    found.extend([delta * x for x in inputs])
                found.extend(deltas)
            if layer.normalised:
                normal = self._column([spans[f"batch.{index}.normal"]], example, 1.0)[:-1]
                shifts = self._column([n.gradient], example, 1.0)[:-1]
                found.extend([shift * each for shift, each in zip(shifts, normal, strict=True)])
                found.extend(shifts)
            before = batch.outputs[index - 1].value
        return found

    def sums(self, example: int) -> array[float]:
        """The weighted sums of all neurons, before normalisation and activation, for one example of the batch."""
        return self._column([z.value for z in self._lowered.batch.sums], example, 0.0)[:-1]

    def parts(self, layer: int, neuron: int, source: int | None) -> array[float]:
        """Example by example, what each contributes to the gradient of a weight (from neuron ``source`` of the layer
        before) or of a bias (``None``): the adjoint of the neuron's sum times what the weight multiplies."""
        batch = self._lowered.batch
        deltas = self._row(batch.sums[layer - 1].gradient, neuron)
        if source is None:
            return deltas
        before = batch.inputs if layer == 1 else batch.outputs[layer - 2]
        return array("d", [d * x for d, x in zip(deltas, self._row(before.value, source), strict=True)])

    def bent(self, layer: int, neuron: int) -> tuple[array[float], array[float]]:
        """Example by example, what the activation of a neuron is applied to (its weighted sum, normalised where its
        layer is), and the gradient of the batch loss with respect to it."""
        operand = self._lowered.batch.normals[layer - 1]
        return self._row(operand.value, neuron), self._row(operand.gradient, neuron)

    def handed(self, layer: int, neuron: int) -> array[float]:
        """Example by example, the gradient of the batch loss with respect to what a neuron hands on."""
        return self._row(self._lowered.batch.outputs[layer - 1].gradient, neuron)

    def kept(self, layer: int, neuron: int) -> array[float]:
        """Example by example, what dropout multiplies a neuron of a hidden layer by; 1 without dropout."""
        if not self._plan.dropout or layer == len(self.layers):
            return array("d", [1.0] * self.batch)
        return self._row(self._lowered.program.spans[f"batch.{layer}.mask"], neuron)

    def summed(self, layer: int, neuron: int) -> array[float]:
        """Example by example, the weighted sum of a neuron."""
        return self._row(self._lowered.batch.sums[layer - 1].value, neuron)

    def hyper(self, name: str) -> float:
        """The value of a hyperparameter."""
        return self._number(f"hyper.{name}")

    def _row(self, span: Span, row: int) -> array[float]:
        return self._machine.read(span.offset + row * span.stride, self.batch)

    def unrolled(self) -> Unrolled:
        """The objective on the current batch as a graph of ``Value``s, to ask and to check against."""
        return unrolled(self._plan, self.parameters(), self.unrolled_batch(), self._hyper)

    def unrolled_batch(self) -> Batch:
        """The current batch example by example, and what dropout makes of its hidden outputs."""
        region, spans = self._lowered.batch, self._lowered.program.spans
        masks = {
            index: self._examples_of(spans[f"batch.{index}.mask"])
            for index in range(1, len(self.layers))
            if self._plan.dropout
        }
        return Batch(self._examples_of(region.inputs.value), self._examples_of(region.target), masks)

    def values(self, example: int | None = None) -> array[float]:
        """What each node shows, inputs first, the loss last: for one example of the batch, or the batch mean."""
        if example is None:
            return self._summary("means", self.batch_loss)
        return self._column([*self._lowered.batch.shown], example, self._example_loss(example))

    def adjoints(self, example: int | None = None) -> array[float]:
        """The derivative of the batch loss with respect to each node's value: its part from one example (for the
        loss node: with respect to that example's loss, one part of the mean), or the sum over the batch. A
        classifier's probabilities stand for its last sums."""
        return self._adjoints("adjoints", 0, example)

    def deltas(self, example: int | None = None) -> array[float]:
        """As ``adjoints``, with respect to each neuron's weighted sum, before its activation."""
        return self._adjoints("deltas", 1, example)

    def maps(self) -> tuple[int, int, array[int]]:
        """Width and height of the nodes' pictures, and the pictures one after the other, row by row from the top:
        -127 … 127 for a value of -1 … 1 (clipped), -128 for NaN."""
        self._machine.run(*self._slice("pictures"))
        width, height = self._examples.width, self._examples.height
        packed = array("b", self._vector("pictures").tobytes())
        return width, height, packed[: sum(self._plan.sizes) * width * height]

    def _examples_of(self, span: Span) -> list[list[float]]:
        """The columns of a matrix that are examples of the current batch."""
        numbers = self._machine.read(span.offset, span.size)
        return [list(numbers[column :: span.stride]) for column in range(self.batch)]

    def _adjoints(self, name: str, which: int, example: int | None) -> array[float]:
        if example is None:
            return self._summary(name, self._number("loss.adjoint"))
        self._read()
        inputs = self._lowered.program.spans["readout.input_adjoints"]
        spans = [pair[which] for pair in Lowering.adjoints(self._lowered.batch, inputs)]
        return self._column(spans, example, self._number("loss.adjoint") / self.batch)

    def _summary(self, name: str, last: float) -> array[float]:
        self._read()
        found = self._vector(f"readout.{name}")
        found.append(last)
        return found

    def _column(self, spans: list[Span], example: int, last: float) -> array[float]:
        if not 0 <= example < self.batch:
            raise ProgramError("error.example", where="example", example=example, batch=self.batch)
        found: array[float] = array("d")
        for span in spans:
            found.extend(self._machine.read(span.offset, span.size)[example :: span.stride])
        found.append(last)
        return found

    def _example_loss(self, example: int) -> float:
        spans = self._lowered.program.spans
        span = spans.get("batch.loss_row") or spans["batch.losses"]
        return self._machine.read(span.offset + example, 1)[0]

    def _read(self) -> None:
        if not self._read_out:
            self._machine.run(*self._slice("readout"))
            self._read_out = True

    def _slice(self, name: str) -> tuple[int, int]:
        return self._lowered.program.slice(name)

    def _state(self) -> array[float]:
        return self._vector(STATE)

    def _number(self, name: str) -> float:
        return self._machine.read(self._lowered.program.spans[name].offset, 1)[0]

    def _vector(self, name: str) -> array[float]:
        span = self._lowered.program.spans[name]
        return self._machine.read(span.offset, span.columns)
