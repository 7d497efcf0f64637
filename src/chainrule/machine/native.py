"""The machine on wasmtime. A call releases Python's lock, so machines in threads run side by side."""

from __future__ import annotations

import ctypes
from threading import Lock

import wasmtime

from chainrule.machine.encoder import PAGE
from chainrule.machine.instance import InstanceMachine

_compiling = Lock()
_compiled: dict[bytes, tuple[wasmtime.Engine, wasmtime.Module]] = {}


def _module(binary: bytes) -> tuple[wasmtime.Engine, wasmtime.Module]:
    """The compiled module. Instances may be made in several threads at once; only one of them compiles."""
    with _compiling:
        if binary not in _compiled:
            config = wasmtime.Config()
            config.cranelift_opt_level = "speed"
            engine = wasmtime.Engine(config)
            _compiled[binary] = engine, wasmtime.Module(engine, binary)
        return _compiled[binary]


class NativeInstance:
    """See ``Instance``."""

    def __init__(self, binary: bytes) -> None:
        engine, module = _module(binary)
        self._store = wasmtime.Store(engine)
        instance = wasmtime.Instance(self._store, module, [])
        self._exports = instance.exports(self._store)
        memory = self._exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self._memory = memory
        self._functions: dict[str, wasmtime.Func] = {}
        for name in self._exports:
            function = self._exports[name]
            if isinstance(function, wasmtime.Func):
                self._functions[name] = function
        self._base = ctypes.addressof(memory.data_ptr(self._store).contents)

    def reserve(self, count: int) -> None:
        """See ``Instance.reserve``."""
        missing = count - self._memory.data_len(self._store)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // PAGE))
        self._base = ctypes.addressof(self._memory.data_ptr(self._store).contents)

    def clear(self, start: int, count: int) -> None:
        """See ``Instance.clear``."""
        ctypes.memset(self._base + start, 0, count)

    def put(self, start: int, data: bytes) -> None:
        """See ``Instance.put``."""
        ctypes.memmove(self._base + start, data, len(data))

    def take(self, start: int, count: int) -> bytes:
        """See ``Instance.take``."""
        return ctypes.string_at(self._base + start, count)

    def call(self, name: str, *numbers: int) -> None:
        """See ``Instance.call``."""
        self._functions[name](self._store, *numbers)


class NativeMachine(InstanceMachine):
    """See ``Machine``."""

    def __init__(self) -> None:
        super().__init__(NativeInstance(self.binary()))
