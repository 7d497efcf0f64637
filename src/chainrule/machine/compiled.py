"""A graph of ``Value``s that runs again and again without being built again."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Mapping
from numbers import Real

from chainrule.errors import ProgramError
from chainrule.graph import Value
from chainrule.machine.instance import Instance
from chainrule.program.scalar import (
    CHANGE,
    CONTROL,
    COUNTED,
    HEAD,
    NODE,
    THRESHOLD,
    interleaved,
    scalar,
)

_entry = struct.Struct("<i4xd").pack
_head = struct.Struct("<i4x").pack


class Compiled:
    """The expression behind one ``Value``, on the machine. It has the numbers of the graph as it was compiled.

    ``forward`` takes the ``data`` of the leaves as it is now, ``backward`` adds to their ``grad``: a training loop
    that changes ``data`` by ``grad`` needs no other change. ``change`` computes only what depends on a leaf. ``leaves``
    are those that are read and written so, each leaf of the graph unless they are named; the fewer, the faster.
    """

    def __init__(
        self,
        instance: Instance,
        result: Value,
        leaves: Iterable[Value] | None = None,
        *,
        update_threshold: float = 0.0,
    ) -> None:
        if not update_threshold >= 0:
            raise ProgramError("error.threshold", where="update_threshold", found=update_threshold)
        chosen = None if leaves is None else list(leaves)
        self._program = program = scalar(result, chosen)
        self._leaves = program.order[: program.leaves if chosen is None else len({*map(id, chosen)})]
        self._node = {id(value): at for at, value in enumerate(program.order)}
        self._instance = instance
        self._result = self._node[id(result)]
        self._threshold = update_threshold
        self._room = 0  # changes that there is room for; 0 until it is known who reads whom
        self._changes_at = 0
        self._fresh = False
        self._recomputed = 0
        self._load()

    def __repr__(self) -> str:
        return f"Compiled(data={self.data}, nodes={len(self._program.order)}, leaves={len(self._leaves)})"

    @property
    def data(self) -> float:
        """The value of the expression."""
        return self._number(self._result, 0)

    @property
    def leaves(self) -> tuple[Value, ...]:
        """The leaves that ``forward`` reads and ``backward`` writes."""
        return self._leaves

    @property
    def recomputed(self) -> int:
        """Operations that the last ``forward`` or ``change`` carried out."""
        return self._recomputed

    def forward(self) -> float:
        """Compute everything from the leaves' ``data`` as it is now; the value of the expression."""
        self._instance.put(HEAD, interleaved([leaf.data for leaf in self._leaves]).tobytes())
        self._instance.call("forward")
        self._recomputed = len(self._program.order) - self._program.leaves
        self._fresh = False
        return self.data

    def backward(self) -> None:
        """Add to the ``grad`` of each leaf the derivative of the expression with respect to it."""
        self._pull()
        for leaf, gradient in zip(self._leaves, self._adjoints(len(self._leaves)), strict=True):
            leaf.grad += gradient

    def zero_grad(self) -> None:
        """Set the ``grad`` of the leaves to 0."""
        for leaf in self._leaves:
            leaf.grad = 0.0

    def change(self, changes: Mapping[Value, float]) -> int:
        """Give leaves new ``data`` and compute what depends on them, and no more: a value that does not move, or by
        less than ``update_threshold``, passes nothing on. The number of operations carried out.

        Raises ``ProgramError`` for a value that is no leaf of the expression; nothing is changed then."""
        try:
            entries = [_entry(self._leaf(leaf), number) for leaf, number in changes.items()]
        except struct.error:
            odd = next(number for number in changes.values() if not isinstance(number, Real))
            raise ProgramError("error.change_number", where="change", found=repr(odd)[:40]) from None
        if len(entries) > self._room:
            self._wire(len(entries))
        self._instance.put(self._changes_at, _head(len(entries)) + b"".join(entries))
        self._instance.call("update")
        for leaf, number in changes.items():
            leaf.data = float(number)
        self._recomputed = int.from_bytes(self._instance.take(self._changes_at, 4), "little")
        self._fresh = False
        return self._recomputed

    def value(self, of: Value) -> float:
        """What the value ``of`` is at these leaves."""
        return self._number(self._place(of), 0)

    def gradient(self, of: Value) -> float:
        """The derivative of the expression with respect to the value ``of``."""
        self._pull()
        return self._number(self._place(of), 1)

    def refresh(self) -> None:
        """Write every number back into the graph: ``data``, and ``grad`` as one backward pass gives it."""
        self._pull()
        numbers = array("d", self._instance.take(HEAD, NODE * len(self._program.order)))
        for at, value in enumerate(self._program.order):
            value.data, value.grad = numbers[2 * at], numbers[2 * at + 1]

    def _load(self) -> None:
        program = self._program
        self._instance.reserve(program.marks_at + 8 * program.words)
        words = dict.fromkeys(CONTROL, 0) | {
            "rows": program.rows_at,
            "rows_end": program.marks_at,
            "nodes": HEAD,
            "nodes_end": HEAD + NODE * len(program.order),
            "result": HEAD + NODE * self._result,
            "marks": program.marks_at,
            "marks_end": program.marks_at + 8 * program.words,
        }
        self._instance.put(0, array("i", words.values()).tobytes())
        self._instance.put(THRESHOLD, struct.pack("<d", self._threshold))
        self._instance.put(HEAD, interleaved(program.numbers).tobytes())
        self._instance.put(program.rows_at, program.rows.tobytes())
        self._instance.clear(program.marks_at, 8 * program.words)
        self._instance.call("forward")

    def _wire(self, changes: int) -> None:
        """Who reads whom, made when it is first needed, and room for that many changes."""
        if not self._room:
            program = self._program
            starts, users = program.users()
            starts_at = program.marks_at + 8 * program.words
            users_at = starts_at + 4 * len(starts)
            self._changes_at = -(-(users_at + 4 * len(users)) // 8) * 8
            self._instance.reserve(self._changes_at)
            self._instance.put(starts_at, starts.tobytes())
            self._instance.put(users_at, users.tobytes())
            places = array("i", [starts_at, users_at, self._changes_at])
            self._instance.put(4 * CONTROL.index("starts"), places.tobytes())
        self._room = changes
        self._instance.reserve(self._changes_at + COUNTED + CHANGE * changes)

    def _pull(self) -> None:
        if not self._fresh:
            self._instance.call("backward")
            self._fresh = True

    def _adjoints(self, count: int) -> array[float]:
        return array("d", self._instance.take(HEAD, NODE * count))[1::2]

    def _number(self, node: int, which: int) -> float:
        found: float = struct.unpack("<d", self._instance.take(HEAD + NODE * node + 8 * which, 8))[0]
        return found

    def _place(self, value: Value) -> int:
        found = self._node.get(id(value))
        if found is None:
            raise ProgramError("error.not_in_graph", where=value.label or "value", value=repr(value))
        return found

    def _leaf(self, value: Value) -> int:
        if not isinstance(value, Value):
            raise ProgramError("error.not_in_graph", where="change", value=repr(value)[:40])
        if value.rule is not None:
            raise ProgramError("error.not_a_leaf", where=value.label or "value", rule=value.rule.name)
        return self._place(value)
