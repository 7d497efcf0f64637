"""Tables from numbers that a program already has: nested lists, arrays of other libraries, points drawn by hand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from chainrule.errors import DataError
from chainrule.network.data.csv_file import LARGEST, MOST_CLASSES
from chainrule.network.data.generators import EXTENT
from chainrule.network.data.table import Table, Task


def from_rows(
    inputs: Any,
    targets: Any,
    *,
    task: Task | None = None,
    features: Sequence[str] | None = None,
    name: str = "rows",
) -> Table:
    """A table of ``inputs`` (rows x features: lists, or anything with ``tolist``) and one target a row.

    Targets that are text, truth values or whole numbers of at most 12 kinds are classes; other numbers make a
    regression. ``task`` says it explicitly. Raises ``DataError`` naming the row: rows of different lengths, a number
    that is missing, infinite or NaN, as many targets as rows, no rows, a single class.
    """
    if task is not None and task not in ("binary", "multiclass", "regression"):
        raise DataError("error.task", where="task", found=str(task))
    rows = [_row(row, at, name) for at, row in enumerate(_listed(inputs))]
    wanted = [_bare(target) for target in _listed(targets)]
    if not rows or not rows[0]:
        raise DataError("error.rows_none", where=name)
    if len(rows) != len(wanted):
        raise DataError("error.rows_targets", where=name, rows=len(rows), targets=len(wanted))
    width = len(rows[0])
    numbers = array("d")
    for at, row in enumerate(rows):
        if len(row) != width:
            raise DataError(
                "error.rows_ragged", where=f"{name}[{at}]", row=at, found=len(row), expected=width
            )
        numbers.extend(_number(value, at, name) for value in row)
    titles = tuple(features) if features is not None else tuple(f"x{at + 1}" for at in range(width))
    if len(titles) != width:
        raise DataError("error.rows_names", where=name, found=len(titles), expected=width)
    if task == "regression" or (task is None and _continuous(wanted)):
        return Table(
            name=name,
            task="regression",
            features=titles,
            classes=(),
            inputs=numbers,
            labels=array("i", bytes(4 * len(rows))),
            planar=False,
            extent=0.0,
            values=array("d", [_number(value, at, name) for at, value in enumerate(wanted)]),
        )
    labels, classes = _coded(wanted, name)
    if task is not None and (task == "binary") != (len(classes) == 2):
        raise DataError("error.rows_task", where=name, task=task, classes=len(classes))
    return Table(
        name=name,
        task="binary" if len(classes) == 2 else "multiclass",
        features=titles,
        classes=classes,
        inputs=numbers,
        labels=labels,
        planar=False,
        extent=0.0,
    )


def drawn(points: Iterable[tuple[float, float, float]], *, regression: bool = False) -> Table:
    """A planar table of points drawn by hand: two coordinates within [-3, 3], and a class 0 or 1, or a value.

    Raises ``DataError`` for a point off the plane, a class that is neither, fewer than two points, a class without
    any.
    """
    inputs, thirds = array("d"), array("d")
    for at, (x, y, third) in enumerate(points):
        for number in (x, y, third):
            _number(number, at, "drawn")
        if max(abs(x), abs(y)) > EXTENT:
            raise DataError("error.drawn_off", where=f"drawn[{at}]", x=float(x), y=float(y), extent=EXTENT)
        if not regression and third not in (0, 1):
            raise DataError("error.drawn_class", where=f"drawn[{at}]", found=float(third))
        inputs.extend((x, y))
        thirds.append(third)
    if len(thirds) < 2:
        raise DataError("error.drawn_few", where="drawn", points=len(thirds))
    if not regression and len(set(thirds)) < 2:
        raise DataError("error.drawn_one_class", where="drawn", found=int(thirds[0]))
    return Table(
        name="drawn",
        task="regression" if regression else "binary",
        features=("x₁", "x₂"),
        classes=() if regression else ("0", "1"),
        inputs=inputs,
        labels=array("i", [0 if regression else int(third) for third in thirds]),
        planar=True,
        extent=EXTENT,
        values=thirds if regression else array("d"),
    )


def _listed(values: Any) -> Iterable[Any]:
    """Arrays of other libraries come as lists of plain numbers."""
    found: Iterable[Any] = values.tolist() if hasattr(values, "tolist") else values
    return found


def _row(row: Any, at: int, name: str) -> list[Any]:
    try:
        return list(_listed(row))
    except TypeError:
        raise DataError("error.rows_row", where=f"{name}[{at}]", row=at, value=repr(row)[:40]) from None


def _bare(target: Any) -> Any:
    """A target may come as a row of one number, as a column of an array does."""
    listed = target.tolist() if hasattr(target, "tolist") else target
    return listed[0] if isinstance(listed, list | tuple) and len(listed) == 1 else listed


def _number(value: Any, row: int, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, str) or not isfinite(number) or abs(number) > LARGEST:
        raise DataError("error.rows_number", where=f"{name}[{row}]", row=row, value=repr(value)[:40])
    return number


def _continuous(targets: list[Any]) -> bool:
    if any(isinstance(value, str | bool) for value in targets):
        return False
    numbers = {float(value) for value in targets}
    return len(numbers) > MOST_CLASSES or any(not value.is_integer() for value in numbers if isfinite(value))


def _coded(targets: list[Any], name: str) -> tuple[array[int], tuple[str, ...]]:
    """The class of each row, and the classes, numbers in their order and text in that of the alphabet."""
    kinds = set(targets)
    try:
        order = sorted(kinds)
    except TypeError:
        raise DataError("error.rows_mixed", where=name) from None
    if len(order) < 2:
        raise DataError("error.rows_one_class", where=name, value=str(order[0]))
    if len(order) > MOST_CLASSES:
        raise DataError("error.rows_many_classes", where=name, found=len(order), limit=MOST_CLASSES)
    ranks = {value: rank for rank, value in enumerate(order)}
    titles = tuple(
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in order
    )
    return array("i", [ranks[value] for value in targets]), titles
