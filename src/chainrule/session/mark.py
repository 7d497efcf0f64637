"""Names of the marks of a network: ``n:L:J`` a neuron or an input, ``w:L:J:I`` a weight, ``b:L:J`` a bias, ``z:L:J``
the weighted sum of a neuron, ``loss`` the loss."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import frozen

_NUMBER = "(0|[1-9][0-9]{0,8})"
_TARGET = re.compile("loss|[nbz]:N:N|w:N:N:N".replace("N", _NUMBER))


@frozen
class Mark:
    """A target, parsed: ``layer`` 0 is the input; ``source`` is the neuron a weight comes from."""

    kind: Literal["weight", "bias", "sum", "neuron", "input", "loss"]
    layer: int
    neuron: int = 0
    source: int = 0


def mark(target: str, counts: Sequence[int]) -> Mark | None:
    """The mark that ``target`` names in a network with ``counts`` nodes a column, or ``None``."""
    found = _TARGET.fullmatch(target)
    if found is None:
        return None
    if target == "loss":
        return Mark("loss", len(counts))
    numbers = [int(part) for part in found.groups() if part is not None]
    kind = {"n": "neuron", "w": "weight", "b": "bias", "z": "sum"}[target[0]]
    layer, neuron, source = (*numbers, 0)[:3]
    if layer >= len(counts) or neuron >= counts[layer] or (kind != "neuron" and layer == 0):
        return None
    if kind == "weight":
        return Mark("weight", layer, neuron, source) if source < counts[layer - 1] else None
    if kind in ("bias", "sum"):
        return Mark(kind, layer, neuron)  # type: ignore[arg-type]
    return Mark("neuron" if layer else "input", layer, neuron)


def moved(target: str, columns: Mapping[int, int], counts: Sequence[int]) -> str | None:
    """What the mark ``target`` is called after an edit: ``columns`` says what has become of each column, ``counts``
    how many nodes they have now. ``None`` where it is gone; a weight goes where its two ends are no neighbours now."""
    if target == "loss":
        return target
    kind, layer, *rest = target.split(":")
    place = columns.get(int(layer))
    if place is None or (kind == "w" and columns.get(int(layer) - 1) != place - 1):
        return None
    name = ":".join((kind, str(place), *rest))
    return None if mark(name, counts) is None else name
