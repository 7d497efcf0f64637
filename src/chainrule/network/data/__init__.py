"""Data sets: generated, shipped, and from a person's own file; their division into training and validation."""

from chainrule.network.data.csv_file import read_csv
from chainrule.network.data.features import FEATURES, columns_of, engineered
from chainrule.network.data.generators import (
    FEWEST_POINTS,
    GENERATORS,
    MOST_NOISE,
    MOST_POINTS,
    SURFACES,
    generate,
)
from chainrule.network.data.menu import Choice, choice, choices, load, names
from chainrule.network.data.rows import drawn, from_rows
from chainrule.network.data.shipped import SHIPPED
from chainrule.network.data.split import Split, split
from chainrule.network.data.table import Table, Task
from chainrule.network.data.thumbnail import thumbnail

__all__ = [
    "FEATURES",
    "FEWEST_POINTS",
    "GENERATORS",
    "MOST_NOISE",
    "MOST_POINTS",
    "SHIPPED",
    "SURFACES",
    "Choice",
    "Split",
    "Table",
    "Task",
    "choice",
    "choices",
    "columns_of",
    "drawn",
    "engineered",
    "from_rows",
    "generate",
    "load",
    "names",
    "read_csv",
    "split",
    "thumbnail",
]
