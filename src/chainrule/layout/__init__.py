"""Where each node stands, in pixels at zoom 1. Knows counts only, so it serves the page, pictures and notebooks."""

from chainrule.layout.columns import Columns, columns

__all__ = ["Columns", "columns"]
