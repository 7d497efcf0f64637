"""What is to be run, and how much of the machine it may use."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Limits:
    """``seconds`` of time, ``memory_mb`` mebibytes beyond what Python itself needs, ``nodes`` of the graph,
    ``printed`` characters."""

    seconds: float = 5.0
    memory_mb: int = 1024
    nodes: int = 40_000
    printed: int = 20_000


@frozen(kw_only=True)
class Request:
    """Python ``text`` to run, and the layout of its graph: nodes are ``width`` by ``height`` pixels."""

    text: str
    layout: str
    width: float
    height: float
    limits: Limits
