"""The machine on the WebAssembly of the JavaScript engine that Python itself runs in (Pyodide)."""

from __future__ import annotations

from array import array
from functools import cache
from typing import Any

import js  # type: ignore[import-not-found]
from pyodide.ffi import to_js  # type: ignore[import-not-found]

from chainrule.machine.build import module_bytes
from chainrule.machine.encoder import PAGE
from chainrule.program import Program


@cache
def _module(binary: bytes) -> Any:
    return js.WebAssembly.Module.new(to_js(binary))


class BrowserMachine:
    """See ``Machine``. Numbers cross as bytes, so even the bits of a NaN arrive as they left."""

    def __init__(self) -> None:
        exports = js.WebAssembly.Instance.new(_module(module_bytes())).exports
        self._memory, self._run = exports.memory, exports.run
        self._table = 0

    def load(self, program: Program) -> None:
        """See ``Machine.load``."""
        missing = program.bytes - self._memory.buffer.byteLength
        if missing > 0:
            self._memory.grow(-(-missing // PAGE))
        self._table = program.words * 8
        self._bytes(0, self._table).fill(0)
        table = program.table.tobytes()
        self._bytes(self._table, len(table)).assign(table)
        for offset, numbers in program.constants:
            self.write(offset, numbers)

    def run(self, first: int, last: int, times: int = 1) -> None:
        """See ``Machine.run``."""
        self._run(self._table, first, last, times)

    def read(self, offset: int, count: int) -> array[float]:
        """See ``Machine.read``."""
        found: array[float] = array("d")
        found.frombytes(self._bytes(offset * 8, count * 8).to_bytes())
        return found

    def write(self, offset: int, numbers: array[float]) -> None:
        """See ``Machine.write``."""
        self._bytes(offset * 8, len(numbers) * 8).assign(numbers.tobytes())

    def _bytes(self, start: int, count: int) -> Any:
        return js.Uint8Array.new(self._memory.buffer, start, count)
