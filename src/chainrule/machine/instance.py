"""One WebAssembly module with a memory of its own: what ``native`` and ``browser`` each give in their own way."""

from __future__ import annotations

from array import array
from typing import Protocol

from chainrule.machine.build import module_bytes
from chainrule.program import Program


class Instance(Protocol):
    """Use it from one thread at a time. Numbers cross as bytes, so even the bits of a NaN arrive as they left."""

    def reserve(self, count: int) -> None:
        """Make the memory ``count`` bytes long if it is shorter."""

    def clear(self, start: int, count: int) -> None:
        """Set ``count`` bytes to 0."""

    def put(self, start: int, data: bytes) -> None:
        """Write ``data`` at the address ``start``."""

    def take(self, start: int, count: int) -> bytes:
        """A copy of ``count`` bytes."""

    def call(self, name: str, *numbers: int) -> None:
        """Run an exported function."""


class InstanceMachine:
    """The machine on an instance of its module. See ``Machine``."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._table = 0

    @staticmethod
    def binary() -> bytes:
        """The module that the instance must be of."""
        return module_bytes()

    def load(self, program: Program) -> None:
        """See ``Machine.load``."""
        self._table = program.words * 8
        self._instance.reserve(program.bytes)
        self._instance.clear(0, self._table)
        self._instance.put(self._table, program.table.tobytes())
        for offset, numbers in program.constants:
            self.write(offset, numbers)

    def run(self, first: int, last: int, times: int = 1) -> None:
        """See ``Machine.run``."""
        self._instance.call("run", self._table, first, last, times)

    def read(self, offset: int, count: int) -> array[float]:
        """See ``Machine.read``."""
        found: array[float] = array("d")
        found.frombytes(self._instance.take(offset * 8, count * 8))
        return found

    def write(self, offset: int, numbers: array[float]) -> None:
        """See ``Machine.write``."""
        self._instance.put(offset * 8, numbers.tobytes())
