"""The session: commands in, events out. It owns one experiment and its run, and knows no clock, thread or socket."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import nan
from types import MappingProxyType
from typing import Literal, assert_never

from attrs import evolve

from chainrule.cache import Cache
from chainrule.config import Settings
from chainrule.errors import ChainruleError, ConfigError, Fact
from chainrule.machine import Machine
from chainrule.network.data import Split, Table, engineered, load, split
from chainrule.network.initialise import survivors
from chainrule.network.plan import layer_spans
from chainrule.script import Limits, Outcome
from chainrule.session import scene
from chainrule.session.catalogue import PACES, catalogue, menu, scripts
from chainrule.session.commands import (
    Ack,
    Arrange,
    Command,
    Edit,
    Follow,
    Halt,
    Hello,
    Inspect,
    Look,
    Open,
    Pace,
    Pause,
    Play,
    Renew,
    Restart,
    Seek,
    SetParameter,
    SetTempo,
    Show,
    Step,
    Verify,
    Write,
)
from chainrule.session.desk import Desk, Errand
from chainrule.session.edits import changed, fitted, flat, plan, settled
from chainrule.session.events import Event, Notice, Tempo, Welcome
from chainrule.session.experiment import SEED_LIMIT, DataChoice, Experiment
from chainrule.session.explanations import Verified
from chainrule.session.mark import mark, moved
from chainrule.session.metronome import TEMPOS
from chainrule.session.palette import palettes
from chainrule.session.run import Happening, Run, View
from chainrule.text import sentence

MOST_WEIGHT = 1e6
MOST_OPENED = 6  # neurons shown from inside at a time
_NO_TABLES: Mapping[str, Table] = MappingProxyType({})


class Session:
    """One experiment and its run.

    ``machines`` makes the machine that computes. ``tables`` are a user's own data sets by name; the first of them
    is then the one to begin with. ``experiment`` is taken as it is and must be within the limits of ``settings``
    (``ConfigError``); the default one is made to fit.

    The host gives time with ``tick`` and fills in what it alone knows: ``seq`` of every event, and ``schema`` and
    ``version`` of ``Welcome``.
    """

    def __init__(
        self,
        settings: Settings,
        machines: Callable[[], Machine],
        session_id: str,
        tables: Mapping[str, Table] = _NO_TABLES,
        experiment: Experiment | None = None,
    ) -> None:
        self._settings, self._id, self._tables = settings, session_id, tables
        self._catalogue = catalogue(settings, menu(tables))
        self._cache: Cache[tuple[Fact, ...], Split] = Cache(settings.performance.cache_size_mb)
        self._generated = {each.name for each in self._catalogue.datasets if each.generated}
        limits = settings.network_limits
        if experiment is None:
            start = Experiment(data=DataChoice(name=next(iter(tables), DataChoice().name)))
            self._split = self._divided(start)
            self._facts = scene.facts(self._split)
            start = fitted(start, self._facts, limits, settings.computation.batch_size_limit)
        else:
            values = flat(experiment)
            start = changed(Experiment(), values, self._catalogue, limits.max_layers)
            self._split = self._divided(start)
            self._facts = scene.facts(self._split)
            start, _ = settled(start, start, values, self._facts, limits)
        self._experiment = start
        self._plan = plan(start, self._facts)
        self._run = Run(settings, machines(), start, self._plan, self._split)
        self._view = View()
        self._columns = survivors(self._plan, self._plan)
        code = settings.code_limits
        self._desk = Desk(
            scripts()[0].text,
            settings.visualization.animation_duration or 300.0,
            Limits(
                seconds=code.max_seconds,
                memory_mb=code.max_memory_mb,
                nodes=code.max_values,
                printed=code.max_printed,
            ),
        )

    @property
    def playing(self) -> bool:
        """It trains, or follows the stages of a pass, until paused: give it time."""
        if self._desk.shown:
            return self._desk.following
        return self._run.playing or self._run.playback.following

    @property
    def dirty(self) -> bool:
        """A ``tick`` has something to show, or single steps to make."""
        if self._desk.shown:
            return self._desk.owed
        return self._run.owed or self._run.wanted > 0

    def errand(self) -> Errand | None:
        """What the host is to do for the code view, asked once."""
        errand, self._desk.errand = self._desk.errand, None
        return errand

    def delivered(self, number: int, outcome: Outcome) -> list[Event]:
        """What came of errand ``number``."""
        return self._desk.delivered(number, outcome)

    def handle(self, command: Command) -> list[Event]:
        """Carry out ``command``. What the page must know at once is returned; a frame, if one is owed, comes with
        the next ``tick``. What cannot be done changes nothing and gives a ``Notice`` that says why."""
        try:
            return self._of_code(command) if self._desk.shown else self._carried_out(command)
        except ChainruleError as error:
            return [_notice("error", error.code, error.facts, error.where, command.id)]

    def _of_code(self, command: Command) -> list[Event]:
        """While the graph of the code is shown, what is asked of a pass, a mark or a number is asked of it."""
        desk = self._desk
        match command:
            case Play() | Follow():
                return desk.follow(on=True)
            case Pause():
                return desk.follow(on=False)
            case Step():
                return desk.step(command.unit, back=command.back)
            case Seek():
                return desk.seek(command.cursor)
            case SetTempo():
                return desk.set_tempo(_tempo(command))
            case SetParameter():
                return desk.change(command.target, command.value)
            case Verify():
                return desk.verify(command.target)
            case Inspect():
                return desk.inspect(command.target)
            case Restart():
                return desk.seek(0)
            case _:
                return self._carried_out(command)

    def _carried_out(self, command: Command) -> list[Event]:
        match command:
            case Hello() | Ack():
                return []
            case Show():
                return self._show(command.what)
            case Write():
                return self._desk.write(command.text)
            case Halt():
                return self._desk.halt()
            case Arrange():
                return self._desk.arrange(command.layout)
            case Play():
                self._run.play()
                return []
            case Pause():
                self._run.pause()
                return []
            case Step():
                self._run.step(command.unit, back=command.back)
                return []
            case Seek():
                self._run.seek(command.cursor)
                return []
            case Follow():
                self._run.follow()
                return []
            case SetTempo():
                return self._set_tempo(command)
            case Restart():
                self._run.restart(self._experiment.seed)
                return []
            case Renew():
                seed = (self._experiment.seed + 1) % (SEED_LIMIT + 1)
                return self._become(evolve(self._experiment, seed=seed), ("seed",), command.id)
            case Edit():
                deepest = self._settings.network_limits.max_layers
                draft = changed(self._experiment, command.changes, self._catalogue, deepest)
                return self._become(draft, command.changes, command.id)
            case SetParameter():
                return self._set_parameter(command.target, command.value)
            case Pace():
                return self._set_pace(command.steps_per_second)
            case Look():
                return self._look(command.example)
            case Open():
                return self._open(command.targets)
            case Verify():
                return [self._verify(command.target)]
            case Inspect():
                return self._inspect(command.target)
            case _:
                assert_never(command)

    def tick(self, budget_ms: float, frame: bool = True) -> list[Event]:
        """Use ``budget_ms`` of time: train what the pace asks for and the cost allows, then show it.

        At most one ``Frame``, then notices. With ``frame=False`` (the page has not painted the last ones yet), or
        while evaluating the data takes longer than the time there was since the last frame, training goes on and
        the frame stays owed.
        """
        if self._desk.shown:
            self._desk.pass_time(budget_ms)
            drawn = self._desk.frame() if frame and self._desk.owed else None
            return [] if drawn is None else [drawn]
        self._run.train(budget_ms)
        if not (frame and self._run.may_show()):
            return []
        shown, happenings = self._run.show(self._view)
        return [shown, *map(_happened, happenings)]

    def welcome(self, resumed: bool) -> list[Event]:
        """Everything a page that has just connected needs, the whole curve included."""
        first = Welcome(
            schema="",
            version="",
            session=self._id,
            resumed=resumed,
            settings=self._settings,
            catalogue=self._catalogue,
            palettes=palettes(self._settings.visualization.gradient_color_range),
            max_steps=self._settings.network_limits.max_training_steps,
            paces=PACES,
        )
        shown, happenings = self._run.show(self._view, whole=True)
        code = self._desk.welcome() if self._desk.used else []
        return [first, *self._scene(), shown, *map(_happened, happenings), *code]

    def _show(self, what: str) -> list[Event]:
        if what == "code":
            self._run.pause()
            return self._desk.show(True)
        shown, happenings = self._run.show(self._view, whole=True)
        return [*self._desk.show(False), shown, *map(_happened, happenings)]

    def _set_pace(self, pace: float) -> list[Event]:
        if not PACES[0] <= pace <= PACES[-1]:
            raise ConfigError("error.pace", value=pace, low=PACES[0], high=PACES[-1])
        self._run.pace = float(pace)
        return [self._document()]

    def _set_tempo(self, asked: SetTempo) -> list[Event]:
        self._run.playback.tempo = _tempo(asked)
        return [self._document()]

    def _set_parameter(self, target: str, value: float) -> list[Event]:
        at = self._parameter(target)
        if not abs(value) <= MOST_WEIGHT:
            raise ConfigError("error.parameter_value", value=value, limit=MOST_WEIGHT)
        self._run.set_parameter(at, value)
        return []

    def _open(self, targets: Sequence[str]) -> list[Event]:
        for target in targets:
            found = mark(target, self._plan.sizes)
            if found is None or found.kind != "neuron":
                raise ConfigError("error.not_a_neuron", target=target[:60])
        self._view = evolve(self._view, opened=tuple(dict.fromkeys(targets))[:MOST_OPENED])
        self._run.owed = True
        return []

    def _verify(self, target: str) -> Event:
        node = mark(target, self._plan.sizes)
        example = None
        if node is None or node.kind not in ("neuron", "input", "sum"):
            found = self._run.verify(self._parameter(target))
        else:
            last = node.layer == len(self._plan.sizes) - 1
            # A probability has the gradient of its sum.
            summed = node.kind == "sum" or (last and self._plan.output == "log_softmax")
            example = self._run.example(self._view.example)
            found = self._run.verify_node(node.layer, node.neuron, summed=summed, example=example)
        dual = nan if found.dual is None else found.dual
        return Verified(
            target=target,
            step=self._run.step_number,
            example=example,
            reverse=found.reverse,
            dual=dual,
            numeric=found.numeric,
            kink=found.kink,
            agree=found.passed,
        )

    def _parameter(self, target: str) -> int:
        """The index of the weight or bias ``target``."""
        found = mark(target, self._plan.sizes)
        if found is None or found.kind not in ("weight", "bias"):
            raise ConfigError("error.not_a_parameter", target=target[:60])
        layer = self._run.layers[found.layer - 1]
        weight = layer.weights + found.neuron * layer.inputs + found.source
        return weight if found.kind == "weight" else layer.biases + found.neuron

    def _look(self, example: int | None) -> list[Event]:
        last = self._plan.batch - 1
        if example is not None and not 0 <= example <= last:
            raise ConfigError("error.no_such_example", value=example, last=last)
        self._view = evolve(self._view, example=example)
        self._run.owed = True
        return [self._document()]

    def _inspect(self, target: str | None) -> list[Event]:
        if target is not None and mark(target, self._plan.sizes) is None:
            raise ConfigError("error.unknown_target", target=target[:60])
        self._view = evolve(self._view, target=target)
        self._run.owed = True
        return []

    def _become(self, draft: Experiment, touched: Collection[str], command: int) -> list[Event]:
        """Take ``draft`` for the experiment, as far as it holds; errors come before anything is changed."""
        before = self._experiment
        divided = self._split if self._source(draft) == self._source(before) else self._divided(draft)
        facts = scene.facts(divided)
        after, remarks = settled(before, draft, touched, facts, self._settings.network_limits)
        if after == before:
            return []
        planned = plan(after, facts)
        was = self._plan
        redrawn = divided is not self._split or (
            (layer_spans(planned), planned.loss) != (layer_spans(was), was.loss)
        )
        other = (was.sizes[0], was.sizes[-1], was.kind) != (planned.sizes[0], planned.sizes[-1], planned.kind)
        begun = ("data.name", "network.initialiser", "seed")
        fresh = other or any(flat(after)[path] != flat(before)[path] for path in begun)
        self._run.take(after, planned, divided, fresh=fresh)
        self._experiment, self._split, self._facts, self._plan = after, divided, facts, planned
        self._columns = survivors(was, planned)
        self._keep_view(redrawn)
        shown = self._scene() if redrawn else [self._document()]
        return [*shown, *(_notice("info", each.code, each.facts, each.where, command) for each in remarks)]

    def _keep_view(self, redrawn: bool) -> None:
        """What was looked at stays in view where it still exists."""
        example, target = self._view.example, self._view.target
        if example is not None:
            example = min(example, self._plan.batch - 1)
        if target is not None:
            target = moved(target, self._columns, self._plan.sizes)
        names = (moved(each, self._columns, self._plan.sizes) for each in self._view.opened)
        opened = tuple(each for each in names if each is not None)
        revision = self._view.revision + redrawn
        self._view = View(revision=revision, example=example, target=target, opened=opened)

    def _source(self, experiment: Experiment) -> tuple[Fact, ...]:
        """What the examples and their division depend on; shipped and own sets have no points or noise to set."""
        data = experiment.data
        shape = (data.points, data.noise) if data.name in self._generated else ()
        return (data.name, data.train_share, experiment.seed, *shape, *data.features)

    def _divided(self, experiment: Experiment) -> Split:
        """The split of an experiment's data, from the cache if it was made before."""
        found = self._cache.get(self._source(experiment))
        if found is None:
            data = experiment.data
            table = self._tables.get(data.name) or load(data.name, data.points, data.noise, experiment.seed)
            if table.planar:
                table = engineered(table, data.features)
            found = split(table, data.train_share, experiment.seed)
            self._cache.put(self._source(experiment), found, found.bytes)
        return found

    def _scene(self) -> list[Event]:
        revision, table = self._view.revision, self._split.table
        return [
            self._document(),
            scene.dataset(self._split, revision),
            scene.graph(table, self._run.layers, self._plan.loss, revision, self._columns),
        ]

    def _document(self) -> Event:
        view = self._view
        return scene.document(self._experiment, view.revision, self._facts, self._run, view.example)


def _tempo(asked: SetTempo) -> Tempo:
    low, high = TEMPOS
    if not low <= asked.milliseconds <= high:
        raise ConfigError("error.tempo", value=asked.milliseconds, low=low, high=high)
    return Tempo(unit=asked.unit, milliseconds=float(asked.milliseconds), loop=asked.loop)


def _happened(happening: Happening) -> Notice:
    return _notice("warning" if happening.grave else "info", happening.code, happening.facts, happening.where)


def _notice(
    level: Literal["info", "warning", "error"],
    code: str,
    facts: Mapping[str, Fact],
    where: str = "",
    command: int = 0,
) -> Notice:
    return Notice(
        level=level, code=code, facts=facts, text=sentence(code, facts), where=where, command=command
    )
