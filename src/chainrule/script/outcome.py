"""What a run has given, as it crosses from the learner's process: text that is read strictly, never objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from attrs import asdict, field, frozen
from cattrs import Converter

from chainrule.script.request import Request

FlawKind = Literal["syntax", "error", "time", "memory", "printed", "nodes", "empty", "died", "cancelled"]


@frozen(kw_only=True)
class Flaw:
    """What went wrong: the ``line`` and columns of the code from 1 (0: nowhere in particular), the name of the
    exception and its words; ``number`` is the limit that was passed."""

    kind: FlawKind
    line: int = 0
    column: int = 0
    end_column: int = 0
    name: str = ""
    words: str = ""
    number: float = 0.0


@frozen(kw_only=True)
class Past:
    """What a leaf was after each call of ``backward`` (number ``calls[i]``): its data and its ``.grad``."""

    node: int
    calls: list[int]
    data: list[float]
    grads: list[float]


@frozen(kw_only=True)
class Outcome:
    """The graph, what was printed, and what went wrong. Node i was made by rule ``rules[i]`` (empty: a leaf) with
    ``constants[i]`` of the nodes ``parents[i]``, which come before it; the result is the last. ``labels`` come from
    the code's names, ``lines`` count from 1 (0: unknown). ``data`` and ``grads`` are as the code left them, ``x``,
    ``y`` and ``ranks`` the layout. ``passes`` counts calls of ``backward``, ``past`` is what they did to leaves.
    Without a graph everything is empty."""

    rules: list[str]
    constants: list[list[float]]
    parents: list[list[int]]
    labels: list[str]
    lines: list[int]
    data: list[float]
    grads: list[float]
    x: list[float]
    y: list[float]
    ranks: list[int]
    way: Literal["right", "down", "free"] = "right"
    passes: int = 0
    past: list[Past] = field(factory=list)
    printed: str = ""
    flaw: Flaw | None = None

    @property
    def nodes(self) -> int:
        return len(self.rules)


def nothing(flaw: Flaw | None, printed: str = "") -> Outcome:
    """An outcome without a graph."""
    empty: Any = [[] for _ in range(10)]
    return Outcome(
        rules=empty[0],
        constants=empty[1],
        parents=empty[2],
        labels=empty[3],
        lines=empty[4],
        data=empty[5],
        grads=empty[6],
        x=empty[7],
        y=empty[8],
        ranks=empty[9],
        printed=printed,
        flaw=flaw,
    )


def written(message: Request | Outcome) -> str:
    """As one line of text."""
    return json.dumps(asdict(message))


def read_request(text: str) -> Request:
    """The request in ``text``, which comes from our own side."""
    return _converter.structure(json.loads(text), Request)


def read_outcome(text: str) -> Outcome:
    """The outcome in ``text``; ``ValueError`` where it is none: whoever runs the code can write what it likes."""
    try:
        found = _converter.structure(json.loads(text), Outcome)
    except Exception as trouble:
        raise ValueError("not an outcome") from trouble
    count = found.nodes
    columns: tuple[Sequence[object], ...] = (found.constants, found.parents, found.labels, found.lines)
    columns += (found.data, found.grads, found.x, found.y, found.ranks)
    ordered = all(0 <= each < node for node, operands in enumerate(found.parents) for each in operands)
    leaves = all(0 <= each.node < count for each in found.past)
    even = all(len(each.calls) == len(each.data) == len(each.grads) for each in found.past)
    if any(len(each) != count for each in columns) or not (ordered and leaves and even):
        raise ValueError("not a graph")
    return found


def _text(value: object, _: object) -> str:
    """A string that can be sent on: half of a surrogate pair is no character."""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_converter = Converter(forbid_extra_keys=True, detailed_validation=False)
_converter.register_structure_hook(str, _text)
