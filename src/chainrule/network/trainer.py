"""Train a network on a machine and read what is inside it, at any step."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.machine import Machine
from chainrule.network.data import Split
from chainrule.network.examples import examples
from chainrule.network.initialise import initial_parameters, surviving
from chainrule.network.lower import EVALUATED, Lowering, lower
from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.stream import Stream
from chainrule.program import Span
from chainrule.program.instructions import COUNT, CURSOR, EPOCH, RANDOM
from chainrule.rules import OPTIMISERS

STATE = "state.batch.training"


@frozen
class Evaluation:
    """Loss and accuracy over whole sets, and counts of validation examples by true class (rows) and predicted."""

    training_loss: float
    validation_loss: float
    training_accuracy: float
    validation_accuracy: float
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
        """Mean loss over the current batch."""
        return self._number("loss")

    def advance(self, steps: int) -> None:
        """Make ``steps`` updates."""
        self._machine.run(*self._step_rows, steps)
        self._read_out = False

    def steps_left_in_epoch(self) -> int:
        """Updates until the current pass over the training set is complete."""
        left = len(self._split.training) - int(self._state()[CURSOR])
        return 1 + -(-left // self._plan.batch)

    def set_hyper(self, hyper: Mapping[str, float]) -> None:
        """New values for some of the learning rate and the optimiser's hyperparameters; nothing is recomputed."""
        self._hyper.update(hyper)
        self._write_hyper()

    def forecast(self) -> array[float]:
        """The change that the next update will make to each parameter; nothing is changed."""
        before = {name: self._vector(name) for name in ("parameters", "step", *self._memory())}
        self._machine.run(*self._slice("update"))
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
        self._hyper = dict(hyper)
        self._take(plan, split)
        for name, numbers in kept.items():
            if old.sizes != plan.sizes:
                fresh = array("d", bytes(8 * plan.parameters))
                if name == "parameters":
                    fresh = initial_parameters(plan, self._seed)
                numbers = surviving(old, numbers, plan, fresh)
            self._write(name, numbers)
        self._write("step", step)
        self._write_hyper()
        if same_data:
            state[CURSOR] -= state[COUNT]
            self._write("order.batch.training", order)
        else:
            state[CURSOR] = len(split.training)
            state[EPOCH] -= 1
        self._write(STATE, state)
        self._prime()

    def evaluate(self) -> Evaluation:
        """Run every training and every validation example through the network."""
        losses, accuracies = {}, {}
        confusion: array[float] = array("d")
        classes = len(self._split.table.classes)
        for name, rows in (("training", self._split.training), ("validation", self._split.validation)):
            self._machine.run(*self._slice(f"evaluate.{name}.start"))
            self._machine.run(*self._slice(f"evaluate.{name}"), -(-len(rows) // self._evaluated))
            losses[name] = self._number(f"evaluate.loss.{name}")
            confusion = self._vector(f"evaluate.confusion.{name}")[: classes**2]
            accuracies[name] = sum(confusion[:: classes + 1]) / len(rows)
        return Evaluation(
            losses["training"],
            losses["validation"],
            accuracies["training"],
            accuracies["validation"],
            confusion,
        )

    def parameters(self) -> array[float]:
        """All weights and biases; ``layers`` says which is which."""
        return self._vector("parameters")

    def gradients(self, example: int | None = None) -> array[float]:
        """The derivative of the mean loss over the current batch with respect to each parameter, or the part of it
        that comes from one example: the adjoint of each weighted sum times what the weight multiplies."""
        if example is None:
            return self._vector("parameters.adjoint")
        batch = self._lowered.batch
        found: array[float] = array("d")
        for before, z in zip((batch.inputs, *batch.outputs), batch.sums, strict=False):
            inputs, deltas = (self._column([span], example, 1.0)[:-1] for span in (before.value, z.gradient))
            for delta in deltas:
                found.extend([delta * x for x in inputs])
            found.extend(deltas)
        return found

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
        first, _ = self._slice("update")
        _, last = self._slice("backward")
        self._step_rows = (first, last)

    def _begin(self, seed: int) -> None:
        self._write("parameters", initial_parameters(self._plan, seed))
        self._write_hyper()
        state = array("d", bytes(8 * 8))
        state[CURSOR] = len(self._split.training)
        state[EPOCH] = -1.0
        random = struct.pack("<Q", Stream(seed, "batches").state)
        state[RANDOM : RANDOM + 1] = array("d", random)
        self._write(STATE, state)
        self._prime()

    def _prime(self) -> None:
        first, _ = self._slice("gather")
        self._machine.run(first, self._step_rows[1])
        self._read_out = False

    def _write_hyper(self) -> None:
        known = OPTIMISERS[self._plan.optimiser].hyper
        for name, spec in known.items():
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
