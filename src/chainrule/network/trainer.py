"""Train a network on a machine and read what is inside it, at any step."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Mapping

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.machine import Machine
from chainrule.network.data import Split
from chainrule.network.examples import examples
from chainrule.network.initialise import initial_parameters, surviving, survivors
from chainrule.network.lower import EVALUATED, Lowering, lower
from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.stream import Stream
from chainrule.network.unrolled import Batch, Unrolled, unrolled
from chainrule.program import Span
from chainrule.program.instructions import COUNT, CURSOR, EPOCH, RANDOM
from chainrule.rules import OPTIMISERS, REGULARISERS

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


class Trainer:
    """One network learning from one split on one machine.

    Between calls everything that can be read belongs together: ``parameters`` are those after ``step`` updates,
    and values, loss and gradients are what they give on the current batch, ready for the next update.
    """

    def __init__(
        self, machine: Machine, plan: Plan, split: Split, seed: int, hyper: Mapping[str, float]
    ) -> None:
        self._machine = machine
        self._hyper = dict(hyper)
        self._seed = seed
        self._read_out = False
        self._recomputed = 0
        self._take(plan, split)
        self._begin(seed)

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

    @property
    def recomputed(self) -> int:
        """Nodes whose value was computed anew by the last change; 0 where it touched none, and after a step."""
        return self._recomputed

    def advance(self, steps: int) -> None:
        """Make ``steps`` updates."""
        self._machine.run(*self._step_rows, steps)
        self._read_out = False
        self._recomputed = 0

    def steps_left_in_epoch(self) -> int:
        """Updates until the current pass over the training set is complete."""
        left = len(self._split.training) - int(self._state()[CURSOR])
        return 1 + -(-left // self._plan.batch)

    def set_hyper(self, hyper: Mapping[str, float]) -> None:
        """New values for some hyperparameters. Nothing is recomputed, unless the numbers shown depend on it: the
        penalty on its strength, the outputs of training on the share that is dropped out."""
        changed = {name for name, value in hyper.items() if self._hyper.get(name) != value}
        self._hyper.update(hyper)
        self._write_hyper()
        self._recomputed = 0
        if changed & {"dropout_rate"} and self._plan.dropout:
            self._run_from("forward")
            self._recomputed = sum(self._plan.sizes[1:]) + 1
        elif changed & set(REGULARISERS[self._plan.regulariser].hyper):
            self._run_from("loss")

    def set_parameters(self, changes: Mapping[int, float]) -> int:
        """New values for some parameters, by index: the forward pass runs again from the first layer that they
        belong to, then everything behind it. Returns the number of nodes computed anew, the loss included."""
        count = self._plan.parameters
        for at in changes:
            if not 0 <= at < count:
                raise ProgramError("error.parameter_index", where="parameters", index=at, last=count - 1)
        numbers = self.parameters()
        for at, value in changes.items():
            numbers[at] = value
        self._write("parameters", numbers)
        touched = [
            index
            for index, layer in enumerate(self.layers, 1)
            if any(layer.weights <= at < layer.weights + layer.count for at in changes)
        ]
        if not touched:
            return 0
        first = next(
            section.first
            for section in self._lowered.program.sections
            if section.name == "forward" and section.layer == touched[0]
        )
        self._machine.run(first, self._step_rows[1])
        self._read_out = False
        self._recomputed = sum(self._plan.sizes[touched[0] :]) + 1
        return self._recomputed

    def snapshot(self) -> dict[str, array[float]]:
        """Everything that the run goes on from, bit for bit: ``restore`` on a trainer of the same plan, split and
        hyperparameters continues as if nothing had happened."""
        return {name: self._vector(name) for name in self._going_on()}

    def restore(self, snapshot: Mapping[str, array[float]]) -> None:
        """Go on from a ``snapshot``. ``ProgramError`` where it is of another network, nothing changed then."""
        wanted = {name: self._lowered.program.spans[name].columns for name in self._going_on()}
        found = {name: len(numbers) for name, numbers in snapshot.items()}
        if found != wanted:
            odd = next(name for name in (*wanted, *found) if wanted.get(name) != found.get(name))
            raise ProgramError(
                "error.snapshot",
                where="snapshot",
                name=odd,
                found=found.get(odd, 0),
                wanted=wanted.get(odd, 0),
            )
        for name, numbers in snapshot.items():
            self._write(name, numbers)
        self._gather_again()
        self._prime()

    def running(self) -> dict[str, array[float]]:
        """What batch normalisation has seen: means and variances of each layer, by name; empty without."""
        return {name: self._vector(name) for name in self._moving() if name.startswith("running.")}

    def set_running(self, numbers: Mapping[str, array[float]]) -> None:
        """Take over what ``running`` gave. ``ProgramError`` where it is of another network."""
        wanted = {name: len(found) for name, found in self.running().items()}
        given = {name: len(found) for name, found in numbers.items()}
        if wanted != given:
            odd = next(name for name in (*wanted, *given) if wanted.get(name) != given.get(name))
            raise ProgramError(
                "error.snapshot",
                where="running",
                name=odd,
                found=given.get(odd, 0),
                wanted=wanted.get(odd, 0),
            )
        for name, found in numbers.items():
            self._write(name, found)

    def forecast(self) -> array[float]:
        """The change that the next update will make to each parameter; nothing is changed."""
        before = {
            name: self._vector(name) for name in ("parameters", "step", *self._memory(), *self._moving())
        }
        self._machine.run(*self._lowered.program.slice("schedule", "update"))
        after = self.parameters()
        for name, numbers in before.items():
            self._write(name, numbers)
        return array("d", [new - old for new, old in zip(after, before["parameters"], strict=True)])

    def restart(self, seed: int) -> None:
        """Initial weights of ``seed`` again, step 0."""
        self._seed = seed
        self._machine.load(self._lowered.program)
        self._begin(seed)

    def rebuild(self, plan: Plan, split: Split, hyper: Mapping[str, float]) -> None:
        """Go on with another plan or other data: surviving weights, the optimiser's memory of them where the
        optimiser is the same, and the counts of steps and epochs stay. A changed number of inputs or outputs is
        another task: use a new trainer."""
        old, same_data = self._plan, split is self._split
        if (old.sizes[0], old.sizes[-1]) != (plan.sizes[0], plan.sizes[-1]):
            raise ProgramError("error.other_task", where="network")
        kept = {"parameters": self.parameters()}
        if old.optimiser == plan.optimiser:
            kept |= {name: self._vector(name) for name in self._memory()}
        step, state = self._vector("step"), self._state()
        order = self._vector("order.batch.training")
        moving = {name: self._vector(name) for name in self._moving()}
        self._hyper = dict(hyper)
        self._take(plan, split)
        self._start_moving()
        self._keep_moving(old, moving)
        for name, numbers in kept.items():
            if old.sizes != plan.sizes:
                fresh = array("d", bytes(8 * plan.parameters))
                if name == "parameters":
                    fresh = initial_parameters(plan, self._seed)
                numbers = surviving(old, numbers, plan, fresh)
            self._write(name, numbers)
        self._write("step", step)
        self._write_hyper()
        self._write(STATE, state)
        if same_data:
            self._write("order.batch.training", order)
            self._gather_again()
        else:
            state[CURSOR] = len(split.training)
            state[EPOCH] -= 1
            self._write(STATE, state)
        self._prime()

    def evaluate(self) -> Evaluation:
        """Run every training and every validation example through the network."""
        losses, accuracies, scores = {}, {}, {}
        confusion: array[float] = array("d")
        classes = self._examples.classes
        for name, rows in (("training", self._split.training), ("validation", self._split.validation)):
            self._machine.run(*self._slice(f"evaluate.{name}.start"))
            self._machine.run(*self._slice(f"evaluate.{name}"), -(-len(rows) // self._evaluated))
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

    def _examples_of(self, span: Span) -> list[list[float]]:
        """The columns of a matrix that are examples of the current batch."""
        numbers = self._machine.read(span.offset, span.size)
        return [list(numbers[column :: span.stride]) for column in range(self.batch)]

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

    def _adjoints(self, name: str, which: int, example: int | None) -> array[float]:
        if example is None:
            return self._summary(name, 1.0)
        self._read()
        inputs = self._lowered.program.spans["readout.input_adjoints"]
        spans = [pair[which] for pair in Lowering.adjoints(self._lowered.batch, inputs)]
        return self._column(spans, example, 1.0 / self.batch)

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

    def _take(self, plan: Plan, split: Split) -> None:
        """All or nothing: what cannot be lowered or loaded leaves the trainer as it was."""
        taken = examples(split, sum(plan.sizes), plan.sizes[-1])
        lowered = lower(plan, taken)
        self._machine.load(lowered.program)
        self._plan, self._split, self._examples, self._lowered = plan, split, taken, lowered
        self._evaluated = min(EVALUATED, max(len(split.training), len(split.validation)))
        first, _ = self._slice("schedule")
        _, last = self._slice("backward")
        self._step_rows = (first, last)

    def _begin(self, seed: int) -> None:
        self._write("parameters", initial_parameters(self._plan, seed))
        self._write_hyper()
        self._start_moving()
        state = array("d", bytes(8 * 8))
        state[CURSOR] = len(self._split.training)
        state[EPOCH] = -1.0
        random = struct.pack("<Q", Stream(seed, "batches").state)
        state[RANDOM : RANDOM + 1] = array("d", random)
        self._write(STATE, state)
        self._prime()

    def _prime(self) -> None:
        """Everything of the current batch that the parameters give."""
        self._run_from("gather")
        self._recomputed = sum(self._plan.sizes[1:]) + 1

    def _run_from(self, section: str) -> None:
        first, _ = self._slice(section)
        self._machine.run(first, self._step_rows[1])
        self._read_out = False

    def _gather_again(self) -> None:
        """The next gather shall give the batch that is there."""
        state = self._state()
        state[CURSOR] -= state[COUNT]
        self._write(STATE, state)

    def _moving(self) -> list[str]:
        """What moves on with every update besides parameters and the optimiser's memory."""
        spans = self._lowered.program.spans
        return [name for name in spans if name.startswith("running.") or name == "dropout.key"]

    def _going_on(self) -> tuple[str, ...]:
        return ("parameters", "step", *self._memory(), *self._moving(), STATE, "order.batch.training")

    def _start_moving(self) -> None:
        """Running statistics of nothing seen yet (mean 0, variance 1), and dropout's own stream."""
        for name in self._moving():
            if name == "dropout.key":
                key = struct.pack("<Q", Stream(self._seed, "dropout").state)
                self._write(name, array("d", key))
            elif name.startswith("running.variance"):
                self._write(name, array("d", [1.0]) * self._lowered.program.spans[name].columns)

    def _keep_moving(self, old: Plan, numbers: Mapping[str, array[float]]) -> None:
        """Running statistics of layers that are still there, neuron by neuron."""
        if "dropout.key" in numbers and self._plan.dropout:
            self._write("dropout.key", numbers["dropout.key"])
        for column, place in survivors(old, self._plan).items():
            for kind in ("mean", "variance"):
                before = numbers.get(f"running.{kind}.{column}")
                name = f"running.{kind}.{place}"
                if before is not None and name in self._lowered.program.spans:
                    fresh = self._vector(name)
                    count = min(len(before), len(fresh))
                    fresh[:count] = before[:count]
                    self._write(name, fresh)

    def _write_hyper(self) -> None:
        for name, spec in self._plan.hyper.items():
            self._write(f"hyper.{name}", array("d", [self._hyper.get(name, spec.default)]))

    def _memory(self) -> list[str]:
        return [f"optimiser.{name}" for name in OPTIMISERS[self._plan.optimiser].state]

    def _slice(self, name: str) -> tuple[int, int]:
        return self._lowered.program.slice(name)

    def _state(self) -> array[float]:
        return self._vector(STATE)

    def _number(self, name: str) -> float:
        return self._machine.read(self._lowered.program.spans[name].offset, 1)[0]

    def _vector(self, name: str) -> array[float]:
        span = self._lowered.program.spans[name]
        return self._machine.read(span.offset, span.columns)

    def _write(self, name: str, numbers: array[float]) -> None:
        self._machine.write(self._lowered.program.spans[name].offset, numbers)
