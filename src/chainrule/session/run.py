"""The run: a trainer that makes steps in slices of time, and frames that show where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nlargest
from math import isfinite, nan

from attrs import frozen

from chainrule.config import Settings
from chainrule.errors import ConfigError, Fact
from chainrule.graph.gradcheck import Checked
from chainrule.machine import Machine
from chainrule.network.data import Split
from chainrule.network.examples import PICTURE_BUDGET
from chainrule.network.gradcheck import check_node, check_parameter
from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.reader import Evaluation
from chainrule.network.trainer import Trainer
from chainrule.session.catalogue import DEFAULT_PACE
from chainrule.session.curve import Curve
from chainrule.session.events import Frame, Moment, Mover
from chainrule.session.experiment import Experiment
from chainrule.session.explanations import Opened
from chainrule.session.inspection import Explainer
from chainrule.session.mark import mark
from chainrule.session.opened import Inside
from chainrule.session.pacer import Pacer, Shutter, affordable
from chainrule.session.playback import Playback
from chainrule.session.trace import Point, Trace

MOST_MOVERS = 4


@frozen(kw_only=True)
class View:
    """What a page wants to see: the revision it draws, an example of the batch, the mark to explain, the
    neurons to show from inside."""

    revision: int = 1
    example: int | None = None
    target: str | None = None
    opened: tuple[str, ...] = ()


@frozen(kw_only=True)
class Happening:
    """Something that befell the run by itself: a sentence of the catalogue, and where it belongs."""

    code: str
    facts: Mapping[str, Fact]
    where: str = ""
    grave: bool = False


class Run:
    """One network in training on ``machine``. ``playing``: the pace asks for steps; ``owed``: there is news to
    show; ``wanted``: steps that were asked for singly and are still to be made."""

    def __init__(
        self, settings: Settings, machine: Machine, experiment: Experiment, plan: Plan, split: Split
    ) -> None:
        self._most_steps = settings.network_limits.max_training_steps
        self._longest = settings.computation.max_iterations
        self._machine = machine
        self._plan, self._split = plan, split
        self._trainer = Trainer(machine, plan, split, experiment.seed, _hyper(experiment))
        self.playback = Playback(
            self._trainer, settings.visualization.animation_duration or 300.0, self._left
        )
        self._pacer = Pacer(DEFAULT_PACE)
        self._shutter = Shutter()
        self._curve = Curve()
        self._trace = Trace()
        self._finite = True
        self.playing = False
        self.owed = True
        self.wanted = 0

    @property
    def layers(self) -> tuple[LayerSpans, ...]:
        """The layers of the network, input side first."""
        return self._trainer.layers

    @property
    def step_number(self) -> int:
        """Updates made so far."""
        return self._trainer.step

    @property
    def pace(self) -> float:
        """Steps a second while playing."""
        return self._pacer.pace

    @pace.setter
    def pace(self, pace: float) -> None:
        self._pacer.pace = pace

    def play(self) -> None:
        """Train at the pace. ``ConfigError`` when the steps of an experiment's life are used up."""
        self._left()
        self.playback.settle()
        self.playing, self.wanted, self.owed = True, 0, True

    def pause(self) -> None:
        """Make no further step."""
        self.playing, self.wanted, self.owed = False, 0, True
        self.playback.following = False
        self._pacer.rest()

    def step(self, unit: str, *, back: bool = False) -> None:
        """Pause, then on (or ``back``) by one operation, layer, phase or batch, or to the next end of an epoch.
        ``ConfigError`` as ``play``, and where the history does not go back so far."""
        if self.playing or self.playback.following:
            self.pause()
        if back or unit not in ("batch", "epoch") or not self.playback.resting:
            self.wanted, self.owed = 0, True
            self.playback.walk(unit, back=back)
            self._cut()
            return
        left = self._left()
        self.wanted = min(left, self.wanted + 1 if unit == "batch" else self._to_epoch_end())

    def seek(self, cursor: int) -> None:
        """Pause where ``cursor`` operations of the pass are done."""
        self.pause()
        self.playback.seek(cursor)
        self._cut()

    def follow(self) -> None:
        """Go through the stages of the pass until paused."""
        self.pause()
        self.playback.start()

    def restart(self, seed: int) -> None:
        """Step 0 with the initial weights of ``seed``; goes on playing if it was."""
        self._trainer.restart(seed)
        self._begin_anew()

    def take(self, experiment: Experiment, plan: Plan, split: Split, *, fresh: bool) -> None:
        """Go on with another plan, other data or other hyperparameters; ``fresh``: from step 0."""
        hyper = _hyper(experiment)
        if fresh:
            self._trainer = Trainer(self._machine, plan, split, experiment.seed, hyper)
            self._begin_anew()
        else:
            place = self.playback.complete()
            if plan.sizes != self._plan.sizes:
                self._trace.cut(-1)  # its numbers are of other marks
            if split is not self._split or plan != self._plan:
                self._trainer.rebuild(plan, split, hyper)
                self.wanted = 0  # the end of the epoch may lie elsewhere now
            else:
                self._trainer.set_hyper(hyper)
            self.playback.renew(self._trainer, place)
        self._plan, self._split, self.owed = plan, split, True

    def set_parameter(self, at: int, value: float) -> None:
        """Another value for one parameter; what does not depend on it stays as it is."""
        place = self.playback.complete()
        self._trainer.set_parameters({at: value})
        self.playback.renew(self._trainer, place)
        self.owed = True

    def train(self, milliseconds: float) -> None:
        """Make the steps of one slice of time, as many as pace, cost and limits allow."""
        try:
            self.owed |= self.playback.follow(milliseconds)
        except ConfigError:  # no steps are left: the next frame says so
            self.playback.following, self.playing, self.owed = False, True, True
        if not (self.playing or self.wanted):
            return
        frame = self._frame_flops()
        self._shutter.wait(milliseconds, frame)
        most = min(
            self._longest,
            max(0, self._most_steps - self._trainer.step),
            affordable(milliseconds, self._trainer.flops, frame),
        )
        steps = self._pacer.due(milliseconds, most) if self.playing else min(self.wanted, most)
        if steps > 0:
            self.playback.remember()
            self._trainer.advance(steps)
            self.wanted = max(0, self.wanted - steps)
            self.owed = True

    def may_show(self) -> bool:
        """Whether there is news, and a frame can be afforded now; paused, it always can."""
        busy = self.playing and not self._ended()
        return self.owed and (not busy or self._shutter.open(self._frame_flops()))

    def show(self, view: View, *, whole: bool = False) -> tuple[Frame, tuple[Happening, ...]]:
        """The frame of this step, and what befell the run since the last. ``whole``: with the whole curve."""
        self._shutter.pay(self._frame_flops())
        evaluation = self._trainer.evaluate()
        happenings = (*self._not_finite(evaluation), *self._spent())
        return self._frame(evaluation, view, whole=whole), happenings

    def _opened(
        self,
        view: View,
        moment: Moment,
        example: int | None,
        values: Sequence[float],
        gradients: Sequence[float],
        adjoints: Sequence[float],
    ) -> tuple[Opened, ...]:
        if not view.opened:
            return ()
        inside = Inside(
            reader=self._trainer,
            sizes=self._plan.sizes,
            example=example,
            parameters=self._trainer.parameters() if self.playback.before is None else self.playback.before,
            values=values,
            gradients=gradients,
            adjoints=adjoints,
            moment=moment,
            softmax=self._plan.output == "log_softmax",
        )
        found = (mark(each, self._plan.sizes) for each in view.opened)
        return tuple(inside.open(each.layer, each.neuron) for each in found if each is not None)

    def verify(self, at: int) -> Checked:
        """Check the gradient of parameter ``at``; the run stays where it is."""
        with self.playback.aside():
            return check_parameter(self._trainer, at)

    def verify_node(self, layer: int, neuron: int, *, summed: bool, example: int | None) -> Checked:
        """Check the gradient of what a node hands on, or of its sum; the run stays where it is."""
        with self.playback.aside():
            shown = self.example(example)
            return check_node(self._trainer, layer, neuron, summed=summed, example=shown)

    def _movers(self, changes: Sequence[float]) -> tuple[Mover, ...]:
        """The weights and biases that the next update moves furthest; of equals, those of the largest gradients."""
        gradients = self._trainer.gradients()
        found = nlargest(
            MOST_MOVERS,
            ((abs(changes[at]), abs(gradients[at]), at) for at in range(len(changes)) if changes[at]),
        )
        named = ((self._target(at), changes[at]) for _, _, at in found)
        return tuple(Mover(target=name, change=change) for name, change in named if name)

    def _target(self, at: int) -> str:
        """The mark of parameter ``at``; empty for one that has none, as those of a normalisation."""
        for number, layer in enumerate(self.layers, 1):
            if layer.custom is not None or not layer.weights <= at < layer.end:
                continue
            if at < layer.biases:
                neuron, source = divmod(at - layer.weights, layer.inputs)
                return f"w:{number}:{neuron}:{source}"
            if at < layer.biases + layer.outputs:
                return f"b:{number}:{at - layer.biases}"
        return ""

    def example(self, wanted: int | None) -> int | None:
        """The last batch of an epoch may have fewer examples than the one that was chosen."""
        return None if wanted is None else min(wanted, self._trainer.batch - 1)

    def _cut(self) -> None:
        """What lies beyond this step has not happened."""
        self._curve.cut(self._trainer.step)
        self._trace.cut(self._trainer.step)

    def _begin_anew(self) -> None:
        """The trainer stands at step 0 again."""
        self._curve.clear()
        self._trace.cut(-1)
        self._pacer.rest()
        self.playback.begin(self._trainer)
        self.wanted, self.owed, self._finite = 0, True, True

    def _left(self) -> int:
        if self._ended():
            raise ConfigError("error.steps_used_up", limit=self._most_steps)
        return self._most_steps - self._trainer.step

    def _to_epoch_end(self) -> int:
        """Steps to the first end of an epoch that lies beyond the steps already wanted."""
        left, whole = self._trainer.steps_left_in_epoch(), -(-len(self._split.training) // self._plan.batch)
        return left if self.wanted < left else left + whole * ((self.wanted - left) // whole + 1)

    def _frame_flops(self) -> float:
        """Roughly what it takes to evaluate both sets and to draw the pictures."""
        pictures = PICTURE_BUDGET // sum(self._plan.sizes)
        return 2.0 * self._plan.parameters * (self._split.table.rows + pictures)

    def _ended(self) -> bool:
        return self._trainer.step >= self._most_steps

    def _spent(self) -> tuple[Happening, ...]:
        """Stop where the steps of an experiment's life are used up, and say so once."""
        if not (self.playing and self._ended()):
            return ()
        self.playing = False
        return (Happening(code="notice.steps_used_up", facts={"limit": self._most_steps}),)

    def _not_finite(self, evaluation: Evaluation) -> tuple[Happening, ...]:
        """Stop where the loss is no number any more, and say so when it happens."""
        finite = isfinite(evaluation.training_loss) and isfinite(self._trainer.batch_loss)
        news = not finite and (self._finite or self.playing)
        self._finite = finite
        if not news:
            return ()
        self.playing, self.wanted = False, 0
        facts = {"step": self._trainer.step}
        return (Happening(code="notice.not_finite", facts=facts, where="training.learning_rate", grave=True),)

    def _frame(self, evaluation: Evaluation, view: View, *, whole: bool) -> Frame:
        trainer = self._trainer
        example = self.example(view.example)
        parameters, gradients = trainer.parameters(), trainer.gradients(example)
        values, adjoints = trainer.values(example), trainer.adjoints(example)
        moment = self.playback.moment()
        # In the middle of a pass the gradients are not those that the update will use.
        asked = moment.resting and not (self.playing and view.target is None)
        changes = trainer.forecast() if asked else None
        explainer = Explainer(
            trainer=trainer,
            plan=self._plan,
            example=example,
            gradients=gradients,
            values=values,
            adjoints=adjoints,
            moment=moment,
            before=self.playback.before,
            changes=changes,
            trace=self._trace,
            busy=self.playing,
        )
        width, height, maps = trainer.maps()
        predicted, actual = (nan, nan) if changes is None or self.playing else trainer.foreseen(changes)
        if moment.resting and trainer.step > self._trace.last:
            of_batch = (gradients, values, adjoints)
            if example is not None:
                of_batch = (trainer.gradients(), trainer.values(), trainer.adjoints())
            self._trace.add(Point(trainer.step, parameters, *of_batch))
        self._curve.add(trainer.step, evaluation.training_loss, evaluation.validation_loss)
        curve, reset = (self._curve.whole(), True) if whole else self._curve.news()
        self.owed = False
        return Frame(
            revision=view.revision,
            step=trainer.step,
            epoch=trainer.epoch,
            playing=self.playing,
            moment=moment,
            example=example,
            batch=trainer.batch,
            batch_loss=trainer.batch_loss,
            training_loss=evaluation.training_loss,
            validation_loss=evaluation.validation_loss,
            training_accuracy=evaluation.training_accuracy,
            validation_accuracy=evaluation.validation_accuracy,
            training_r2=evaluation.training_r2,
            validation_r2=evaluation.validation_r2,
            penalty=trainer.penalty,
            rate=trainer.rate,
            predicted_change=predicted,
            actual_change=actual,
            movers=() if changes is None or self.playing else self._movers(changes),
            row=-1 if example is None or moment.cursor == 0 else trainer.rows[example],
            wanted=() if example is None else tuple(trainer.wanted(example)),
            recomputed=trainer.recomputed,
            parameters=parameters,
            gradients=gradients,
            values=values,
            adjoints=adjoints,
            map_width=width,
            map_height=height,
            maps=maps,
            confusion=evaluation.confusion,
            curve=curve,
            curve_reset=reset,
            opened=self._opened(view, moment, example, values, gradients, adjoints),
            inspection=None if view.target is None else explainer.explain(view.target),
        )


def _hyper(experiment: Experiment) -> dict[str, float]:
    training = experiment.training
    dropped = {"dropout_rate": experiment.network.dropout}
    return {"learning_rate": training.learning_rate, **training.hyper, **dropped}
