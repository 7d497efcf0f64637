"""How many steps fit into a slice of time: as many as the pace asks for, as few as the cost allows."""

from __future__ import annotations

FLOPS_PER_MS = 1e6  # an assumed gigaflop a second, which the slowest machine in mind reaches


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
