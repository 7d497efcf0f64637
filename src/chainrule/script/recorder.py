"""On which line each value was made, and what it is called there."""

from __future__ import annotations

import sys
from bisect import bisect_right
from types import FrameType
from typing import Any

from chainrule.graph import Value
from chainrule.graph.value import tick

FILE = "<code>"
MOST_LOCALS = 64


class Recorder:
    """Watches the lines of the code, and of nothing else, from ``start`` to ``stop``.

    Values are counted as they are made, and so are lines as they begin: a value belongs to the last line that began
    before it.
    """

    def __init__(self) -> None:
        self._begun: list[int] = []
        self._lines: list[int] = []
        self.names: dict[int, str] = {}

    def start(self) -> None:
        """From now on."""
        sys.settrace(self._enter)

    def stop(self) -> None:
        """No longer."""
        sys.settrace(None)

    def line(self, value: Value) -> int:
        """The line that made ``value``; 0 where none did."""
        at = bisect_right(self._begun, value.born)
        return self._lines[at - 1] if at else 0

    def _enter(self, frame: FrameType, event: str, _: object) -> Any:
        return self._within if frame.f_code.co_filename == FILE else None

    def _within(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self._mark(frame.f_lineno)
        elif event == "return":
            if frame.f_code.co_name != "<module>":
                self._keep_names(frame)
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename == FILE:
                self._mark(caller.f_lineno)
        return self._within

    def _mark(self, line: int) -> None:
        now = tick()
        # Nothing was made since the line before: a loop that makes nothing leaves no trail.
        if self._begun and self._begun[-1] == now - 1:
            self._begun[-1], self._lines[-1] = now, line
        else:
            self._begun.append(now)
            self._lines.append(line)

    def _keep_names(self, frame: FrameType) -> None:
        """The names of a function's own values, which are gone when it ends."""
        if len(frame.f_code.co_varnames) > MOST_LOCALS:
            return
        for name, found in frame.f_locals.items():
            if isinstance(found, Value) and not name.startswith("."):
                self.names.setdefault(found.born, name)
