"""Layouts of graphs of operations: every node has its own place, and what it is made of stands before it."""

from __future__ import annotations

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.layout import LAYOUTS, lay_out
from chainrule.layout.layered import GAP, ROW_GAP, ranks

W, H = 180.0, 34.0


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(1, 60))
    found: list[list[int]] = []
    for node in range(count):
        operands = draw(st.lists(st.integers(0, node - 1), max_size=3)) if node else []
        found.append(operands)
    return found


@given(graphs())
def test_an_operation_stands_beyond_its_operands(parents: list[list[int]]) -> None:
    rank = ranks(parents)
    right, down = lay_out("right", parents, W, H), lay_out("down", parents, W, H)
    for node, operands in enumerate(parents):
        for each in operands:
            assert rank[each] < rank[node]
            assert right.x[each] + W < right.x[node]
            assert down.y[each] + H < down.y[node]


@given(graphs())
def test_a_leaf_stands_just_before_its_first_reader(parents: list[list[int]]) -> None:
    rank = ranks(parents)
    for node, operands in enumerate(parents):
        readers = [at for at, each in enumerate(parents) if node in each]
        if not operands and readers:
            assert rank[node] == min(rank[at] for at in readers) - 1


@given(graphs(), st.sampled_from(sorted(LAYOUTS)))
def test_no_two_nodes_overlap(parents: list[list[int]], name: str) -> None:
    place = lay_out(name, parents, W, H)
    at = list(zip(place.x, place.y, strict=True))
    for one, (x, y) in enumerate(at):
        for other_x, other_y in at[:one]:
            if name == "radial":
                assert hypot(x - other_x, y - other_y) > H
            else:
                assert (
                    abs(x - other_x) >= W + min(GAP, ROW_GAP) - 0.1 or abs(y - other_y) >= H + ROW_GAP - 0.1
                )


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_long_chain_and_a_wide_sum_keep_to_a_picture(name: str) -> None:
    chain = [[], *([node] for node in range(2000))]
    wide: list[list[int]] = [[] for _ in range(2000)]
    wide.append(list(range(2000)))
    assert len(lay_out(name, chain, W, H).x) == 2001
    place = lay_out(name, wide, W, H)
    assert (max(place.y) - min(place.y)) < 40 * (max(place.x) - min(place.x) + W)


def test_the_result_is_the_middle_of_the_radial_layout() -> None:
    place = lay_out("radial", [[], [], [0, 1], [2]], W, H)
    assert (place.x[-1], place.y[-1]) == (0.0, 0.0)


@pytest.mark.parametrize("name", ["right", "down"])
def test_an_edge_that_passes_a_card_does_not_run_behind_it(name: str) -> None:
    """A fork: b = a + a, c = a b, d = b c. From a to c the way leads past b, from b to d past c."""
    place = lay_out(name, [[], [0, 0], [0, 1], [1, 2]], W, H)
    across = place.y if name == "right" else place.x
    half = (H if name == "right" else W) / 2
    assert abs((across[0] + across[2]) / 2 - across[1]) > half  # the line is half-way there
    assert abs((across[1] + across[3]) / 2 - across[2]) > half


def test_no_graph_is_no_trouble() -> None:
    for name in LAYOUTS:
        assert len(lay_out(name, [[]], W, H).x) == 1
