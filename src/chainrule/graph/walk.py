"""Walks over a graph of values; iterative, so a chain of a million values is no deeper than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.graph.value import Value


def topological(root: Value) -> list[Value]:
    """Every value that ``root`` depends on, and ``root``, parents before children; each once."""
    order: list[Value] = []
    seen: set[int] = set()
    stack: list[tuple[Value, int]] = [(root, 0)]
    seen.add(id(root))
    while stack:
        value, at = stack.pop()
        parents = value.parents
        while at < len(parents):
            parent = parents[at]
            at += 1
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((value, at))
                stack.append((parent, 0))
                break
        else:
            order.append(value)
    return order
