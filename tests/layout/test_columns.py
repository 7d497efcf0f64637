"""Where nodes stand: nothing overlaps, nothing is higher than a screen, pictures stay pictures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.layout import Columns, columns
from chainrule.layout.columns import FILE, NODE, ROW, SMALLEST, TALLEST

networks = st.lists(st.integers(1, 130), min_size=1, max_size=7)


def edges(layout: Columns, sizes: list[int]) -> list[tuple[float, float]]:
    """Left and right edge of every column, the loss's last."""
    found, first = [], 0
    for count in (*sizes, 1):
        nodes = range(first, first + count)
        found.append(
            (
                min(layout.x[n] - layout.size[n] / 2 for n in nodes),
                max(layout.x[n] + layout.size[n] / 2 for n in nodes),
            )
        )
        first += count
    return found


@given(networks)
def test_columns_never_overlap_and_leave_room_for_edges(sizes: list[int]) -> None:
    found = edges(columns(sizes), sizes)
    for (_, right), (left, _) in pairwise(found):
        assert left - right > 40


@given(networks)
def test_nodes_of_a_column_never_overlap(sizes: list[int]) -> None:
    layout, first = columns(sizes), 0
    for count in sizes:
        for n in range(first, first + count - 1):
            apart = max(abs(layout.x[n + 1] - layout.x[n]), abs(layout.y[n + 1] - layout.y[n]))
            assert apart > layout.size[n]
        first += count


@given(networks)
def test_everything_lies_within_the_picture_and_no_column_is_too_high(sizes: list[int]) -> None:
    layout = columns(sizes)
    for x, y, size in zip(layout.x, layout.y, layout.size, strict=True):
        assert size / 2 < x < layout.width - size / 2
        assert size / 2 < y < layout.height - size / 2
    assert max(layout.y) - min(layout.y) + SMALLEST <= TALLEST + 0.01
    assert len(layout.x) == sum(sizes) + 1
    assert min(layout.size) >= SMALLEST


def test_eight_neurons_have_the_size_of_the_design_and_nine_are_smaller() -> None:
    eight, nine = columns([2, 8, 1]), columns([2, 9, 1])
    assert set(eight.size[2:10]) == {NODE}
    assert eight.y[3] - eight.y[2] == ROW
    assert nine.y[3] - nine.y[2] < ROW


@given(st.integers(1, 130))
def test_hidden_neurons_stand_in_files_of_at_most_24_and_are_no_slivers(count: int) -> None:
    layout = columns([2, count, 1])
    assert layout.wrap[1] == -(-count // FILE)
    assert min(layout.size[2 : 2 + count]) >= 12


@given(st.integers(1, 90))
def test_named_nodes_stand_in_one_file(count: int) -> None:
    assert columns([count, 4, count]).wrap == (1, 1, 1, 1)


@given(networks)
def test_columns_are_centred_on_one_line(sizes: list[int]) -> None:
    layout, first, centres = columns(sizes), 0, []
    for count in (*sizes, 1):
        rows = layout.y[first : first + count]
        centres.append((min(rows) + max(rows)) / 2)
        first += count
    assert max(centres) - min(centres) < 0.01


@pytest.mark.parametrize("pixels", [8, 28, 64])
def test_a_picture_is_wrapped_to_its_width(pixels: int) -> None:
    layout = columns([pixels * pixels, 8, 10], pixels)
    assert layout.wrap[0] == pixels
    assert layout.x[0] == layout.x[pixels]
    assert layout.y[0] == layout.y[pixels - 1]
    assert layout.y[pixels * pixels - 1] - layout.y[0] + layout.size[0] <= TALLEST + 0.01


def test_the_loss_is_the_last_node_and_stands_right_of_the_outputs() -> None:
    layout = columns([2, 3, 1])
    assert layout.x[-1] > layout.x[-2]
    assert layout.y[-1] == layout.y[-2]
    assert layout.middle[-1] == layout.x[-1]


def test_a_column_without_nodes_is_refused() -> None:
    with pytest.raises(ValueError, match="every column needs a node"):
        columns([2, 0, 1])
