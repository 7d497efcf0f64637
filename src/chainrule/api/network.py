"""``Network``: a network that trains on the machine and lets everything in it be read."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from chainrule.api import menus
from chainrule.api.arguments import LARGEST_SEED, number, shown, whole
from chainrule.api.engine import new_machine
from chainrule.api.menus import Chosen
from chainrule.api.progress import bar
from chainrule.api.run import Finding, Point, Run
from chainrule.errors import DataError, ProgramError
from chainrule.machine import Machine
from chainrule.machine.pool import Pool
from chainrule.network import Plan, Trainer
from chainrule.network.data import Split, Table, from_rows, split
from chainrule.network.data.csv_file import LARGEST
from chainrule.network.initialise import initial_parameters
from chainrule.network.plan import DROPOUT_RATE
from chainrule.program.traced import LayerFunction, Traced, trace

BURST = 0.1  # seconds of training between two looks at the clock, the loss and the keyboard
MOST_STEPS = 1_000_000_000
MOST_NEURONS = 1_000_000
DEFAULT_LOSS = {"binary": "mse", "multiclass": "cross_entropy", "regression": "mse"}


@frozen
class Layer:
    """A hidden layer written in Python: see ``layer``."""

    function: LayerFunction
    outputs: int
    parameters: int
    name: str


def layer(function: LayerFunction, *, outputs: int, parameters: int = 0, name: str = "") -> Layer:
    """A hidden layer of a person's own: ``function(x, w)`` gives ``outputs`` numbers from the list ``x`` of its inputs
    and the list ``w`` of its ``parameters``, in ordinary arithmetic and the methods of ``Value``. It stands in the
    sizes of a ``Network`` in place of a number. It is traced once, differentiated, and runs on the machine."""
    outputs = whole(outputs, "outputs", 1, MOST_NEURONS)
    parameters = whole(parameters, "parameters", 0, MOST_NEURONS)
    return Layer(function, outputs, parameters, name or getattr(function, "__name__", "layer"))


class Network:
    """A network of ``sizes``: inputs, the neurons of each hidden layer (or a ``layer``), outputs.

    ``activation`` bends the hidden layers, or one name for each in ``activations``. ``normalisation`` is none, batch or
    layer; ``dropout`` the share of hidden outputs that training drops; ``skips`` are pairs (source, target) of layers,
    0 being the inputs. ``seed`` decides the initial weights, the order of examples and what is dropped. What cannot be
    raises ``ProgramError`` and names it.
    """

    def __init__(
        self,
        sizes: Sequence[int | Layer],
        activation: str = "tanh",
        *,
        seed: int = 1,
        activations: Sequence[str] = (),
        normalisation: str = "none",
        dropout: float = 0.0,
        skips: Iterable[tuple[int, int]] = (),
        initialiser: str = "auto",
        machine: Machine | None = None,
    ) -> None:
        places = _listed(sizes, "sizes")
        widths = tuple(_width(each) for each in places)
        if len(widths) < 2:
            raise ProgramError("error.sizes", where="sizes", sizes=str(widths))
        if isinstance(places[0], Layer) or isinstance(places[-1], Layer):
            raise ProgramError("error.layer_place", where="sizes")
        self.seed = whole(seed, "seed", 0, LARGEST_SEED)
        self.dropout = number(dropout, "dropout", 0.0, DROPOUT_RATE.high)
        self._machine = machine
        self._trainer: Trainer | None = None
        self._parts: Split | None = None
        self._share = 0.0
        self._plan = Plan(
            widths,
            activation,
            "mse" if widths[-1] == 1 else "cross_entropy",
            "sgd",
            1,
            activations=tuple(activations),
            normalisation=normalisation,
            dropout=self.dropout > 0,
            skips=tuple(sorted(_pair(each) for each in _listed(skips, "skips"))),
            initialiser=initialiser,
            custom=_traces(places, widths),
        )
        self._start = initial_parameters(self._plan, self.seed)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self._plan.sizes))
        return f"Network({sizes}, {self._plan.activation}, {self._plan.parameters} parameters, {self.steps} steps)"

    @property
    def plan(self) -> Plan:
        """The plan as it was last trained by."""
        return self._plan

    @property
    def trainer(self) -> Trainer:
        """The trainer behind the network, with everything inside it. ``ProgramError`` before the first ``train``."""
        if self._trainer is None:
            raise ProgramError("error.not_trained", where="network")
        return self._trainer

    @property
    def steps(self) -> int:
        """Updates made so far."""
        return self._trainer.step if self._trainer is not None else 0

    @property
    def parameters(self) -> array[float]:
        """All weights and biases, layer after layer: weights row by row, biases, then scales and shifts. A copy."""
        return self._trainer.parameters() if self._trainer is not None else array("d", self._start)

    @parameters.setter
    def parameters(self, numbers: Iterable[float]) -> None:
        new = array("d", [float(each) for each in _listed(numbers, "parameters")])
        if len(new) != self._plan.parameters:
            raise ProgramError(
                "error.parameter_count", where="parameters", found=len(new), wanted=self._plan.parameters
            )
        self._start = new
        if self._trainer is not None:
            self._trainer.set_parameters(dict(enumerate(new)))

    @property
    def parts(self) -> Split | None:
        """The rows that train and validate, and how inputs are scaled; None before the first data."""
        return self._parts

    @property
    def _known(self) -> Split:
        if self._parts is None:
            raise ProgramError("error.not_trained", where="network")
        return self._parts

    @property
    def gradients(self) -> array[float]:
        """The gradient of the objective on the next batch with respect to each parameter, in their order."""
        return self.trainer.gradients()

    def train(
        self,
        data: Table | tuple[Any, Any],
        *,
        loss: str | None = None,
        optimiser: Chosen | str = "sgd",
        batch: int | None = None,
        steps: int | None = None,
        epochs: int | None = None,
        regulariser: Chosen | str = "none",
        schedule: Chosen | str = "constant",
        clipping: Chosen | str = "none",
        train_share: float = 0.8,
        progress: bool | None = None,
    ) -> Run:
        """Make ``steps`` updates, or as many as ``epochs`` passes over the training rows take (default: 1000 steps).

        ``data`` is a table or a pair (rows of inputs, targets). The loss is by default mean squared error, of several
        classes cross-entropy. ``batch`` is at most the training rows (default: 32, or all if they are fewer).
        ``train_share`` of the rows train, the rest validate. Calling it again goes on from where the network is; the
        optimiser keeps its memory unless another one is chosen. A bar shows ``progress`` of long runs where someone can
        see it. Ctrl-C ends the run and keeps what was learned. A loss that is no longer finite ends it too: the network
        is as before the update that did it, and ``findings`` say which.
        """
        self._prepare(data, loss, optimiser, batch, regulariser, schedule, clipping, train_share)
        return self._train(self._steps(steps, epochs), progress)

    def prepare(self, data: Table | tuple[Any, Any], **options: Any) -> Network:
        """As ``train`` with the same options, but make no update: ``gradients``, ``trainer`` and checks are there."""
        defaults: dict[str, Any] = {
            "loss": None,
            "optimiser": "sgd",
            "batch": None,
            "regulariser": "none",
            "schedule": "constant",
            "clipping": "none",
            "train_share": 0.8,
        }
        self._prepare(data, **(defaults | options))
        return self

    def predict(self, inputs: Any) -> list[list[float]]:
        """The outputs for each row of ``inputs``, in the units of the data: of a regression the values, of several
        classes their probabilities, of two classes -1 … 1, or for cross-entropy the logit."""
        trainer, parts = self.trainer, self._known
        table = parts.table
        width, outputs = len(table.features), self._plan.sizes[-1]
        numbers: array[float] = array("d")
        for at, row in enumerate(_listed(inputs, "inputs")):
            where = f"inputs[{at}]"
            listed = _listed(row, where)
            if len(listed) != width:
                raise DataError("error.row_width", where=where, found=len(listed), width=width)
            numbers.extend(number(each, where, -LARGEST, LARGEST) for each in listed)
        found = trainer.predict(parts.scaled(numbers))
        if table.task == "regression":
            found = array("d", [parts.target_mean + parts.target_deviation * each for each in found])
        return [list(found[at : at + outputs]) for at in range(0, len(found), outputs)]

    def classify(self, inputs: Any) -> list[str]:
        """The class that the network gives each row of ``inputs``."""
        rows = self.predict(inputs)
        table = self._known.table
        if not table.classes:
            raise ProgramError("error.no_classes", where="classify")
        if len(table.classes) == 2 and self._plan.sizes[-1] == 1:
            return [table.classes[row[0] > 0] for row in rows]
        return [table.classes[max(range(len(row)), key=row.__getitem__)] for row in rows]

    def save(self, path: Path | str) -> None:
        """Write the network to a file that ``load`` reads: its plan, its parameters and what batch normalisation has
        seen. ``ProgramError`` for a layer written in Python, which a file cannot hold."""
        from chainrule.api.files import write

        write(self, Path(path))

    def _prepare(
        self,
        data: Table | tuple[Any, Any],
        loss: str | None,
        optimiser: Chosen | str,
        batch: int | None,
        regulariser: Chosen | str,
        schedule: Chosen | str,
        clipping: Chosen | str,
        train_share: float,
    ) -> None:
        table = data if isinstance(data, Table) else _table(data)
        self._fits(table)
        train_share = number(train_share, "train_share", 0.001, 1.0)
        chosen = [
            menus.optimisers.read(optimiser),
            menus.regularisers.read(regulariser),
            menus.schedules.read(schedule),
            menus.clippings.read(clipping),
        ]
        parts = self._parts
        if parts is None or parts.table != table or self._share != train_share:
            parts = split(table, train_share, self.seed)
        rows = len(parts.training)
        if batch is not None:
            batch = whole(batch, "batch", 1, rows)
        if self._plan.normalisation == "batch" and (batch or rows) == 1:
            raise ProgramError("error.batch_of_one", where="batch")
        plan = evolve(
            self._plan,
            task=table.task,
            loss=loss or DEFAULT_LOSS[table.task],
            batch=batch or min(32, rows),
            optimiser=chosen[0].name,
            regulariser=chosen[1].name,
            schedule=chosen[2].name,
            clipping=chosen[3].name,
        )
        hyper = {key: number for each in chosen for key, number in each.hyper.items()}
        if self.dropout:
            hyper["dropout_rate"] = self.dropout
        self.take(plan, parts, hyper)
        self._share = train_share

    def take(self, plan: Plan, parts: Split, hyper: Mapping[str, float]) -> None:
        """Go by another plan, other data, other hyperparameters. All or nothing: what cannot be leaves the network as
        it was."""
        if self._trainer is None:
            machine = self._machine or new_machine()
            trainer = Trainer(machine, plan, parts, self.seed, hyper)
            trainer.set_parameters(dict(enumerate(self._start)))
            self._trainer = trainer
        elif plan != self._plan or parts is not self._parts:
            self._trainer.rebuild(plan, parts, hyper)
        else:
            known = {name: spec.default for name, spec in plan.hyper.items()}
            self._trainer.set_hyper({**known, **hyper})
        self._plan, self._parts = plan, parts

    def _fits(self, table: Table) -> None:
        """The widths at both ends are those of the data."""
        inputs, outputs = self._plan.sizes[0], self._plan.sizes[-1]
        if len(table.features) != inputs:
            raise ProgramError(
                "error.data_inputs", where="data", name=table.name, found=len(table.features), inputs=inputs
            )
        wanted = len(table.classes) if table.task == "multiclass" else 1
        if outputs != wanted:
            raise ProgramError(
                "error.data_outputs",
                where="data",
                name=table.name,
                task=table.task,
                wanted=wanted,
                outputs=outputs,
            )

    def _steps(self, steps: int | None, epochs: int | None) -> int:
        if steps is not None and epochs is not None:
            raise ProgramError("error.steps_epochs", where="steps")
        if epochs is None:
            return whole(1000 if steps is None else steps, "steps", 0, MOST_STEPS)
        passes = whole(epochs, "epochs", 0, MOST_STEPS)
        return min(MOST_STEPS, passes * -(-len(self._known.training) // self._plan.batch))

    def _train(self, steps: int, progress: bool | None) -> Run:
        trainer, first = self.trainer, self.steps
        history = [self._point()]
        findings: list[Finding] = []
        seconds, burst, interrupted = 0.0, 1, False
        looked = time.perf_counter()
        with bar(steps, progress) as shown:
            try:
                while trainer.step - first < steps and not findings:
                    before, done = trainer.snapshot(), trainer.step
                    start = time.perf_counter()
                    trainer.advance(min(burst, steps - (done - first)))
                    now = time.perf_counter()
                    seconds += now - start
                    burst = _burst(burst, now - start)
                    if not _finite(trainer):
                        _last_finite(trainer, before, trainer.step - done)
                        findings.append(Finding("finding.not_finite", trainer.step + 1))
                    shown.update(trainer.step - done)
                    if now - looked > 10 * BURST:
                        history.append(self._point())
                        looked = time.perf_counter()
                        shown.set_postfix(loss=f"{trainer.batch_loss:.4g}")
            except KeyboardInterrupt:
                interrupted = True
        return self._run(trainer.step - first, seconds, interrupted, history, findings)

    def _run(
        self, done: int, seconds: float, interrupted: bool, history: list[Point], findings: list[Finding]
    ) -> Run:
        trainer = self.trainer
        last = trainer.evaluate()
        if history[-1].step != trainer.step:
            history.append(Point(trainer.step, last.training_loss, last.validation_loss))
        return Run(
            loss=trainer.batch_loss,
            penalty=trainer.penalty,
            training_loss=last.training_loss,
            validation_loss=last.validation_loss,
            training_accuracy=last.training_accuracy,
            validation_accuracy=last.validation_accuracy,
            training_r2=last.training_r2,
            validation_r2=last.validation_r2,
            steps=done,
            epochs=trainer.epoch,
            step_seconds=seconds / done if done else 0.0,
            interrupted=interrupted,
            history=tuple(history),
            findings=tuple(findings),
        )

    def _point(self) -> Point:
        found = self.trainer.evaluate()
        return Point(self.steps, found.training_loss, found.validation_loss)


def train_all(
    jobs: Sequence[tuple[Network, Mapping[str, Any]]],
    *,
    threads: int = 4,
    make: Callable[[], Machine] = new_machine,
) -> list[Run]:
    """Train independent networks side by side, each with the arguments of its own ``train``, ``threads`` at a time.
    Every network has a machine of its own; results come in the order of ``jobs`` and are what one after the other
    gives."""
    seen: set[int] = set()
    for network, _ in jobs:
        if id(network) in seen:
            raise ProgramError("error.same_network", where="jobs")
        seen.add(id(network))

    def train(_: Machine, job: tuple[Network, Mapping[str, Any]]) -> Run:
        network, options = job
        return network.train(**{"progress": False, **options})

    with Pool(make, threads) as pool:
        return pool.map(train, jobs)


def _listed(values: Any, name: str) -> list[Any]:
    """The elements of a list, or of an array of another library."""
    try:
        return list(values.tolist() if hasattr(values, "tolist") else values)
    except TypeError:
        raise ProgramError("error.not_a_list", where=name, name=name, found=shown(values)) from None


def _width(size: Any) -> int:
    return size.outputs if isinstance(size, Layer) else whole(size, "sizes", 1, MOST_NEURONS)


def _pair(skip: Any) -> tuple[int, int]:
    source, target, *more = (*_listed(skip, "skips"), None, None)[:3]
    if None in (source, target) or more != [None]:
        raise ProgramError("error.skip_pair", where="skips", found=shown(skip))
    return whole(source, "skips", 0, MOST_NEURONS), whole(target, "skips", 0, MOST_NEURONS)


def _traces(sizes: Sequence[int | Layer], widths: Sequence[int]) -> tuple[Traced | None, ...]:
    found = tuple(
        trace(each.function, before, each.parameters, each.name) if isinstance(each, Layer) else None
        for (before, _), each in zip(pairwise(widths[:-1]), sizes[1:-1], strict=True)
    )
    return found if any(each is not None for each in found) else ()


def _table(data: tuple[Any, Any]) -> Table:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise DataError("error.data_kind", where="data", found=type(data).__name__)
    return from_rows(*data)


def _finite(trainer: Trainer) -> bool:
    total = trainer.batch_loss + trainer.penalty
    return total - total == 0.0


def _last_finite(trainer: Trainer, before: Mapping[str, array[float]], count: int) -> None:
    """Leave the trainer after the last of ``count`` updates from ``before`` on that leaves the loss finite. Runs are
    reproducible, so the update that did it is found by halving."""
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        trainer.restore(before)
        trainer.advance(middle)
        low, high = (middle, high) if _finite(trainer) else (low, middle - 1)
    trainer.restore(before)
    trainer.advance(low)


def _burst(steps: int, seconds: float) -> int:
    """So many steps that the next burst takes about ``BURST``, at most four times as many as before."""
    wanted = steps * BURST / max(seconds, 1e-9)
    return max(1, min(4 * steps, int(wanted)))
