"""Sums of floats that may have run away."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum


def total(numbers: Iterable[float]) -> float:
    """The exactly rounded sum (Shewchuk 1997, ``math.fsum``). Where ``fsum`` refuses, at infinities of both signs or
    at a sum beyond the largest float, it is what arithmetic makes of it: NaN or an infinity."""
    kept = list(numbers)
    try:
        return fsum(kept)
    except (ValueError, OverflowError):
        return sum(kept)
