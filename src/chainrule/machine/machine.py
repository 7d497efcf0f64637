"""What a machine is: an arena of doubles and an instruction table, and a way to run any slice of it."""

from __future__ import annotations

from array import array
from typing import Protocol

from chainrule.program import Program


class Machine(Protocol):
    """Runs programs. ``native`` does it with wasmtime, ``browser`` with the page's own WebAssembly, ``reference``
    in plain Python. The first two give the same bits; the third agrees to rounding."""

    def load(self, program: Program) -> None:
        """Take a program: its table, a cleared arena, its constants. What was there before is gone."""

    def run(self, first: int, last: int, times: int = 1) -> None:
        """Carry out rows ``first`` to ``last`` (excluded) of the table, ``times`` times over."""

    def read(self, offset: int, count: int) -> array[float]:
        """A copy of ``count`` doubles of the arena."""

    def write(self, offset: int, numbers: array[float]) -> None:
        """Put doubles into the arena."""
