"""What is different between two moments of a graph, in time linear in both."""

from __future__ import annotations

from array import array

from attrs import frozen

from chainrule.graph.snapshot import Snapshot


@frozen
class Edge:
    """Node ``parent`` is operand number ``place`` of node ``child``, both by index."""

    child: int
    place: int
    parent: int


@frozen(eq=False)
class Diff:
    """``match[i]`` is the old index of new node ``i``, or None.

    ``added`` and the edges in ``edges_added`` go by new indices, ``removed`` and ``edges_removed`` by old ones, all
    else by new ones: ``operators`` are nodes made by another rule or with other constants than before,
    ``values`` those whose value moved, ``gradients`` those whose gradient did (a node whose value stayed is in
    ``gradients`` alone), ``turned_invalid`` and ``turned_valid`` those whose value or gradient became, or no longer
    is, NaN.
    """

    match: list[int | None]
    added: list[int]
    removed: list[int]
    operators: list[int]
    edges_added: list[Edge]
    edges_removed: list[Edge]
    values: list[int]
    gradients: list[int]
    turned_invalid: list[int]
    turned_valid: list[int]

    @property
    def empty(self) -> bool:
        """Whether nothing at all is different."""
        structure = (self.added, self.removed, self.operators, self.edges_added, self.edges_removed)
        return not any((*structure, self.values, self.gradients))


def diff(old: Snapshot, new: Snapshot) -> Diff:
    """What has come, gone and changed from ``old`` to ``new``.

    Nodes are matched by their expression, and those whose expression is another than before by the way that leads to
    them from the result: an operator that was changed is the same node, with another operator.
    """
    known = dict(zip(old.ids, range(old.nodes), strict=True))
    match: list[int | None] = list(map(known.get, new.ids))
    by_path: list[tuple[int, int]] = []
    added: list[int] = []
    removed: list[int] = []
    if old.nodes != new.nodes or None in match:
        by_path = _by_path(old, new, match)
        added = [at for at, before in enumerate(match) if before is None]
        kept = {before for before in match if before is not None}
        removed = [at for at in range(old.nodes) if at not in kept]
    operators = [
        at
        for at, before in by_path
        if old.rules[before] != new.rules[at] or old.constants[before] != new.constants[at]
    ]
    edges_added, edges_removed = _edges(old, new, match, by_path, added, removed)
    values, were_values = _moved(old.data, new.data, match)
    gradients, were_gradients = _moved(old.grads, new.grads, match)
    pairs = [*zip(were_values, (new.data[at] for at in values), values, strict=True)]
    pairs += zip(were_gradients, (new.grads[at] for at in gradients), gradients, strict=True)
    return Diff(
        match,
        added,
        removed,
        operators,
        edges_added,
        edges_removed,
        values,
        gradients,
        sorted({at for _, now, at in pairs if now != now}),
        sorted({at for was, _, at in pairs if was != was}),
    )


def _moved(old: array[float], new: array[float], match: list[int | None]) -> tuple[list[int], list[float]]:
    """New indices of the numbers that are not what they were, and what they were. NaN that stays NaN has not moved."""
    places, before = [], []
    for at, (number, place) in enumerate(zip(new, match, strict=True)):
        if place is not None and old[place] != number and (number == number or old[place] == old[place]):
            places.append(at)
            before.append(old[place])
    return places, before


def _by_path(old: Snapshot, new: Snapshot, match: list[int | None]) -> list[tuple[int, int]]:
    """Match what is left by the way from the result; the new and the old index of each pair.

    What reads a node without a match has none either, as its id is made of those of its operands."""
    taken = set(match)
    left = old.paths([at for at in range(old.nodes) if at not in taken])
    paths = new.paths([at for at, before in enumerate(match) if before is None])
    pairs = []
    for path, at in paths.items():
        found = left.get(path)
        # A leaf is not the same thing as an operation, wherever it stands.
        if found is not None and bool(old.rules[found]) == bool(new.rules[at]):
            match[at] = found
            pairs.append((at, found))
    return pairs


def _edges(
    old: Snapshot,
    new: Snapshot,
    match: list[int | None],
    by_path: list[tuple[int, int]],
    added: list[int],
    removed: list[int],
) -> tuple[list[Edge], list[Edge]]:
    """Edges that came and went. Nodes matched by their expression have the edges that they had."""
    came = [Edge(at, place, parent) for at in added for place, parent in enumerate(new.parents[at])]
    gone = [Edge(at, place, parent) for at in removed for place, parent in enumerate(old.parents[at])]
    for at, before in by_path:
        now, then = new.parents[at], old.parents[before]
        for place in range(max(len(now), len(then))):
            if place < len(now) and place < len(then) and match[now[place]] == then[place]:
                continue
            if place < len(now):
                came.append(Edge(at, place, now[place]))
            if place < len(then):
                gone.append(Edge(before, place, then[place]))
    return came, gone
