"""The graph of a learner's code: its values, the stages of a pass through it, and where that pass stands."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence, Set
from itertools import count

from chainrule.errors import ConfigError
from chainrule.graph import Value
from chainrule.graph.diff import diff
from chainrule.graph.follow import Followed, Pull
from chainrule.graph.snapshot import snapshot_of
from chainrule.graph.value import apply
from chainrule.rules import RULES
from chainrule.script import Outcome
from chainrule.session import events
from chainrule.session.events import Moment, SketchFrame, Stage
from chainrule.session.explanations import Inspection
from chainrule.session.playback import ends

WIDTH, HEIGHT = 124.0, 44.0
MOST_STAGES = 300  # a graph of more operations is gone through rank by rank, or by several ranks

_SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "neg": "−", "pow": "^"}


class Sketch:
    """Made of what a run of the code has given; ``before`` is the one whose nodes keep their names where they are the
    same. Raises ``RuleError`` for an operation that is not known here."""

    def __init__(self, outcome: Outcome, revision: int, before: Sketch | None) -> None:
        self.outcome, self.revision = outcome, revision
        self.graph = Followed(_values(outcome))
        self.snapshot = snapshot_of(self.graph.order)
        self._numbered: int = 0 if before is None else before._numbered
        self.names = self._named(before)
        self.index = {name: node for node, name in enumerate(self.names)}
        self.labels = self._labelled()
        self.stage = self._staged()
        self.timeline = self._timeline()
        self.past = {each.node: each for each in outcome.past}
        self.cursor = len(self.timeline)
        self.recomputed = 0
        self._edited: set[int] = set()
        self._pull: Pull | None = None

    @property
    def nodes(self) -> int:
        return len(self.graph.order)

    @property
    def operations(self) -> int:
        return sum(map(bool, self.outcome.rules))

    @property
    def moved(self) -> bool:
        """The code has left other values than its operations make of the leaves."""
        pairs = zip(self.outcome.data, self.snapshot.data, strict=True)
        return any(left != made and (left == left or made == made) for left, made in pairs)

    @property
    def edited(self) -> Set[int]:
        """The leaves that have another number than the code gave them."""
        return self._edited

    def written(self, node: int) -> float | None:
        """The number that the code gave a leaf which has another by now."""
        return self.outcome.data[node] if node in self._edited else None

    @property
    def forward_stages(self) -> int:
        """How many stages compute a value, the result's the last."""
        return self.stage[-1]

    @property
    def pull(self) -> Pull:
        """The gradients at the numbers as they are."""
        if self._pull is None:
            self._pull = self.graph.pull()
        return self._pull

    def change(self, name: str, number: float) -> None:
        """Give a leaf another number; what depends on it follows. ``ConfigError`` where there is no such leaf."""
        node = self.index.get(name)
        if node is None or self.outcome.rules[node]:
            raise ConfigError("error.not_a_leaf_mark", target=name[:60])
        self.recomputed = self.graph.change(node, number)
        (self._edited.discard if number == self.outcome.data[node] else self._edited.add)(node)
        self._pull = None

    def seek(self, cursor: int) -> None:
        """To where ``cursor`` stages are done. ``ConfigError`` where there are not so many."""
        if not 0 <= cursor <= len(self.timeline):
            raise ConfigError("error.no_such_stage", value=cursor, last=len(self.timeline))
        self.cursor = cursor

    def walk(self, unit: str, *, back: bool = False) -> None:
        """On, or back, to the next end of a ``unit``; beyond the end of a pass it begins again."""
        if unit in ("batch", "epoch"):
            self.cursor = 0 if back else len(self.timeline)
            return
        stops = ends(self.timeline, unit)
        if back:
            self.cursor = max((each for each in stops if each < self.cursor), default=len(self.timeline))
        else:
            self.cursor = next((each for each in stops if each > self.cursor), stops[0])

    def moment(self, following: bool) -> Moment:
        """Where the pass stands."""
        last = self.timeline[max(0, self.cursor - 1)]
        forward = self.forward_stages
        handed = self.cursor - forward - 2  # behind the forward stages stand zero and seed
        return Moment(
            cursor=self.cursor,
            step=0,
            phase=last.phase,
            layer=last.layer,
            name=last.name,
            resting=self.cursor == len(self.timeline),
            following=following,
            values_to=min(self.cursor, forward),
            gradients_from=forward + 2 if handed < 0 else forward + 1 - handed,
            cleared=self.cursor > forward,
        )

    def arrived(self, node: int, moment: Moment) -> bool:
        """Whether stage by stage the pass has come back to ``node``, and it has handed its gradient on."""
        return moment.cleared and self.stage[node] >= moment.gradients_from

    def complete(self, node: int, moment: Moment) -> bool:
        """Whether all that reads ``node`` has handed its gradient on."""
        return moment.gradients_from <= self._first_reader[node]

    def adjoints(self, moment: Moment) -> array[float]:
        """What has been added up for each node so far."""
        if moment.resting:
            return self.pull.adjoints
        found = array("d", bytes(8 * self.nodes))
        if moment.gradients_from > self.forward_stages + 1:
            return found
        found[-1] = 1.0
        edge = self.graph.edges
        for node in range(self.nodes - 1, -1, -1):
            operands = self.graph.parents[node]
            edge -= len(operands)
            if self.stage[node] >= moment.gradients_from:
                for place, each in enumerate(operands):
                    found[each] += self.pull.carried[edge + place]
        return found

    def event(self) -> events.Sketch:
        """The graph as the page draws it."""
        outcome = self.outcome
        source, target = array("i"), array("i")
        for node, operands in enumerate(self.graph.parents):
            source.extend(operands)
            target.extend([node] * len(operands))
        return events.Sketch(
            revision=self.revision,
            names=tuple(self.names),
            labels=tuple(self.labels),
            operators=tuple(_sign(*each) for each in zip(outcome.rules, outcome.constants, strict=True)),
            lines=array("i", outcome.lines),
            x=array("f", outcome.x),
            y=array("f", outcome.y),
            width=WIDTH,
            height=HEIGHT,
            way=outcome.way,
            source=source,
            target=target,
            stages=array("i", self.stage),
        )

    def frame(self, following: bool, inspection: Inspection | None) -> SketchFrame:
        """The numbers, as far as the pass has come."""
        moment = self.moment(following)
        return SketchFrame(
            revision=self.revision,
            moment=moment,
            values=array("d", [value.data for value in self.graph.order]),
            adjoints=self.adjoints(moment),
            slopes=self.pull.locals,
            carried=self.pull.carried,
            recomputed=self.recomputed,
            edited=bool(self.edited),
            inspection=inspection,
        )

    def _named(self, before: Sketch | None) -> list[str]:
        """A node that was there before keeps its name; the others get names that nothing had before. Who has a label
        is told by it, the others by their expression."""
        kept: list[int | None] = [None] * self.nodes
        if before is not None:
            own = _unique(self.outcome.labels)
            known = _unique(before.outcome.labels)
            kept = [
                None if was is not None and self.outcome.labels[node] != before.outcome.labels[was] else was
                for node, was in enumerate(diff(before.snapshot, self.snapshot).match)
            ]
            place = {was: node for node, was in enumerate(kept) if was is not None}
            for label in own.keys() & known.keys():
                taken = place.get(known[label])
                if taken is not None:
                    kept[taken] = None
                kept[own[label]] = known[label]
        found = []
        for old in kept:
            if before is not None and old is not None:
                found.append(before.names[old])
            else:
                self._numbered += 1
                found.append(f"v:{self._numbered}")
        return found

    def _labelled(self) -> list[str]:
        """The names of the code; operations without one are counted: v1, v2 and so on, where the code has no such."""
        own = set(self.outcome.labels)
        free = (name for name in map("v{}".format, count(1)) if name not in own)
        pairs = zip(self.outcome.labels, self.outcome.rules, strict=True)
        return [label or (next(free) if rule else "") for label, rule in pairs]

    def _staged(self) -> list[int]:
        """The stage of the forward pass of each node: leaves are there from the beginning, the result comes last."""
        ranks, rules = self.outcome.ranks, self.outcome.rules
        inner = sorted(
            (node for node in range(self.nodes - 1) if rules[node]), key=lambda each: (ranks[each], each)
        )
        found = [0] * self.nodes
        if len(inner) < MOST_STAGES:
            for at, node in enumerate(inner, 1):
                found[node] = at
        else:
            steps = sorted({ranks[node] for node in inner})
            place = {
                rank: 1 + at * min(MOST_STAGES, len(steps)) // len(steps) for at, rank in enumerate(steps)
            }
            for node in inner:
                found[node] = place[ranks[node]]
        found[-1] = 1 + max(found)
        return found

    def _timeline(self) -> tuple[Stage, ...]:
        count = self.stage[-1]
        layers, names = [0] * (count + 1), [""] * (count + 1)
        several = [0] * (count + 1)
        self._first_reader = [count + 2] * self.nodes
        for node, at in enumerate(self.stage):
            for each in self.graph.parents[node]:
                self._first_reader[each] = min(self._first_reader[each], at)
            if at:
                layers[at] = self.outcome.ranks[node]
                several[at] += 1
                names[at] = self.labels[node] if several[at] == 1 else ""
        self._first_reader[-1] = count + 1
        forward = [
            Stage(phase="forward" if at < count else "loss", layer=layers[at], name=names[at])
            for at in range(1, count + 1)
        ]
        last = self.labels[-1]
        backward = [Stage(phase="backward", layer=layers[at], name=names[at]) for at in range(count, 0, -1)]
        if not self.outcome.rules[-1]:
            backward.pop(0)  # a leaf hands nothing on
        start = [Stage(phase="zero", layer=0, name=""), Stage(phase="seed", layer=layers[count], name=last)]
        return (*forward, *start, *backward)


def _values(outcome: Outcome) -> list[Value]:
    """The values once more, made by the rules of this process, so that every number is ours."""
    found: list[Value] = []
    for node, rule in enumerate(outcome.rules):
        if not rule:
            found.append(Value(outcome.data[node], outcome.labels[node]))
            continue
        names = RULES[rule].constants if rule in RULES else ()
        constants = dict(zip(names, outcome.constants[node], strict=False))
        value = apply(rule, *[found[each] for each in outcome.parents[node]], **constants)
        value.label = outcome.labels[node]
        found.append(value)
    return found


def _sign(rule: str, constants: Sequence[float]) -> str:
    if rule == "power":
        return f"^{constants[0]:g}".replace("-", "−")
    return _SIGNS.get(rule, rule)


def _unique(labels: Sequence[str]) -> dict[str, int]:
    """The nodes that have a label which no other has."""
    counted = Counter(labels)
    return {label: node for node, label in enumerate(labels) if label and counted[label] == 1}
