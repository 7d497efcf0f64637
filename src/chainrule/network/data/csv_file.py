"""A person's own data set: a CSV file with a header row.

The class is the column named target, label or class (any case), else ``y`` unless a column ``x`` stands beside it
as its other coordinate, else the last column. All other columns are numbers. A target of numbers of more than 12
kinds, or of numbers that are not whole, is a value to predict: a regression. What does not fit is a ``DataError``
with its line; nothing is dropped.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator
from math import ceil, isfinite
from pathlib import Path
from typing import TextIO

from chainrule.errors import DataError, Fact
from chainrule.network.data.split import standardised
from chainrule.network.data.table import Table, Task

MOST_ROWS, MOST_FEATURES, MOST_CLASSES = 100_000, 100, 12
LARGEST = 1e100  # squares and their sums stay finite
LONGEST_LINE = 100_000
TARGETS = ("target", "label", "class")


def read_csv(path: Path | str, task: Task | None = None) -> Table:
    """The table in the file ``path``, named as the file without its ending. ``task`` "regression" takes the target
    for numbers, whatever they are; any other takes them for classes.

    Two features and two classes lie on a plane: then the inputs are standardised over all rows, and ``extent``
    covers them, rounded up to a half. Reading stops at the first mistake.
    """
    path = Path(path)
    file = path.name
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            return read_lines(_lines(text, file), file, path.stem, task)
    except FileNotFoundError:
        raise DataError("error.csv_missing", where=file, file=str(path)) from None
    except IsADirectoryError:
        raise DataError("error.csv_folder", where=file, file=str(path)) from None
    except UnicodeDecodeError:
        raise DataError("error.csv_not_text", where=file, file=file) from None
    except OSError as trouble:
        reason = trouble.strerror or type(trouble).__name__
        raise DataError("error.csv_unreadable", where=file, file=str(path), reason=reason) from None


def read_lines(lines: Iterable[str], file: str, name: str, task: Task | None = None) -> Table:
    """The table ``name`` in the text of a CSV file, which errors call ``file``."""
    reader = csv.reader(lines, strict=True)
    rows = ((reader.line_num, row) for row in reader if row)
    try:
        line, header = next(rows, (0, []))
        if not header:
            raise _wrong("error.csv_empty", file)
        columns = [cell.strip() for cell in header]
        target = _target(columns, file, line)
        inputs, codes, seen = _body(rows, columns, target, file, task)
    except csv.Error as trouble:
        raise _wrong("error.csv_malformed", file, max(1, reader.line_num), reason=str(trouble)) from None
    features = tuple(columns[:target] + columns[target + 1 :])
    if _predicted(seen, task):
        return Table(
            name=name,
            task="regression",
            features=features,
            classes=(),
            inputs=inputs,
            labels=array("i", bytes(4 * len(codes))),
            planar=False,
            extent=0.0,
            values=array("d", [float(seen[code]) for code in codes]),
        )
    classes = sorted(seen, key=float) if all(_number(each) is not None for each in seen) else sorted(seen)
    ranks = [classes.index(each) for each in seen]
    planar = len(columns) == 3 and len(classes) == 2
    inputs = standardised(inputs, 2, range(len(codes))) if planar else inputs
    return Table(
        name=name,
        task="binary" if len(classes) == 2 else "multiclass",
        features=features,
        classes=tuple(classes),
        inputs=inputs,
        labels=array("i", [ranks[code] for code in codes]),
        planar=planar,
        extent=max(1.0, ceil(2.04 * max(map(abs, inputs))) / 2) if planar else 0.0,
    )


def _wrong(code: str, file: str, line: int = 0, **facts: Fact) -> DataError:
    """An error about the file or, where ``line`` is not 0, about that line."""
    if line:
        return DataError(code, where=f"{file}:{line}", file=file, line=line, **facts)
    return DataError(code, where=file, file=file, **facts)


def _lines(text: TextIO, file: str) -> Iterator[str]:
    """The lines of a file; no more is read of one than a table could hold."""
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise _wrong("error.csv_long_line", file, number, limit=LONGEST_LINE)
        yield line


def _target(columns: list[str], file: str, line: int) -> int:
    """Which column is the class, once the header has been checked."""
    if all(_number(name) is not None for name in columns):
        raise _wrong("error.csv_no_header", file, line)
    for index, name in enumerate(columns):
        if not name:
            raise _wrong("error.csv_blank_column", file, line, number=index + 1)
        if name in columns[:index]:
            raise _wrong("error.csv_same_column", file, line, column=_shown(name))
    if len(columns) == 1:
        raise _wrong("error.csv_only_target", file, line, column=_shown(columns[0]))
    if len(columns) > MOST_FEATURES + 1:
        raise _wrong("error.csv_many_columns", file, line, found=len(columns) - 1, limit=MOST_FEATURES)
    lower = [name.lower() for name in columns]
    for wanted in TARGETS if "x" in lower else (*TARGETS, "y"):
        if wanted in lower:
            return lower.index(wanted)
    return len(columns) - 1


def _predicted(seen: list[str], task: Task | None) -> bool:
    """Whether the targets are values to predict instead of classes."""
    if task is not None:
        return task == "regression"
    numbers = [_number(label) for label in seen]
    if any(number is None for number in numbers):
        return False
    return len(seen) > MOST_CLASSES or any(
        not number.is_integer() for number in numbers if number is not None
    )


def _body(
    rows: Iterable[tuple[int, list[str]]], columns: list[str], target: int, file: str, task: Task | None
) -> tuple[array[float], array[int], list[str]]:
    """Inputs row by row, the class of each row, and the labels of the classes in order of appearance."""
    numeric = task in (None, "regression")
    inputs, codes = array("d"), array("i")
    seen: dict[str, int] = {}
    name = _shown(columns[target])
    features = columns[:target] + columns[target + 1 :]
    for line, cells in rows:
        if len(codes) == MOST_ROWS:
            raise _wrong("error.csv_many_rows", file, line, limit=MOST_ROWS)
        if len(cells) != len(columns):
            raise _wrong("error.csv_ragged", file, line, found=len(cells), expected=len(columns))
        label = cells.pop(target).strip()
        if not label:
            raise _wrong("error.csv_blank_cell", file, line, column=name)
        numeric = numeric and _number(label) is not None
        if task == "regression" and not numeric:
            raise _not_number(label, name, name, file, line)
        codes.append(seen.setdefault(label, len(seen)))
        if len(seen) > MOST_CLASSES and not numeric:
            raise _wrong("error.csv_many_classes", file, line, column=name, limit=MOST_CLASSES)
        for cell, column in zip(cells, features, strict=True):
            value = _number(cell)
            if value is None:
                raise _not_number(cell.strip(), _shown(column), name, file, line)
            inputs.append(value)
    if not codes:
        raise _wrong("error.csv_only_header", file)
    if len(seen) == 1:
        raise _wrong("error.csv_one_class", file, column=name, value=_shown(*seen))
    return inputs, codes, list(seen)


def _number(cell: str) -> float | None:
    """What a cell says if it is a number that can be learned from; Python's own ``1_000`` is none."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if -LARGEST <= value <= LARGEST and "_" not in cell else None


def _not_number(cell: str, column: str, target: str, file: str, line: int) -> DataError:
    if not cell:
        return _wrong("error.csv_blank_cell", file, line, column=column)
    try:
        too_large = not isfinite(float(cell)) or abs(float(cell)) > LARGEST
    except ValueError:
        too_large = False
    if too_large:
        limit = f"{LARGEST:g}"
        return _wrong("error.csv_not_finite", file, line, column=column, value=_shown(cell), limit=limit)
    return _wrong("error.csv_not_number", file, line, column=column, value=_shown(cell), target=target)


def _shown(text: str) -> str:
    """A cell as a message quotes it, cut at 40 characters."""
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"
