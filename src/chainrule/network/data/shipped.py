"""The real data sets that come with the package. Sources and licences: ``docs/decisions/0003-shipped-data.md``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gzip import decompress
from importlib.resources import files
from types import MappingProxyType

from attrs import evolve

from chainrule.network.data.csv_file import read_lines
from chainrule.network.data.table import Table

SHIPPED: Mapping[str, str] = MappingProxyType(
    {"iris": "iris.csv", "penguins": "penguins.csv", "digits": "digits.csv.gz"}
)
"""File of each data set, in the layout that ``csv_file`` reads."""


@cache
def shipped(name: str) -> Table:
    """A shipped data set, read once; do not change its arrays."""
    file = SHIPPED[name]
    content = (files("chainrule.network.data") / "bundled" / file).read_bytes()
    if file.endswith(".gz"):
        content = decompress(content)
    table = read_lines(content.decode().splitlines(), file, name)
    return evolve(table, pixels=8) if name == "digits" else table
