"""Layers of a graph of operations, left to right or top down: what is computed stands beyond what it is computed of.

Each operation stands one rank beyond the last of its operands (longest path), a leaf just before what reads it first.
Within a rank, sweeps to and fro draw every node to the mean of its neighbours; the nearest places that keep the order
and the distances are found by pooling (isotonic regression, Barlow et al. 1972).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt

from attrs import frozen

SWEEPS = 8
GAP, ROW_GAP = 46.0, 18.0  # between ranks, and between the nodes of a rank
SHAPE = 16 / 9  # a rank that would stand out of a picture of this shape is folded
LEAST_FOLD = 24
LANE = 0.6  # of a node's breadth is left free for an edge that passes by
MOST_LANES = 4000


@frozen(eq=False)
class Placed:
    """Centres of the nodes, and the rank of each. Edges leave and enter nodes to the ``right``, ``down``, or anyhow
    (``free``)."""

    x: array[float]
    y: array[float]
    rank: array[int]
    way: str


def ranks(parents: Sequence[Sequence[int]]) -> list[int]:
    """The rank of each node, from 0. ``parents`` are by node, and come before it."""
    found = [0] * len(parents)
    for node, operands in enumerate(parents):
        if operands:
            found[node] = 1 + max(found[each] for each in operands)
    first = [-1] * len(parents)
    for node, operands in enumerate(parents):
        for each in operands:
            if not parents[each] and (first[each] < 0 or found[node] < first[each]):
                first[each] = found[node]
    for node, reader in enumerate(first):
        if reader > 0:
            found[node] = reader - 1
    return found


def layered(parents: Sequence[Sequence[int]], width: float, height: float, *, down: bool = False) -> Placed:
    """Lay out a graph of nodes ``width`` by ``height``."""
    rank = ranks(parents)
    along, across = (height, width) if down else (width, height)
    files = _files(rank, across + ROW_GAP, along + GAP, 1 / SHAPE if down else SHAPE)
    count = len(parents)
    neighbours = _wired(parents, files)
    sizes = [across] * count + [across * LANE] * (len(neighbours) - count)
    place = [0.0] * len(neighbours)
    for file in files:
        for node, where in zip(file, _spaced([0.0] * len(file), [sizes[each] for each in file]), strict=True):
            place[node] = where
    for sweep in range(SWEEPS):
        for file in files if sweep % 2 == 0 else reversed(files):
            wanted = [_wanted(place, neighbours[node], place[node]) for node in file]
            order = sorted(range(len(file)), key=lambda at: wanted[at])
            file[:] = [file[at] for at in order]
            spaced = _spaced([wanted[at] for at in order], [sizes[each] for each in file])
            for node, where in zip(file, spaced, strict=True):
                place[node] = where
    position = [0.0] * count
    for at, file in enumerate(files):
        for node in file:
            if node < count:
                position[node] = at * (along + GAP)
    x, y = (place[:count], position) if down else (position, place[:count])
    return Placed(array("f", x), array("f", y), array("i", rank), "down" if down else "right")


def _files(rank: Sequence[int], pitch: float, step: float, shape: float) -> list[list[int]]:
    """The nodes by rank; a rank of too many stands in several files, one behind the other."""
    by_rank: list[list[int]] = [[] for _ in range(1 + max(rank, default=0))]
    for node, at in enumerate(rank):
        by_rank[at].append(node)
    most = max(LEAST_FOLD, ceil(sqrt(len(rank) * step / (pitch * shape))))
    files = []
    for nodes in by_rank:
        count = ceil(len(nodes) / most)
        files += [nodes[len(nodes) * at // count : len(nodes) * (at + 1) // count] for at in range(count)]
    return files


def _wired(parents: Sequence[Sequence[int]], files: list[list[int]]) -> list[list[int]]:
    """The neighbours of each node. An edge over several files keeps a lane free in those between, a node of its own
    behind the others, so that no card stands on it; not in a graph where that would be more than the nodes."""
    neighbours: list[list[int]] = [[] for _ in parents]
    at = [0] * len(parents)
    for index, file in enumerate(files):
        for node in file:
            at[node] = index
    edges = {(each, node) for node, operands in enumerate(parents) for each in operands}
    spans = sum(at[node] - at[each] - 1 for each, node in edges)
    lanes = spans <= MOST_LANES
    for each, node in sorted(edges):
        before = each
        for index in range(at[each] + 1, at[node]) if lanes else ():
            lane = len(neighbours)
            neighbours.append([before])
            neighbours[before].append(lane)
            files[index].append(lane)
            before = lane
        neighbours[before].append(node)
        neighbours[node].append(before)
    return neighbours


def _wanted(place: Sequence[float], neighbours: Sequence[int], own: float) -> float:
    if not neighbours:
        return own
    return sum([place[each] for each in neighbours]) / len(neighbours)


def _spaced(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The places nearest to those ``wanted`` (ascending), in the sum of squares, where things of these ``sizes`` have
    room."""
    offsets = [0.0]
    for before, size in pairwise(sizes):
        offsets.append(offsets[-1] + (before + size) / 2 + ROW_GAP)
    blocks: list[tuple[float, int]] = []  # sum of the wishes, less their distance from the first; members
    for wish, offset in zip(wanted, offsets, strict=False):
        total, count = wish - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, members = blocks.pop()
            total, count = total + before, count + members
        blocks.append((total, count))
    found: list[float] = []
    for total, count in blocks:
        found += [total / count + offsets[at] for at in range(len(found), len(found) + count)]
    return found
