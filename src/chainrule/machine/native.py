"""The machine on wasmtime. A call releases Python's lock, so machines in threads run side by side."""

from __future__ import annotations

import ctypes
from array import array
from threading import Lock

import wasmtime

from chainrule.machine.build import module_bytes
from chainrule.machine.encoder import PAGE
from chainrule.program import Program

_compiling = Lock()
_compiled: dict[bytes, tuple[wasmtime.Engine, wasmtime.Module]] = {}


def _module() -> tuple[wasmtime.Engine, wasmtime.Module]:
    """The compiled machine. Machines may be made in several threads at once; only one of them compiles."""
    with _compiling:
        binary = module_bytes()
        if binary not in _compiled:
            config = wasmtime.Config()
            config.cranelift_opt_level = "speed"
            engine = wasmtime.Engine(config)
            _compiled[binary] = engine, wasmtime.Module(engine, binary)
        return _compiled[binary]


class NativeMachine:
    """One instance of the module with a memory of its own; use it from one thread at a time."""

    def __init__(self) -> None:
        engine, module = _module()
        self._store = wasmtime.Store(engine)
        instance = wasmtime.Instance(self._store, module, [])
        exports = instance.exports(self._store)
        memory, run = exports["memory"], exports["run"]
        assert isinstance(memory, wasmtime.Memory)
        assert isinstance(run, wasmtime.Func)
        self._memory, self._run = memory, run
        self._table = 0
        self._base = 0

    def load(self, program: Program) -> None:
        """See ``Machine.load``."""
        missing = program.bytes - self._memory.data_len(self._store)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // PAGE))
        self._table = program.words * 8
        self._base = ctypes.addressof(self._memory.data_ptr(self._store).contents)
        ctypes.memset(self._base, 0, self._table)
        table = program.table.tobytes()
        ctypes.memmove(self._base + self._table, table, len(table))
        for offset, numbers in program.constants:
            self.write(offset, numbers)

    def run(self, first: int, last: int, times: int = 1) -> None:
        """See ``Machine.run``."""
        self._run(self._store, self._table, first, last, times)

    def read(self, offset: int, count: int) -> array[float]:
        """See ``Machine.read``."""
        found: array[float] = array("d")
        found.frombytes(ctypes.string_at(self._base + offset * 8, count * 8))
        return found

    def write(self, offset: int, numbers: array[float]) -> None:
        """See ``Machine.write``."""
        data = numbers.tobytes()
        ctypes.memmove(self._base + offset * 8, data, len(data))
