"""The engine of this platform: wasmtime, or the browser's own where Python itself runs in it (Pyodide)."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from chainrule.errors import RuleError
from chainrule.graph import Value
from chainrule.machine import Machine
from chainrule.machine.cells import cells_bytes
from chainrule.machine.compiled import Compiled
from chainrule.machine.instance import Instance


def new_machine() -> Machine:
    """A machine of one's own."""
    if sys.platform == "emscripten":
        from chainrule.machine.browser import BrowserMachine

        return BrowserMachine()
    from chainrule.machine.native import NativeMachine

    return NativeMachine()


def _instance(binary: bytes) -> Instance:
    if sys.platform == "emscripten":
        from chainrule.machine.browser import BrowserInstance

        return BrowserInstance(binary)
    from chainrule.machine.native import NativeInstance

    return NativeInstance(binary)


def compile(
    result: Value, leaves: Iterable[Value] | None = None, *, update_threshold: float = 0.0
) -> Compiled:
    """Make the graph behind ``result`` a program that runs again and again.

    ``forward`` takes the ``data`` of ``leaves`` (default: of every leaf) as it is now, ``backward`` adds to their
    ``grad``; a training loop needs to build its loss only once. ``change`` computes what depends on a leaf, no more;
    a value that moves by less than ``update_threshold`` passes nothing on. Raises ``ProgramError`` for a value among
    ``leaves`` that is no leaf.
    """
    if not isinstance(result, Value):
        raise RuleError("error.not_a_value", where="compile", found=type(result).__name__)
    return Compiled(_instance(cells_bytes()), result, leaves, update_threshold=update_threshold)
