"""What values are called: by the code's variables, and by how they are reached from these."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice

from chainrule.graph import Value

DEEPEST = 8
MOST = 100_000
WIDEST = 20_000  # of one list no more are looked at
MODULE = "__"


def named(space: Mapping[str, object]) -> dict[int, tuple[str, Value]]:
    """The values that can be reached from the variables ``space``, by when they were made, nearest names first."""
    found: dict[int, tuple[str, Value]] = {}
    waiting: deque[tuple[str, object, int]] = deque(
        (name, thing, 0) for name, thing in space.items() if not name.startswith("_")
    )
    seen: set[int] = set()
    while waiting and len(seen) < MOST:
        name, thing, depth = waiting.popleft()
        if isinstance(thing, Value):
            found.setdefault(thing.born, (name, thing))
            continue
        if id(thing) in seen or depth >= DEEPEST:
            continue
        seen.add(id(thing))
        waiting.extend((inner, each, depth + 1) for inner, each in _inside(name, thing))
    return found


def _inside(name: str, thing: object) -> Iterator[tuple[str, object]]:
    if isinstance(thing, list | tuple):
        for at, each in enumerate(thing[:WIDEST]):
            yield f"{name}[{at}]", each
    elif isinstance(thing, dict):
        for key, each in islice(thing.items(), WIDEST):
            if isinstance(key, str | int):
                yield f"{name}[{key!r}]", each
    elif (not isinstance(thing, type) and not callable(thing)) or hasattr(type(thing), "parameters"):
        own = getattr(thing, "__dict__", None)
        if isinstance(own, dict) and not hasattr(thing, "__spec__"):
            for key, each in own.items():
                if isinstance(key, str) and not key.startswith(MODULE):
                    yield f"{name}.{key}", each
