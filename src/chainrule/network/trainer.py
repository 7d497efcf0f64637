"""Train a network on a machine and read what is inside it, at any step."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence

from chainrule.errors import ProgramError
from chainrule.machine import Machine
from chainrule.network.data import Split
from chainrule.network.examples import examples
from chainrule.network.initialise import initial_parameters, surviving, survivors
from chainrule.network.lower import lower
from chainrule.network.operations import Operation, operations
from chainrule.network.plan import Plan, layer_spans
from chainrule.network.reader import STATE, Reader
from chainrule.network.stream import Stream
from chainrule.program.instructions import COUNT, CURSOR, EPOCH, RANDOM
from chainrule.rules import OPTIMISERS, REGULARISERS
from chainrule.rules.sums import total


class Trainer(Reader):
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
    def recomputed(self) -> int:
        """Nodes whose value was computed anew by the last change; 0 where it touched none, and after a step."""
        return self._recomputed

    def advance(self, steps: int) -> None:
        """Make ``steps`` updates."""
        self._machine.run(*self._step_rows, steps)
        self._read_out = False
        self._recomputed = 0

    @property
    def steps_an_epoch(self) -> int:
        """Updates in a whole pass over the training set."""
        return -(-len(self._split.training) // self._plan.batch)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The pass of a step, operation by operation."""
        return operations(self._lowered.program, len(self.layers))

    def perform(self, some: Iterable[Operation]) -> None:
        """Carry out operations one by one. Between them the arena holds a pass that is under way: what the
        operations still to come will write is what the pass before has left."""
        for each in some:
            update = each.phase == "update"
            if update:
                self._read()  # what the gradients of inputs are made of is still there
            self._machine.run(each.first, each.last)
            self._read_out = update
        self._recomputed = 0

    def rewind(self) -> None:
        """To where the pass on the current batch begins: its parameters stay, no gradients are left."""
        self._gather_again()
        self._machine.run(*self._slice("zero"))
        self._read_out = False

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

    def foreseen(self, changes: Sequence[float]) -> tuple[float, float]:
        """How much the next update, which makes the ``changes`` of ``forecast``, will change the objective on this very
        batch: as its gradient predicts (first order: the sum over parameters of gradient times change), and as it will
        be. Nothing is changed."""
        before = self.parameters()
        predicted = total(g * d for g, d in zip(self.gradients(), changes, strict=True))
        objective, counted = self.batch_loss + self.penalty, self._recomputed
        self.set_parameters({at: p + d for at, (p, d) in enumerate(zip(before, changes, strict=True))})
        actual = self.batch_loss + self.penalty - objective
        self.set_parameters(dict(enumerate(before)))
        self._recomputed = counted
        return predicted, actual

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
            if layer_spans(old) != layer_spans(plan):  # normalisation has parameters too, between the others
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

    def _take(self, plan: Plan, split: Split) -> None:
        """All or nothing: what cannot be lowered or loaded leaves the trainer as it was."""
        taken = examples(split, sum(plan.sizes), plan.sizes[-1])
        lowered = lower(plan, taken)
        self._machine.load(lowered.program)
        self._plan, self._split, self._examples, self._lowered = plan, split, taken, lowered
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

    def _write(self, name: str, numbers: array[float]) -> None:
        self._machine.write(self._lowered.program.spans[name].offset, numbers)
