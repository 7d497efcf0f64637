"""The result in the middle, and around it, ring by ring, what it was made of."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import cos, hypot, pi, sin

from chainrule.layout.layered import Placed, ranks

RING = 44.0  # from the cards of one ring to those of the next
APART = 20.0


def radial(parents: Sequence[Sequence[int]], width: float, height: float) -> Placed:
    """Lay out a graph of nodes ``width`` by ``height``; the result is the last. Each node stands in the sector of the
    first one that reads it, in a ring as far from the middle as its shortest way to the result."""
    count = len(parents)
    owner, depth = [-1] * count, [0] * count
    members: list[list[int]] = [[] for _ in range(count)]
    for node in range(count - 1, -1, -1):  # whoever reads a node comes after it
        for each in parents[node]:
            if owner[each] < 0 or depth[node] + 1 < depth[each]:
                owner[each], depth[each] = node, depth[node] + 1
    roots = [node for node in range(count) if owner[node] < 0]
    for node in range(count):
        if owner[node] >= 0:
            members[owner[node]].append(node)
    weight = [1.0] * count
    for node in range(count):  # members come before their owner
        if members[node]:
            weight[node] = sum(weight[each] for each in members[node])
    several = len(roots) > 1
    if several:
        depth = _deeper(depth)
    rings: list[int] = [0] * (1 + max(depth, default=0))
    for at in depth:
        rings[at] += 1
    radius = [0.0]
    for cards in rings[1:]:
        around = cards * (width + APART) / (2 * pi)
        radius.append(max(radius[-1] + hypot(width, height) / 2 + RING, around))
    begin, share = [0.0] * count, [0.0] * count
    start, whole = 0.0, sum(weight[node] for node in roots)
    for node in reversed(roots):
        begin[node], share[node] = start, 2 * pi * weight[node] / whole
        start += share[node]
    for node in range(count - 1, -1, -1):
        start = begin[node]
        for each in members[node]:
            begin[each], share[each] = start, share[node] * weight[each] / weight[node]
            start += share[each]
    x, y = array("f"), array("f")
    for node in range(count):
        angle = begin[node] + share[node] / 2 - pi / 2
        x.append(radius[depth[node]] * cos(angle))
        y.append(radius[depth[node]] * sin(angle))
    return Placed(x, y, array("i", ranks(parents)), "free")


def _deeper(depth: Sequence[int]) -> list[int]:
    """One ring further out, for a graph without a single middle."""
    return [at + 1 for at in depth]
