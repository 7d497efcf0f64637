"""From a graph of ``Value``s to a program of single numbers, for ``machine.cells``. Plain data."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.graph import Value
from chainrule.graph.walk import topological
from chainrule.program.builder import MOST_BYTES
from chainrule.rules import RULES

# The i32 words at the start of memory; behind them stands the threshold, a double. ``changes`` leads to an i32, the
# number of changed leaves, for which ``update`` puts in the number of rows that it has computed; then to one entry a
# leaf, its node and its number.
CONTROL = (
    "rows",
    "rows_end",
    "nodes",
    "nodes_end",
    "result",
    "marks",
    "marks_end",
    "starts",
    "users",
    "changes",
)
THRESHOLD = 4 * len(CONTROL)
HEAD = 64
ROW, NODE, CHANGE, COUNTED = 32, 16, 16, 8  # bytes; the last is what stands before the first entry
FIELDS = ROW // 4


@frozen(eq=False)
class Scalar:
    """``order`` are the values that have a place, leaves first and parents before children: value ``i`` is node ``i``.
    ``rows`` are those of the interior ones, ``FIELDS`` int32 each; ``numbers`` are the data of all nodes at the
    beginning, then the rules' constants. ``leaves`` counts the leaves."""

    order: tuple[Value, ...]
    leaves: int
    rows: array[int]
    numbers: array[float]

    @property
    def rows_at(self) -> int:
        """Address of the first row, behind the nodes and constants."""
        return HEAD + NODE * len(self.numbers)

    @property
    def marks_at(self) -> int:
        """Address of the marks: a bit for each row, in words of 8 bytes."""
        return self.rows_at + 4 * len(self.rows)

    @property
    def words(self) -> int:
        return -(-(len(self.order) - self.leaves) // 64)

    def users(self) -> tuple[array[int], array[int]]:
        """Which rows read each node: those of node ``i`` are ``rows[starts[i] : starts[i + 1]]``."""
        counts = [0] * (len(self.order) + 1)
        places = []
        width = FIELDS
        arity = _arity()
        for at in range(0, len(self.rows), width):
            inputs = {
                (address - HEAD) // NODE for address in self.rows[at + 2 : at + 2 + arity[self.rows[at] // 2]]
            }
            for node in inputs:
                counts[node + 1] += 1
            places.append(inputs)
        starts = array("i", accumulate(counts))
        free = list(starts)
        rows = array("i", bytes(4 * starts[-1]))
        for row, inputs in enumerate(places):
            for node in inputs:
                rows[free[node]] = row
                free[node] += 1
        return starts, rows


def _arity() -> list[int]:
    return [len(rule.inputs) for rule in RULES.values()]


def scalar(result: Value, first: Iterable[Value] | None = None) -> Scalar:
    """The program of everything that ``result`` depends on. ``first`` are the leaves to stand before all others, each
    once; those that ``result`` does not depend on stand there too.

    Raises ``ProgramError`` where the graph is too large for a machine, a rule has more operands than a row holds, or
    one of ``first`` is no leaf.
    """
    codes = {name: 2 * at for at, name in enumerate(RULES)}
    found = topological(result)
    interior = [value for value in found if value.rule is not None]
    chosen = {id(value): value for value in (first if first is not None else ())}
    for value in chosen.values():
        if value.rule is not None:
            raise ProgramError("error.not_a_leaf", where=value.label or "compile", rule=value.rule.name)
    leaves = [
        *chosen.values(),
        *(value for value in found if value.rule is None and id(value) not in chosen),
    ]
    order = [*leaves, *interior]
    if len(order) * (ROW + NODE) > MOST_BYTES // 2:
        raise ProgramError("error.graph_too_large", where="compile", nodes=len(order))
    address = {id(value): HEAD + NODE * at for at, value in enumerate(order)}
    fixed: dict[float | str, int] = {}
    constants: list[float] = []

    def place(number: float) -> int:
        """Constants of equal bits share a place."""
        key = number.hex()
        if key not in fixed:
            fixed[key] = HEAD + NODE * (len(order) + len(constants))
            constants.append(number)
        return fixed[key]

    rows: array[int] = array("i")
    padding = [[0] * count for count in range(FIELDS + 1)]
    for value in interior:
        rule = value.rule
        assert rule is not None
        row = [codes[rule.name], address[id(value)], *[address[id(parent)] for parent in value.parents]]
        if value.constants:
            row += map(place, value.constants)
        if len(row) > FIELDS:
            raise ProgramError("error.rule_wide", where=rule.name, name=rule.name, most=FIELDS - 2)
        rows.extend(row + padding[FIELDS - len(row)])
    numbers = array("d", [value.data for value in order])
    numbers.extend(constants)
    return Scalar(tuple(order), len(leaves), rows, numbers)


def interleaved(numbers: Iterable[float]) -> array[float]:
    """Values as nodes hold them, each with an adjoint of 0 behind it."""
    values = array("d", numbers)
    found = array("d", bytes(NODE * len(values)))
    found[0::2] = values
    return found
