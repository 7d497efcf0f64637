"""Where things stand: layouts are computed here, so that every host draws the same picture."""

from chainrule.layout.columns import Columns, columns
from chainrule.layout.layered import Placed
from chainrule.layout.menu import LAYOUTS, lay_out

__all__ = ["LAYOUTS", "Columns", "Placed", "columns", "lay_out"]
