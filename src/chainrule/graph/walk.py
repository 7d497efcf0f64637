"""Walks over a graph of values; iterative, so a chain of a million values is no deeper than one."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.graph.value import Value

_born = attrgetter("_born")


def topological(root: Value) -> list[Value]:
    """Every value that ``root`` depends on, and ``root``, parents before children; each once, in the order in which
    they were made."""
    seen = {root}
    stack = [root]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=_born)
