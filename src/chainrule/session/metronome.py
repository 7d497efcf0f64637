"""Time that passes, in beats."""

from __future__ import annotations

TEMPOS = (20.0, 5000.0)
"""Least and most milliseconds that a stage takes."""


class Metronome:
    """Beats every so many milliseconds while ``following``."""

    def __init__(self) -> None:
        self.following = False
        self._carried = 0.0

    def start(self, milliseconds: float) -> None:
        """Begin with a beat at once."""
        if not self.following:
            self._carried = milliseconds
        self.following = True

    def beat(self, passed: float, milliseconds: float) -> bool:
        """Whether it is time, ``passed`` milliseconds later; what comes too late is not made up for."""
        if not self.following:
            return False
        self._carried += passed
        if self._carried < milliseconds:
            return False
        self._carried = min(self._carried - milliseconds, milliseconds / 2)
        return True
