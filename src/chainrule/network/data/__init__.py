"""Data sets: generated, shipped, and from a person's own file; their division into training and validation."""

from chainrule.network.data.csv_file import read_csv
from chainrule.network.data.generators import FEWEST_POINTS, MOST_NOISE, MOST_POINTS
from chainrule.network.data.menu import Choice, choice, choices, load, names
from chainrule.network.data.split import Split, split
from chainrule.network.data.table import Table, Task
from chainrule.network.data.thumbnail import thumbnail

__all__ = [
    "FEWEST_POINTS",
    "MOST_NOISE",
    "MOST_POINTS",
    "Choice",
    "Split",
    "Table",
    "Task",
    "choice",
    "choices",
    "load",
    "names",
    "read_csv",
    "split",
    "thumbnail",
]
