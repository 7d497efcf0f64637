"""Normalisation and dropout in plain Python: the text that the WebAssembly kernels are tested against."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterable
from math import sqrt

from chainrule.program.instructions import EPSILON, FINALISER, GOLDEN, MIXERS

_WORD, _DOUBLE = 2**32 - 1, 2**64 - 1
Fields = dict[str, int]


def _row(arena: array[float], at: Fields, name: str, row: int) -> list[float]:
    start = at[name] + row * at["stride"]
    return list(arena[start : start + at["columns"]])


def _put(arena: array[float], at: Fields, name: str, row: int, numbers: Iterable[float]) -> None:
    start = at[name] + row * at["stride"]
    arena[start : start + at["columns"]] = array("d", numbers)


def batch_norm(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    weights = arena[at["weights"] : at["weights"] + at["columns"]]
    for row in range(at["rows"]):
        x = _row(arena, at, "inputs", row)
        mean = sum(w * each for w, each in zip(weights, x, strict=True))
        variance = sum(w * (each - mean) ** 2 for w, each in zip(weights, x, strict=True))
        inverse = 1.0 / sqrt(variance + EPSILON)
        normal = [(each - mean) * inverse for each in x]
        scale, shift = arena[at["scales"] + row], arena[at["shifts"] + row]
        arena[at["means"] + row], arena[at["variances"] + row] = mean, variance
        arena[at["inverses"] + row] = inverse
        _put(arena, at, "normal", row, normal)
        _put(arena, at, "out", row, (each * scale + shift for each in normal))


def batch_norm_back(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    weights = arena[at["weights"] : at["weights"] + at["columns"]]
    for row in range(at["rows"]):
        upstream, normal = _row(arena, at, "upstream", row), _row(arena, at, "normal", row)
        total = sum(upstream)
        dot = sum(d * n for d, n in zip(upstream, normal, strict=True))
        arena[at["scale_gradients"] + row] += dot
        arena[at["shift_gradients"] + row] += total
        factor = arena[at["scales"] + row] * arena[at["inverses"] + row]
        old = _row(arena, at, "out", row)
        parts = zip(old, upstream, normal, weights, strict=True)
        _put(arena, at, "out", row, (o + (d - w * (n * dot + total)) * factor for o, d, n, w in parts))


def layer_norm(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    rows = range(at["rows"])
    for column in range(at["columns"]):
        x = [arena[at["inputs"] + row * at["stride"] + column] for row in rows]
        mean = sum(x) / len(x)
        inverse = 1.0 / sqrt(sum((each - mean) ** 2 for each in x) / len(x) + EPSILON)
        arena[at["inverses"] + column] = inverse
        for row, each in zip(rows, x, strict=True):
            place = row * at["stride"] + column
            normal = arena[at["normal"] + place] = (each - mean) * inverse
            arena[at["out"] + place] = normal * arena[at["scales"] + row] + arena[at["shifts"] + row]


def layer_norm_back(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    rows = range(at["rows"])
    for column in range(at["columns"]):
        places = [row * at["stride"] + column for row in rows]
        upstream = [arena[at["upstream"] + place] for place in places]
        normal = [arena[at["normal"] + place] for place in places]
        scaled = [d * arena[at["scales"] + row] for row, d in zip(rows, upstream, strict=True)]
        mean = sum(scaled) / len(scaled)
        dot = sum(d * n for d, n in zip(scaled, normal, strict=True)) / len(scaled)
        for row, place in zip(rows, places, strict=True):
            change = (scaled[row] - mean - normal[row] * dot) * arena[at["inverses"] + column]
            arena[at["out"] + place] += change
            arena[at["scale_gradients"] + row] += upstream[row] * normal[row]
            arena[at["shift_gradients"] + row] += upstream[row]


def scale_rows(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    for row in range(at["rows"]):
        factor, shift = arena[at["factors"] + row], arena[at["shifts"] + row]
        _put(arena, at, "out", row, (x * factor + shift for x in _row(arena, at, "inputs", row)))


def _bits(arena: array[float], place: int) -> int:
    found: int = struct.unpack("<Q", arena[place : place + 1].tobytes())[0]
    return found


def next_key(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    moved = (_bits(arena, at["state"]) + GOLDEN) & _DOUBLE
    arena[at["state"] : at["state"] + 1] = array("d", struct.pack("<Q", moved))


def mask(arena: array[float], at: Fields) -> None:
    """See ``instructions.STRUCTURAL``."""
    key = _bits(arena, at["state"]) ^ ((at["salt"] * MIXERS[0]) & _DOUBLE)
    for shift, factor in ((30, MIXERS[0]), (27, MIXERS[1])):
        key = ((key ^ (key >> shift)) * factor) & _DOUBLE
    key ^= key >> 31
    rate = arena[at["rate"]]
    bound = min(_WORD, max(0, int(rate * 2.0**32)))
    for place in range(at["count"]):
        x = (key + place) & _WORD
        for shift, factor in FINALISER:
            x = ((x ^ (x >> shift)) * factor) & _WORD
        x ^= key >> 32
        x = ((x ^ (x >> 16)) * FINALISER[0][1]) & _WORD
        x ^= x >> 15
        arena[at["out"] + place] = 1.0 / (1.0 - rate) if x >= bound else 0.0


LAYERS: dict[str, Callable[[array[float], Fields], None]] = {
    "batch_norm": batch_norm,
    "batch_norm.back": batch_norm_back,
    "layer_norm": layer_norm,
    "layer_norm.back": layer_norm_back,
    "scale_rows": scale_rows,
    "next_key": next_key,
    "mask": mask,
}
