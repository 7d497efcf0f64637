"""A graph as it stands at one moment: plain lists that stay as they are while the graph goes on changing."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

from attrs import frozen

from chainrule.graph.value import Value
from chainrule.graph.walk import topological


@frozen(eq=False)
class Snapshot:
    """Node ``i`` was made by rule ``rules[i]`` (empty for a leaf) of the nodes ``parents[i]``, which come before it.
    The result is the last node.

    ``ids[i]`` tells a node by its expression: by the rule, its constants and the ids of its operands, down to the
    leaves, which are told by their label or else by their turn. Numbers do not count, so the same expression built
    again gives the same ids, in this process or another. Equal expressions are told apart by their turn.
    """

    ids: list[int]
    rules: list[str]
    labels: list[str]
    constants: list[tuple[float, ...]]
    parents: list[tuple[int, ...]]
    data: array[float]
    grads: array[float]

    @property
    def nodes(self) -> int:
        return len(self.ids)

    def paths(self, nodes: Sequence[int]) -> dict[int, int]:
        """The node for each id by how it is reached from the result: this id stays where what lies behind the node
        changes. ``nodes`` are in order, and with a node have every node that reads it; what does not lead to the
        result has no such id."""
        found = {self.nodes - 1: 1}
        for at in reversed(nodes):
            if at not in found:
                continue
            for place, parent in enumerate(self.parents[at]):
                if parent not in found:
                    found[parent] = hash((found[at], place))
        return {found[at]: at for at in nodes if at in found}


def snapshot(result: Value) -> Snapshot:
    """Everything that ``result`` depends on, and ``result``, as it is now."""
    return snapshot_of(topological(result))


def snapshot_of(order: Sequence[Value]) -> Snapshot:
    """These values as they are now, parents before children, the result last."""
    index = {id(value): at for at, value in enumerate(order)}
    codes: dict[str, int] = {}
    turns: dict[int, int] = {}
    ids: list[int] = []
    rules: list[str] = []
    parents: list[tuple[int, ...]] = []
    leaves = 0
    for value in order:
        made = value._op_
        if made is None:
            rules.append("")
            parents.append(())
            found = _code(f"leaf {value.label}") if value.label else hash((3, leaves))
            leaves += 1
        else:
            name = made.rule.name
            if name not in codes:
                codes[name] = _code(name)
            rules.append(name)
            places = tuple([index[id(parent)] for parent in value.parents])
            parents.append(places)
            found = hash((codes[name], made.constants, *[ids[place] for place in places]))
        turn = turns.get(found, 0)
        turns[found] = turn + 1
        ids.append(found if not turn else hash((found, turn)))
    return Snapshot(
        ids,
        rules,
        [value.label for value in order],
        [value.constants for value in order],
        parents,
        array("d", [value.data for value in order]),
        array("d", [value.grad for value in order]),
    )


def _code(text: str) -> int:
    """The same number for the same text in every process, which Python's own hash of text is not."""
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "little")
