"""The code view: what the learner writes, the runs of it, and the graph that came of the last one."""

from __future__ import annotations

from math import nan

from attrs import evolve, frozen

from chainrule.errors import ChainruleError, ConfigError
from chainrule.graph.gradcheck import check_values
from chainrule.layout import LAYOUTS, lay_out
from chainrule.script import Flaw, Limits, Outcome, Request
from chainrule.session.events import Event, Script, SketchFrame, Tempo
from chainrule.session.explanations import Inspection, Verified
from chainrule.session.metronome import Metronome
from chainrule.session.reasons import Reasons
from chainrule.session.sketch import HEIGHT, WIDTH, Sketch

MOST_VALUE = 1e12


@frozen(kw_only=True)
class Errand:
    """Something for the host to do: run ``request`` in the learner's own process, and bring ``Session.delivered`` what
    came of it, with this ``number``. Without a request: give up what is being done."""

    number: int
    request: Request | None


class Desk:
    """``shown``: it stands in the place of the network. ``owed``: there are numbers to show."""

    def __init__(self, text: str, milliseconds: float, limits: Limits) -> None:
        self.shown = False
        self.owed = False
        self.tempo = Tempo(unit="layer", milliseconds=milliseconds, loop=False)
        self.errand: Errand | None = None
        self._limits = limits
        self._text, self._layout = text, next(iter(LAYOUTS))
        self._run = 0
        self._running = False
        self._outcome: Outcome | None = None
        self._flaw: Flaw | None = None
        self._printed = ""
        self._sketch: Sketch | None = None
        self._revision = 0
        self._current = False
        self._target: str | None = None
        self._metronome = Metronome()

    @property
    def following(self) -> bool:
        """The stages of the pass go by themselves."""
        return self.shown and self._metronome.following

    @property
    def used(self) -> bool:
        """The code view has been shown."""
        return self._run > 0

    def show(self, on: bool) -> list[Event]:
        """Stand in the place of the network, or give it back."""
        self.shown = on
        self._metronome.following = False
        if not on:
            return [self._script()]
        if not self.used:
            return self.write(self._text)
        return self.welcome()

    def welcome(self) -> list[Event]:
        """Everything a page that has just come must know."""
        self.owed = self._sketch is not None
        return [self._script(), *([] if self._sketch is None else [self._sketch.event()])]

    def write(self, text: str) -> list[Event]:
        """The code is ``text`` now; have it run."""
        self._text = text
        self._run += 1
        self._running = True
        request = Request(text=text, layout=self._layout, width=WIDTH, height=HEIGHT, limits=self._limits)
        self.errand = Errand(number=self._run, request=request)
        return [self._script()]

    def halt(self) -> list[Event]:
        """Give up the run under way."""
        if not self._running:
            return []
        self._run += 1
        self._running, self._flaw = False, Flaw(kind="cancelled")
        self.errand = Errand(number=self._run, request=None)
        return [self._script()]

    def delivered(self, number: int, outcome: Outcome) -> list[Event]:
        """What came of run ``number``. Where there is no graph, the one before stays."""
        if number != self._run:
            return []
        self._running = False
        self._printed, self._flaw = outcome.printed, outcome.flaw
        self._current = False
        if outcome.nodes == 0:
            return [self._script()]
        try:
            sketch = Sketch(outcome, self._revision + 1, self._sketch)
        except ChainruleError as error:
            self._flaw = Flaw(kind="error", name=type(error).__name__, words=str(error))
            return [self._script()]
        self._adopt(sketch, outcome)
        return [self._script(), sketch.event()]

    def arrange(self, layout: str) -> list[Event]:
        """Lay the graph out in another way. ``ConfigError`` for a layout that is not known."""
        if layout not in LAYOUTS:
            raise ConfigError("error.layout", layout=layout[:60], allowed=", ".join(LAYOUTS))
        self._layout = layout
        if self._sketch is None or self._outcome is None:
            return [self._script()]
        place = lay_out(layout, self._outcome.parents, WIDTH, HEIGHT)
        outcome = evolve(
            self._outcome,
            x=list(place.x),
            y=list(place.y),
            way=place.way,  # type: ignore[arg-type]
        )
        before, after = self._sketch, Sketch(outcome, self._revision + 1, self._sketch)
        for node in before.edited:
            after.change(after.names[node], before.graph.order[node].data)
        after.cursor, after.recomputed = before.cursor, before.recomputed
        self._adopt(after, outcome)
        return [self._script(), self._sketch.event()]

    def inspect(self, target: str | None) -> list[Event]:
        """Explain ``target`` from now on."""
        self._target = target
        self.owed = True
        return []

    def change(self, target: str, number: float) -> list[Event]:
        """Give a leaf another number."""
        if not abs(number) <= MOST_VALUE:
            raise ConfigError("error.parameter_value", value=number, limit=MOST_VALUE)
        self._graph.change(target, number)
        self.owed = True
        return []

    def verify(self, target: str) -> list[Event]:
        """The gradient of a value, in two other ways."""
        sketch = self._graph
        node = sketch.index.get(target)
        if node is None:
            raise ConfigError("error.no_such_value", target=target[:60])
        values = sketch.graph.order
        if node == sketch.nodes - 1 or (sketch.pull.adjoints[node] == 0 and not _leads(sketch, node)):
            gradient = sketch.pull.adjoints[node]
            return [_verified(target, gradient, gradient, gradient, kink=False, agree=True)]
        found = check_values(values[-1], values[node]).checked[0]
        dual = nan if found.dual is None else found.dual
        return [_verified(target, found.reverse, dual, found.numeric, kink=found.kink, agree=found.passed)]

    def step(self, unit: str, *, back: bool) -> list[Event]:
        """Stop, then on or back by a ``unit`` of the pass."""
        self._metronome.following = False
        self._graph.walk(unit, back=back)
        self.owed = True
        return []

    def seek(self, cursor: int) -> list[Event]:
        """Stop where ``cursor`` stages are done."""
        self._metronome.following = False
        self._graph.seek(cursor)
        self.owed = True
        return []

    def follow(self, on: bool) -> list[Event]:
        """Let the stages go by themselves, or stop them."""
        if on:
            _ = self._graph
            self._metronome.start(self.tempo.milliseconds)
        else:
            self._metronome.following = False
        self.owed = True
        return []

    def set_tempo(self, tempo: Tempo) -> list[Event]:
        """How the stages are followed."""
        self.tempo = tempo
        return [self._script()]

    def pass_time(self, milliseconds: float) -> None:
        """On to the next stage where it is time."""
        sketch = self._sketch
        if sketch is None or not self._metronome.beat(milliseconds, self.tempo.milliseconds):
            return
        sketch.walk(self.tempo.unit)
        if sketch.cursor == len(sketch.timeline) and not self.tempo.loop:
            self._metronome.following = False
        self.owed = True

    def frame(self) -> SketchFrame | None:
        """The numbers as they stand; None without a graph."""
        self.owed = False
        sketch = self._sketch
        if sketch is None:
            return None
        return sketch.frame(self.following, self._explained(sketch))

    @property
    def _graph(self) -> Sketch:
        if self._sketch is None:
            raise ConfigError("error.no_sketch")
        return self._sketch

    def _explained(self, sketch: Sketch) -> Inspection | None:
        if self._target is None:
            return None
        return Reasons(sketch, sketch.moment(self.following)).explain(self._target)

    def _adopt(self, sketch: Sketch, outcome: Outcome) -> None:
        self._sketch, self._outcome = sketch, outcome
        self._revision = sketch.revision
        self._current = True
        self._metronome.following = False
        self.owed = True

    def _script(self) -> Script:
        sketch, outcome = self._sketch, self._outcome
        return Script(
            shown=self.shown,
            text=self._text,
            run=self._run,
            state="running" if self._running else "done",
            flaw=self._flaw,
            printed=self._printed,
            layout=self._layout,
            nodes=0 if sketch is None else sketch.nodes,
            operations=0 if sketch is None else sketch.operations,
            passes=0 if outcome is None else outcome.passes,
            moved=sketch is not None and sketch.moved,
            current=self._current,
            timeline=() if sketch is None else sketch.timeline,
            tempo=self.tempo,
        )


def _leads(sketch: Sketch, node: int) -> bool:
    """Whether anything leads from ``node`` to the result."""
    behind = {node}
    for child in range(node + 1, sketch.nodes):
        if not behind.isdisjoint(sketch.graph.parents[child]):
            behind.add(child)
    return sketch.nodes - 1 in behind


def _verified(
    target: str, reverse: float, dual: float, numeric: float, *, kink: bool, agree: bool
) -> Verified:
    return Verified(
        target=target, step=0, reverse=reverse, dual=dual, numeric=numeric, kink=kink, agree=agree
    )
