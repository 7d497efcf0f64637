"""All data sets by name, generated and shipped, and what a menu needs to know of each."""

from __future__ import annotations

from array import array
from difflib import get_close_matches
from functools import cache

from attrs import frozen

from chainrule.errors import DataError
from chainrule.network.data.generators import GENERATORS, SURFACES, generate
from chainrule.network.data.shipped import SHIPPED, shipped
from chainrule.network.data.table import Table, Task
from chainrule.network.data.thumbnail import POINTS, thumbnail

THUMBNAIL_NOISE = 0.05


@frozen(kw_only=True)
class Choice:
    """One data set of the menu. ``rows`` is 0 where it is generated in any number. ``thumbnail``: see there."""

    name: str
    task: Task
    generated: bool
    inputs: int
    classes: int
    rows: int
    pixels: int
    thumbnail: array[float]


def names() -> tuple[str, ...]:
    """Every data set that ``load`` knows, in the order of the menu."""
    return (*GENERATORS, *SURFACES, *SHIPPED)


def load(name: str, points: int, noise: float, seed: int) -> Table:
    """The data set ``name``. ``points``, ``noise`` and ``seed`` shape generated sets only.

    Raises ``DataError`` for a name that is not there.
    """
    if name in GENERATORS or name in SURFACES:
        return generate(name, points, noise, seed)
    if name in SHIPPED:
        return shipped(name)
    near = get_close_matches(name.lower(), names(), n=1)
    if near:
        raise DataError("error.unknown_dataset", where="data.name", name=name, nearest=near[0])
    raise DataError("error.unknown_dataset_list", where="data.name", name=name, known=", ".join(names()))


def choice(table: Table, generated: bool = False) -> Choice:
    """What the menu shows of a table, also of a person's own."""
    return Choice(
        name=table.name,
        task=table.task,
        generated=generated,
        inputs=len(table.features),
        classes=len(table.classes),
        rows=0 if generated else table.rows,
        pixels=table.pixels,
        thumbnail=thumbnail(table),
    )


@cache
def choices() -> tuple[Choice, ...]:
    """The menu of ``names``; made once, as it reads every shipped set."""
    generated = (
        choice(generate(name, POINTS, THUMBNAIL_NOISE, 1), generated=True)
        for name in (*GENERATORS, *SURFACES)
    )
    return (*generated, *(choice(shipped(name)) for name in SHIPPED))
