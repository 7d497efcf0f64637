"""Data sets by name, from files, from numbers: ``data.moons(n=500, noise=0.1, seed=1)``, ``data.iris()`` …

Generated sets take ``n`` points, ``noise`` (0 to 0.5, see ``generators``) and ``seed``; shipped ones take nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from chainrule.api.arguments import LARGEST_SEED, number, whole
from chainrule.network import data as _data
from chainrule.network.data import Table, Task

_SHAPED = (*_data.GENERATORS, *_data.SURFACES)


def names() -> tuple[str, ...]:
    """Every data set that has a name."""
    return _data.names()


def load(name: str, n: int = 500, noise: float = 0.1, seed: int = 1) -> Table:
    """The data set ``name``; ``DataError`` with the nearest name where there is none."""
    n = whole(n, "n", _data.FEWEST_POINTS, _data.MOST_POINTS)
    return _data.load(
        name, n, number(noise, "noise", 0.0, _data.MOST_NOISE), whole(seed, "seed", 0, LARGEST_SEED)
    )


def csv(path: Path | str, task: Task | None = None) -> Table:
    """A table from a CSV file with a header row; see ``network.data.csv_file`` for what is understood."""
    return _data.read_csv(path, task)


def rows(
    inputs: Any, targets: Any, *, task: Task | None = None, features: Sequence[str] | None = None
) -> Table:
    """A table from rows of numbers (lists, NumPy arrays, tensors) and one target for each: classes where they are text,
    truth values or whole numbers of at most 12 kinds, else numbers to predict. ``task`` says it explicitly."""
    return _data.from_rows(inputs, targets, task=task, features=features)


def drawn(points: Iterable[tuple[float, float, float]], *, regression: bool = False) -> Table:
    """Points on the plane [-3, 3]² as (x, y, class 0 or 1), or (x, y, value) for a regression."""
    return _data.drawn(points, regression=regression)


def features(table: Table, *chosen: str) -> Table:
    """The same points with engineered features as inputs: any of x1 x2 x1_squared x2_squared x1x2 sin_x1 sin_x2."""
    return _data.engineered(table, chosen)


def __getattr__(name: str) -> Callable[..., Table]:
    if name in _SHAPED:

        def generated(n: int = 500, noise: float = 0.1, seed: int = 1) -> Table:
            return load(name, n, noise, seed)

        generated.__name__ = name
        return generated
    if name in _data.SHIPPED:
        return lambda: _data.load(name, 0, 0.0, 0)
    raise AttributeError(
        f"module 'chainrule.data' has no attribute {name!r}; data sets: {', '.join(names())}"
    )


def __dir__() -> list[str]:
    return [*names(), "csv", "drawn", "features", "load", "names", "rows"]
