from __future__ import annotations

import json
import subprocess
import types
from array import array
from collections.abc import Mapping
from math import copysign, inf, isnan, nan
from pathlib import Path
from struct import unpack_from
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from attrs import asdict, has
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.protocol.messages import EVENTS, shapes
from chainrule.protocol.wire import TYPECODES, pack, split, unpack
from chainrule.session.events import Event, Frame, Moment, Notice

ELEMENTS = {
    "f64": st.floats(),
    "f32": st.floats(width=32),
    "i32": st.integers(-(2**31), 2**31 - 1),
    "i8": st.integers(-128, 127),
    "u8": st.integers(0, 255),
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold."""
    origin, parts = get_origin(shape), get_args(shape)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(-(2**53), 2**53),
        float: st.floats(),
        type(None): st.none(),
    }
    if shape in plain:
        return plain[shape]
    if origin is Annotated:
        return st.lists(ELEMENTS[parts[1]], max_size=9).map(lambda items: array(TYPECODES[parts[1]], items))
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, types.UnionType):
        return st.one_of([values(part) for part in parts])
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(
            TEXTS.filter(lambda key: not key.startswith("$")), values(parts[1]), max_size=3
        )
    assert has(shape)
    return st.builds(shape, **{name: values(kind) for name, kind in shapes(shape).items()})


EVENT = st.sampled_from(sorted(EVENTS)).flatmap(lambda name: values(EVENTS[name]))


def same(one: object, other: object) -> bool:
    """Equal in type and value; NaN equals NaN and -0 is not 0."""
    if isinstance(one, float) and isinstance(other, float):
        return (isnan(one) and isnan(other)) or (one == other and copysign(1, one) == copysign(1, other))
    if isinstance(one, array) and isinstance(other, array):
        return one.typecode == other.typecode and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def frame(**changes: Any) -> Frame:
    parts: dict[str, Any] = {
        name: array("d") for name, kind in shapes(Frame).items() if get_origin(kind) is Annotated
    }
    parts |= {name: 0.5 for name, kind in shapes(Frame).items() if kind is float}
    parts |= {name: 1 for name, kind in shapes(Frame).items() if kind is int}
    parts |= {
        "maps": array("b"),
        "playing": True,
        "example": None,
        "curve_reset": False,
        "inspection": None,
        "opened": (),
        "movers": (),
        "wanted": (),
    }
    parts["moment"] = Moment(
        cursor=3,
        step=1,
        phase="loss",
        layer=4,
        name="mse",
        resting=False,
        following=False,
        values_to=2,
        gradients_from=5,
        cleared=False,
    )
    return Frame(**(parts | changes))


@settings(max_examples=150, deadline=None)
@given(EVENT)
def test_what_is_unpacked_is_what_was_packed(event: Event) -> None:
    again = unpack(pack(event))
    assert type(again) is type(event)
    assert same(asdict(again), asdict(event))


@settings(max_examples=50, deadline=None)
@given(EVENT)
def test_every_buffer_starts_at_a_multiple_of_8_in_little_endian(event: Event) -> None:
    message, (head, buffers) = pack(event), split(event)
    size, count = unpack_from("<II", message)
    lengths = unpack_from(f"<{count}I", message, 8)
    place = 8 + 4 * count
    assert json.loads(message[place : place + size]) == json.loads(json.dumps(head))
    assert next(iter(json.loads(message[place : place + size]))) == "type"
    place += size
    for length, buffer in zip(lengths, buffers, strict=True):
        place = (place + 7) // 8 * 8
        assert message[place : place + length] == bytes(buffer)
        place += length
    assert place == len(message)


def test_the_head_stays_json_when_a_number_is_none_of_json() -> None:
    head, _ = split(frame(batch_loss=nan, training_loss=inf, validation_loss=-inf))
    assert head["batch_loss"] == {"$number": "NaN"}
    assert head["training_loss"] == {"$number": "Infinity"}
    assert head["validation_loss"] == {"$number": "-Infinity"}
    json.dumps(head, allow_nan=False)


def test_an_array_of_another_kind_than_declared_is_refused() -> None:
    with pytest.raises(TypeError, match=r"'f'.*f64"):
        pack(frame(parameters=array("f", [1.0])))


def test_text_that_is_no_utf_8_does_not_stop_a_message() -> None:
    notice = Notice(level="error", code="x", facts={"name": "a\ud800"}, text="", where="", command=0)
    again = unpack(pack(notice))
    assert isinstance(again, Notice)
    assert again.facts == {"name": "a?"}


def test_typed_arrays_of_javascript_read_the_same_numbers(node: str, tmp_path: Path) -> None:
    event = frame(
        parameters=array("d", [0.1, -2.5, nan]), maps=array("b", [-128, 0, 127]), curve=array("d", [1, 2, 3])
    )
    path = tmp_path / "message"
    path.write_bytes(pack(event))
    script = """
        const { buffer, byteOffset, byteLength } = require("fs").readFileSync(process.argv[1]);
        const message = buffer.slice(byteOffset, byteOffset + byteLength);
        const view = new DataView(message);
        const [size, count] = [view.getUint32(0, true), view.getUint32(4, true)];
        const text = new TextDecoder("utf-8", { fatal: true });
        const head = JSON.parse(text.decode(new Uint8Array(message, 8 + 4 * count, size)));
        const kinds = { f64: Float64Array, i8: Int8Array };
        let end = 8 + 4 * count + size;
        const found = [];
        for (let i = 0; i < count; i++) {
          const place = Math.ceil(end / 8) * 8, length = view.getUint32(8 + 4 * i, true);
          found.push({ place, length });
          end = place + length;
        }
        const read = ({ $buffer, dtype }) => {
          const kind = kinds[dtype], { place, length } = found[$buffer];
          return Array.from(new kind(message, place, length / kind.BYTES_PER_ELEMENT), String);
        };
        console.log(JSON.stringify([head.type, read(head.parameters), read(head.maps), read(head.curve)]));
    """
    done = subprocess.run([node, "-e", script, str(path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["frame", ["0.1", "-2.5", "NaN"], ["-128", "0", "127"], ["1", "2", "3"]]
