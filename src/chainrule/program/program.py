"""A program: the instruction table, the named spans of its arena and its named sections. Plain data."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from attrs import frozen

from chainrule.program.instructions import WIDTH, instruction_set

LANES = 8
_CONFLICT = 64


def padded(count: int) -> int:
    """``count`` rounded up to whole blocks of columns."""
    return -(-count // LANES) * LANES


def row_stride(columns: int) -> int:
    """Doubles from one row to the next: the columns, padded, and a block more where rows of just that length
    would all fall into the same few lines of the processor's cache."""
    wide = padded(columns)
    return wide + LANES if wide % (_CONFLICT * LANES) == 0 else wide


@frozen
class Span:
    """A named place in the arena: ``rows`` rows, ``stride`` doubles apart, of ``columns`` numbers each."""

    offset: int
    rows: int
    columns: int
    stride: int

    @property
    def size(self) -> int:
        """Doubles from the first number to the end of the last row."""
        return self.rows * self.stride


@frozen
class Section:
    """Rows ``first`` to ``last`` (excluded) of the table: one stage of a step. ``layer`` is 0 where it has none."""

    name: str
    layer: int
    first: int
    last: int


@frozen
class Program:
    """``table`` has ``WIDTH`` numbers a row. ``constants`` are numbers that must be in the arena before it runs."""

    table: array[int]
    words: int
    spans: Mapping[str, Span]
    sections: tuple[Section, ...]
    constants: tuple[tuple[int, array[float]], ...]

    @property
    def bytes(self) -> int:
        """Memory that a machine needs for it: the arena, then the table."""
        return self.words * 8 + len(self.table) * self.table.itemsize

    @property
    def rows(self) -> int:
        """Number of instructions."""
        return len(self.table) // WIDTH

    def slice(self, first: str, last: str | None = None) -> tuple[int, int]:
        """The rows from the first section called ``first`` through the last one called ``last``."""
        found = [section for section in self.sections if section.name in (first, last or first)]
        return min(section.first for section in found), max(section.last for section in found)

    def instruction(self, row: int) -> tuple[str, dict[str, int]]:
        """Name and fields of one row, for people and for the reference machine."""
        name, fields = list(instruction_set().items())[self.table[row * WIDTH]]
        start = row * WIDTH + 1
        return name, dict(zip(fields, self.table[start : start + len(fields)], strict=True))
