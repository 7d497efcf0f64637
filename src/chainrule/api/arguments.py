"""Arguments held against what they may be: one clear error instead of one from deep inside."""

from __future__ import annotations

from math import isfinite
from numbers import Real
from operator import index
from typing import Any

from chainrule.errors import ProgramError

LARGEST_SEED = 2**32 - 1


def whole(value: Any, name: str, low: int, high: int) -> int:
    """``value`` as an integer from ``low`` to ``high``; NumPy's integers are integers, truth values are not."""
    try:
        number = index(value)
    except TypeError:
        number = low - 1
    if isinstance(value, bool) or not low <= number <= high:
        raise ProgramError("error.whole", where=name, name=name, found=shown(value), low=low, high=high)
    return number


def number(value: Any, name: str, low: float, high: float) -> float:
    """``value`` as a finite float from ``low`` to ``high``."""
    found = float(value) if isinstance(value, Real) and not isinstance(value, bool) else float("nan")
    if not isfinite(found) or not low <= found <= high:
        raise ProgramError("error.number", where=name, name=name, found=shown(value), low=low, high=high)
    return found


def shown(value: Any) -> str:
    """An argument as a message quotes it."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
