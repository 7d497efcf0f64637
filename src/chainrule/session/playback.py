"""The pass of a step as something to stop in: forward, loss, zero, seed, backward, update, and back again.

A position is a number of operations of the pass that are done. Every position is real: the machine has carried out
just these operations. To go back, the run is restored from its history and led here again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from chainrule.errors import ConfigError
from chainrule.network.operations import Operation
from chainrule.network.trainer import Trainer
from chainrule.session.events import Moment, Stage, Tempo
from chainrule.session.history import History
from chainrule.session.metronome import Metronome

Place = tuple[int, tuple[Operation, ...]]


class Playback:
    """Where ``trainer`` stands in the pass of its step. ``may_move``: raises where no further update is allowed."""

    def __init__(self, trainer: Trainer, milliseconds: float, may_move: Callable[[], object]) -> None:
        self._trainer = trainer
        self._operations: tuple[Operation, ...] = trainer.operations
        self._rest = 0
        self._before: array[float] | None = None
        self.cursor = 0
        self._crossed = 0
        self._may_move = may_move
        self._history = History()
        self._metronome = Metronome()
        self.tempo = Tempo(unit="layer", milliseconds=milliseconds, loop=False)
        self._take(trainer)

    @property
    def following(self) -> bool:
        """The stages go by themselves."""
        return self._metronome.following

    @following.setter
    def following(self, on: bool) -> None:
        self._metronome.following = on

    def complete(self) -> Place | None:
        """Finish the pass, so that the run can be changed; gives the place to come back to, None where it rests."""
        place = None if self.resting or self.cursor > self._rest else (self.cursor, self._operations)
        self._finish()
        return place

    def renew(self, trainer: Trainer, place: Place | None) -> None:
        """The run was changed by hand: what was before is past. ``place`` is gone back to where the pass still has
        it."""
        self._history.forget()
        self._take(trainer)
        if place is not None and place[1] == self._operations:
            self._again(place[0])

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Finish the pass for a question that changes nothing, and come back, from after the update too."""
        step, cursor = self.step, self.cursor
        self._finish()
        try:
            yield
        finally:
            if cursor > self._rest:
                self._back_to(step, cursor)
            elif cursor < self._rest:
                self._again(cursor)

    def begin(self, trainer: Trainer) -> None:
        """The run begins anew, at rest."""
        self._history.forget()
        self.following = False
        self._take(trainer)

    @property
    def step(self) -> int:
        """The step whose pass this is: its update, the last stage, leads to the next."""
        return self._crossed if self.cursor > self._rest else self._trainer.step

    @property
    def resting(self) -> bool:
        """The pass is complete and its update still to come: where training begins and ends."""
        return self.cursor == self._rest

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The operations as the page lists them."""
        return tuple(Stage(phase=each.phase, layer=each.layer, name=each.name) for each in self._operations)

    @property
    def before(self) -> array[float] | None:
        """The parameters before the update that has just been made, in the last stage of a pass."""
        return self._before if self.cursor > self._rest else None

    def settle(self) -> None:
        """On to where the pass is complete, and stay; after its update that is the next pass."""
        self.following = False
        self._finish()

    def remember(self) -> None:
        """Keep this step to come back to."""
        if self.resting and self._trainer.step not in self._history:
            self._history.put(self._trainer.step, self._trainer.snapshot())

    def seek(self, cursor: int) -> None:
        """To where ``cursor`` operations of this pass are done. ``ConfigError`` where it has not so many."""
        if not 0 <= cursor <= len(self._operations):
            raise ConfigError("error.no_such_stage", value=cursor, last=len(self._operations))
        if cursor < self.cursor:
            self._again(cursor)
            return
        if self.cursor <= self._rest < cursor:
            self._perform(self._rest)
            self._may_move()
            self.remember()
            self._crossed, self._before = self._trainer.step, self._trainer.parameters()
        self._perform(cursor)

    def walk(self, unit: str, *, back: bool = False) -> None:
        """On, or back, to the next end of a ``unit``: op, layer, phase, batch, epoch (back only)."""
        if unit in ("batch", "epoch"):
            self._by_batch(unit, back=back)
            return
        stops = ends(self._operations, unit)
        if not back:
            if self.cursor == len(self._operations):
                self.cursor = 0  # the end of a pass is the beginning of the next
            self.seek(next(each for each in stops if each > self.cursor))
            return
        earlier = [each for each in stops if each < self.cursor]
        if earlier:
            self.seek(earlier[-1])
        else:
            self._back_to(self.step - 1, len(self._operations))

    def follow(self, milliseconds: float) -> bool:
        """Time passes: where a stage's time is over, on to the next. True where something has changed."""
        if not self._metronome.beat(milliseconds, self.tempo.milliseconds):
            return False
        if self.tempo.loop and self.resting:
            self.seek(ends(self._operations, self.tempo.unit)[0])
        else:
            self.walk(self.tempo.unit)
        return True

    def start(self) -> None:
        """Follow the stages, the first at once."""
        self._metronome.start(self.tempo.milliseconds)

    def moment(self) -> Moment:
        """Where the pass stands, and which numbers of it are already there."""
        depth = len(self._trainer.layers)
        done = self._operations[: self.cursor]
        left = {(each.phase, each.layer) for each in self._operations[self.cursor :]}
        last = done[-1] if done else self._operations[0]
        finished = [each for each in done if (each.phase, each.layer) not in left]
        values = max((_reach(each, depth) for each in finished), default=-1)
        gradients = depth + 3
        for each in finished:
            if each.phase in ("seed", "backward"):
                gradients = min(gradients, depth + 2 if each.phase == "seed" else each.layer)
        if self.cursor == len(self._operations):
            values = -1  # they belong to parameters that are no more
        return Moment(
            cursor=self.cursor,
            step=self.step,
            phase=last.phase,
            layer=last.layer,
            name=last.name,
            resting=self.resting,
            following=self.following,
            values_to=values,
            gradients_from=gradients,
            cleared=any(each.phase == "zero" for each in finished),
        )

    def _take(self, trainer: Trainer) -> None:
        self._trainer, self._operations = trainer, trainer.operations
        self._rest = self.cursor = len(self._operations) - 1  # the last one is the update
        self._crossed, self._before = trainer.step, None

    def _perform(self, cursor: int) -> None:
        if cursor > self.cursor:
            self._trainer.perform(self._operations[self.cursor : cursor])
            self.cursor = cursor

    def _finish(self) -> None:
        if self.cursor > self._rest:
            self.cursor = 0  # the end of a pass is the beginning of the next
        self._perform(self._rest)

    def _again(self, cursor: int) -> None:
        """This pass from its beginning to ``cursor``."""
        step = self.step
        if step > 0 and self._history.nearest(step - 1) is not None:
            self._back_to(step - 1, len(self._operations))
        else:
            if self.cursor > self._rest:
                self._restore(step)
            self._trainer.rewind()
        self.cursor = 0
        self._perform(cursor)

    def _back_to(self, step: int, cursor: int) -> None:
        """``cursor`` of the pass of an earlier ``step``, at least its rest."""
        self._restore(step)
        self.seek(cursor)

    def _restore(self, step: int) -> None:
        """At rest at ``step``. ``ConfigError`` where the history does not go back so far."""
        found = self._history.nearest(step)
        if found is None:
            raise ConfigError("error.no_earlier_step", step=self.step)
        earlier, state = found
        self._trainer.restore(state)
        if step > earlier:
            self._trainer.advance(step - earlier)
        self.cursor = self._rest
        self.remember()

    def _by_batch(self, unit: str, *, back: bool) -> None:
        """From rest to rest; a pass that is under way is first completed. Training itself goes on from rest."""
        if not back:
            self._finish()
            return
        step = self.step if self.cursor > self._rest else self.step - 1
        if unit == "epoch":
            step = max(step - step % self._trainer.steps_an_epoch, min(step, self._history.earliest or 0))
        self._restore(step)


def ends(stages: Sequence[Operation | Stage], unit: str) -> list[int]:
    """Numbers of stages after which a ``unit`` (op, layer, phase) is complete."""
    if unit == "op":
        return list(range(1, len(stages) + 1))
    keys = [(each.phase, each.layer if unit == "layer" else 0) for each in stages]
    inner = [at for at, (one, other) in enumerate(pairwise(keys), 1) if one != other]
    return [*inner, len(keys)]


def _reach(operation: Operation, depth: int) -> int:
    """The layer whose values are there when the stage of ``operation`` is complete; the loss is one beyond."""
    return operation.layer if operation.phase == "forward" else depth + 1
