"""What fits into a slice of time: as many steps as the pace asks for and the cost allows, and frames that can be
afforded. Costs are counted, not measured, so a session needs no clock."""

from __future__ import annotations

FLOPS_PER_MS = 1e6  # of steps: an assumed gigaflop a second, which the slowest machine in mind reaches
FRAME_FLOPS_PER_MS = 4e6  # of whole sets in long rows, which run nearer to the machine's best
PATIENCE_MS = 100.0


class Pacer:
    """Turns slices of time into whole steps; what is left of a step is carried into the next slice."""

    def __init__(self, pace: float) -> None:
        self.pace = pace
        self._carried = 0.0

    def rest(self) -> None:
        """Forget what was carried: time that passes while paused asks for nothing."""
        self._carried = 0.0

    def due(self, milliseconds: float, most: int) -> int:
        """Steps to make in this slice, at most ``most``. What the cap cuts off is not made up for later."""
        wanted = self._carried + self.pace * milliseconds / 1000
        steps = int(wanted + 1e-9)  # ten slices of a tenth are one step, whatever rounding says
        self._carried = max(0.0, wanted - steps)
        return min(steps, most)


def affordable(milliseconds: float, step_flops: float, frame_flops: float) -> int:
    """Steps that fit into a slice beside the frame that ends it; at least 1.

    The frame is given half of the slice at most: with a large network the picture may run late, training goes on.
    """
    budget = milliseconds * FLOPS_PER_MS
    return max(1, int(max(budget - frame_flops, budget / 2) / max(1.0, step_flops)))


class Shutter:
    """Lets as many frames through as half-busy computing affords: each costs ``flops``, each slice of time pays.

    A frame shows its step whole or does not come; with data so large that evaluating them takes longer than a
    slice, fewer come.
    """

    def __init__(self) -> None:
        self._saved = PATIENCE_MS

    def wait(self, milliseconds: float, flops: float) -> None:
        """Save up; never for more than the next frame, or a few cheap ones."""
        self._saved = min(self._saved + milliseconds, max(PATIENCE_MS, flops / FRAME_FLOPS_PER_MS))

    def open(self, flops: float) -> bool:
        """Whether a frame can be paid."""
        return self._saved >= flops / FRAME_FLOPS_PER_MS

    def pay(self, flops: float) -> None:
        """A frame was shown, affordable or not."""
        self._saved = max(0.0, self._saved - flops / FRAME_FLOPS_PER_MS)
