"""The machine on the WebAssembly of the JavaScript engine that Python itself runs in (Pyodide)."""

from __future__ import annotations

from functools import cache
from typing import Any

import js  # type: ignore[import-not-found]
from pyodide.ffi import to_js  # type: ignore[import-not-found]

from chainrule.machine.encoder import PAGE
from chainrule.machine.instance import InstanceMachine


@cache
def _module(binary: bytes) -> Any:
    return js.WebAssembly.Module.new(to_js(binary))


class BrowserInstance:
    """See ``Instance``."""

    def __init__(self, binary: bytes) -> None:
        self._exports = js.WebAssembly.Instance.new(_module(binary)).exports
        self._memory = self._exports.memory

    def reserve(self, count: int) -> None:
        """See ``Instance.reserve``."""
        missing = count - self._memory.buffer.byteLength
        if missing > 0:
            self._memory.grow(-(-missing // PAGE))

    def clear(self, start: int, count: int) -> None:
        """See ``Instance.clear``."""
        self._bytes(start, count).fill(0)

    def put(self, start: int, data: bytes) -> None:
        """See ``Instance.put``."""
        self._bytes(start, len(data)).assign(data)

    def take(self, start: int, count: int) -> bytes:
        """See ``Instance.take``."""
        found: bytes = self._bytes(start, count).to_bytes()
        return found

    def call(self, name: str, *numbers: int) -> None:
        """See ``Instance.call``."""
        getattr(self._exports, name)(*numbers)

    def _bytes(self, start: int, count: int) -> Any:
        return js.Uint8Array.new(self._memory.buffer, start, count)


class BrowserMachine(InstanceMachine):
    """See ``Machine``."""

    def __init__(self) -> None:
        super().__init__(BrowserInstance(self.binary()))
