"""An event as JSON head and binary buffers, and both as one message for transports that carry one.

    0            u32  length of the head in bytes
    4            u32  number of buffers, n
    8            u32  length in bytes of each buffer, n times
    8 + 4n            the head: a JSON object in UTF-8, ``type`` first
                      zeros up to a multiple of 8
                      each buffer, each begun at a multiple of 8 from the start of the message

Everything is little-endian. Where the head would hold an array it holds ``{"$buffer": i, "dtype": "f64"}``; a
number that JSON cannot write is ``{"$number": "NaN"}`` (or ``Infinity``, ``-Infinity``). No other key begins with $.
"""

from __future__ import annotations

import json
import sys
import types
from array import array
from collections.abc import Callable, Mapping
from functools import cache
from math import inf, isfinite, isnan, nan
from struct import calcsize, pack_into, unpack_from
from typing import Annotated, Any, Union, get_args, get_origin

from attrs import has

from chainrule.protocol.messages import EVENTS, shapes, tag
from chainrule.session.events import Event

TYPECODES: Mapping[str, str] = {"f64": "d", "f32": "f", "i32": "i", "i8": "b", "u8": "B"}
_NUMBERS: Mapping[str, float] = {"NaN": nan, "Infinity": inf, "-Infinity": -inf}
_HEAD = "<II"

Buffers = list[memoryview]
_Writer = Callable[[Any, Buffers], Any]


def split(event: Event) -> tuple[dict[str, Any], Buffers]:
    """The head as plain JSON values and the buffers that it refers to, little-endian, not copied."""
    buffers: Buffers = []
    kind: Any = type(event)
    head = {"type": tag(kind), **_writer(kind)(event, buffers)}
    return head, buffers


def pack(event: Event) -> bytes:
    """One message. An array of another kind than its field declares is a defect: ``TypeError`` names both."""
    head, buffers = split(event)
    # A lone surrogate, which a page can send in a name, is no UTF-8: it becomes a question mark.
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )
    lengths = [buffer.nbytes for buffer in buffers]
    start = calcsize(_HEAD) + 4 * len(buffers)
    places, end = [], start + len(text)
    for length in lengths:
        places.append(_aligned(end))
        end = places[-1] + length
    message = bytearray(end)
    pack_into(f"{_HEAD}{len(buffers)}I", message, 0, len(text), len(buffers), *lengths)
    message[start : start + len(text)] = text
    for place, buffer in zip(places, buffers, strict=True):
        message[place : place + buffer.nbytes] = buffer
    return bytes(message)


def unpack(message: bytes) -> Event:
    """The event again; messages are our own, so a wrong one is ``ValueError``, ``KeyError`` or ``struct.error``."""
    size, count = unpack_from(_HEAD, message)
    lengths = unpack_from(f"<{count}I", message, calcsize(_HEAD))
    start = calcsize(_HEAD) + 4 * count
    head = json.loads(message[start : start + size])
    end, buffers = start + size, []
    for length in lengths:
        place = _aligned(end)
        end = place + length
        buffers.append(message[place:end])
    event: Event = _read(EVENTS[head.pop("type")], head, buffers)
    return event


def _aligned(place: int) -> int:
    return -(-place // 8) * 8


@cache
def _writer(shape: Any) -> _Writer:
    """How a value of this type is written; made once for each type, for frames go by sixty a second."""
    origin, parts = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return _array_writer(parts[1])
    if isinstance(shape, type) and has(shape):
        each = [(name, _writer(kind)) for name, kind in shapes(shape).items()]
        return lambda value, buffers: {name: write(getattr(value, name), buffers) for name, write in each}
    if origin is tuple:
        item = _writer(parts[0])
        return lambda value, buffers: [item(each, buffers) for each in value]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        entry = _writer(parts[1])
        return lambda value, buffers: {key: entry(each, buffers) for key, each in value.items()}
    if origin in (Union, types.UnionType):
        inner = next((part for part in parts if has(part)), None)
        if inner is not None:
            write_inner = _writer(inner)
            return lambda value, buffers: None if value is None else write_inner(value, buffers)
    return lambda value, _: _scalar(value)


def _scalar(value: object) -> object:
    if not isinstance(value, float) or isfinite(value):
        return value
    return {"$number": "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"}


def _array_writer(dtype: str) -> _Writer:
    def write(value: array[Any], buffers: Buffers) -> object:
        if value.typecode != TYPECODES[dtype]:
            raise TypeError(f"an array {value.typecode!r} stands where {dtype} is declared")
        if sys.byteorder == "big":
            value = value[:]
            value.byteswap()
        buffers.append(memoryview(value).cast("B"))
        return {"$buffer": len(buffers) - 1, "dtype": dtype}

    return write


def _read(shape: Any, value: Any, buffers: list[bytes]) -> Any:
    origin, parts = get_origin(shape), get_args(shape)
    if isinstance(value, dict) and "$number" in value:
        return _NUMBERS[value["$number"]]
    if origin is Annotated:
        found: array[Any] = array(TYPECODES[value["dtype"]], buffers[value["$buffer"]])
        if sys.byteorder == "big":
            found.byteswap()
        return found
    if isinstance(shape, type) and has(shape):
        kinds = shapes(shape)
        return shape(**{name: _read(kinds[name], each, buffers) for name, each in value.items()})
    if origin is tuple:
        return tuple(_read(parts[0], each, buffers) for each in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(parts[1], each, buffers) for key, each in value.items()}
    if origin in (Union, types.UnionType) and value is not None:
        inner = next((part for part in parts if has(part)), None)
        return value if inner is None else _read(inner, value, buffers)
    return value
