"""A graph that is changed at its leaves and followed: forward where something moved, backward edge by edge."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from attrs import frozen

from chainrule.errors import RuleError
from chainrule.graph.value import Value, computed, parts


@frozen(eq=False)
class Pull:
    """One backward pass. Edges are counted by child in the order of the graph, then by operand: ``locals`` are their
    local derivatives, ``carried`` what flows along each of them, upstream gradient times local derivative.
    ``adjoints`` are by value; those of operands are the sums of what is carried to them, added in this order."""

    adjoints: array[float]
    locals: array[float]
    carried: array[float]


class Followed:
    """``order`` has parents before children, the result last."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.order = tuple(order)
        self.index = {id(value): at for at, value in enumerate(self.order)}
        self.parents = [tuple(self.index[id(each)] for each in value.parents) for value in self.order]
        self.first_edge: list[int] = []
        self.edges = 0
        for operands in self.parents:
            self.first_edge.append(self.edges)
            self.edges += len(operands)

    def change(self, at: int, number: float) -> int:
        """Give the leaf ``at`` another number and compute what depends on it, as far as it moves; the number of
        operations carried out. ``RuleError`` where it is no leaf."""
        leaf = self.order[at]
        if leaf.rule is not None:
            raise RuleError("error.not_a_leaf", where=leaf.label or "value", rule=leaf.rule.name)
        if _same(leaf.data, number):
            return 0
        leaf.data = float(number)
        moved = {at}
        count = 0
        for node in range(at + 1, len(self.order)):
            if moved.isdisjoint(self.parents[node]):
                continue
            value = self.order[node]
            found = computed(value)
            count += 1
            if not _same(found, value.data):
                value.data = found
                moved.add(node)
        return count

    def pull(self) -> Pull:
        """The derivatives of the result with respect to everything."""
        adjoints = array("d", bytes(8 * len(self.order)))
        slopes, carried = array("d", bytes(8 * self.edges)), array("d", bytes(8 * self.edges))
        adjoints[-1] = 1.0
        for node in range(len(self.order) - 1, -1, -1):
            operands = self.parents[node]
            if not operands:
                continue
            value, edge = self.order[node], self.first_edge[node]
            for place, (slope, part) in enumerate(
                zip(parts(value, 1.0), parts(value, adjoints[node]), strict=True)
            ):
                slopes[edge + place], carried[edge + place] = slope, part
                adjoints[operands[place]] += part
        return Pull(adjoints, slopes, carried)


def _same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)
