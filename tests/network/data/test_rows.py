from __future__ import annotations

from array import array
from typing import Any

import pytest

from chainrule.errors import DataError
from chainrule.network.data import drawn, from_rows

ROWS = [[1, 2], [3, 4.5], [5, 6]]


class Matrix:
    """As arrays of other libraries, known only by ``tolist``."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    def tolist(self) -> list[Any]:
        return self.rows


def test_rows_become_a_table() -> None:
    table = from_rows(Matrix(ROWS), Matrix([7, 3, 7]), features=["width", "height"], name="boxes")
    assert (table.name, table.task, table.classes) == ("boxes", "binary", ("3", "7"))
    assert table.inputs == array("d", [1, 2, 3, 4.5, 5, 6])
    assert table.labels == array("i", [1, 0, 1])
    assert table.features == ("width", "height")
    assert from_rows(ROWS, ["b", "c", "a"]).classes == ("a", "b", "c")
    assert from_rows(ROWS, [True, False, True]).labels == array("i", [1, 0, 1])


def test_targets_that_are_no_class_labels_make_a_regression() -> None:
    assert from_rows(ROWS, [1, 2, 3.5]).values == array("d", [1, 2, 3.5])
    assert from_rows([[n] for n in range(13)], list(range(13))).task == "regression"
    assert from_rows(ROWS, [1, 2, 3], task="regression").values == array("d", [1, 2, 3])


@pytest.mark.parametrize(
    ("inputs", "targets", "code", "where"),
    [
        ([], [], "rows_none", "rows"),
        ([[]], [1], "rows_none", "rows"),
        (ROWS, [1, 2], "rows_targets", "rows"),
        ([[1, 2], [3], [4, 5]], [1, 2, 3], "rows_ragged", "rows[1]"),
        ([[1, 2], [3, float("nan")], [4, 5]], [1, 2, 3], "rows_number", "rows[1]"),
        ([[1, 2], [3, float("inf")], [4, 5]], [1, 2, 3], "rows_number", "rows[1]"),
        ([[1, 2], [3, "4"], [4, 5]], [1, 2, 3], "rows_number", "rows[1]"),
        (ROWS, [0.5, 2, float("nan")], "rows_number", "rows[2]"),
        (ROWS, [1, 1, 1], "rows_one_class", "rows"),
        (ROWS, [1, "a", 1], "rows_mixed", "rows"),
        ([[n] for n in range(13)], [f"c{n}" for n in range(13)], "rows_many_classes", "rows"),
    ],
)
def test_rows_that_cannot_be_learned_from_say_which(
    inputs: list[Any], targets: list[Any], code: str, where: str
) -> None:
    with pytest.raises(DataError) as caught:
        from_rows(inputs, targets)
    assert (caught.value.code, caught.value.where) == (f"error.{code}", where)


def test_the_task_and_the_names_must_fit() -> None:
    with pytest.raises(DataError) as caught:
        from_rows(ROWS, [1, 2, 3], task="binary")
    assert caught.value.code == "error.rows_task"
    with pytest.raises(DataError) as caught:
        from_rows(ROWS, [1, 2, 3], features=["width"])
    assert caught.value.code == "error.rows_names"


def test_points_drawn_by_hand_lie_on_the_plane() -> None:
    table = drawn([(0, 1, 1), (-3, 2.5, 0)])
    assert (table.task, table.planar, table.extent) == ("binary", True, 3.0)
    assert table.labels == array("i", [1, 0])
    assert table.coordinates == array("d", [0, 1, -3, 2.5])
    assert drawn([(0, 1, 0.25), (1, 1, 0.5)], regression=True).values == array("d", [0.25, 0.5])


@pytest.mark.parametrize(
    ("points", "code", "where"),
    [
        ([(0, 0, 1), (3.5, 0, 0)], "drawn_off", "drawn[1]"),
        ([(0, 0, 1), (0, 0, 2)], "drawn_class", "drawn[1]"),
        ([(0, 0, 1)], "drawn_few", "drawn"),
        ([(0, 0, 1), (1, 0, 1)], "drawn_one_class", "drawn"),
        ([(0, 0, 1), (float("nan"), 0, 1)], "rows_number", "drawn[1]"),
    ],
)
def test_points_that_cannot_be_learned_from_say_which(
    points: list[tuple[float, float, float]], code: str, where: str
) -> None:
    with pytest.raises(DataError) as caught:
        drawn(points)
    assert (caught.value.code, caught.value.where) == (f"error.{code}", where)
