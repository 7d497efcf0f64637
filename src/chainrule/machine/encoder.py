"""A WebAssembly module, byte by byte: just the parts of the binary format that the machine needs.

Follows the WebAssembly core specification 2.0, chapter 5 (binary format), with the SIMD instructions of 5.4.8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

I32, I64, F64, V128 = 0x7F, 0x7E, 0x7C, 0x7B
PAGE = 65536

_PLAIN = {
    "return": 0x0F,
    "drop": 0x1A,
    "select": 0x1B,
    "i32.eqz": 0x45,
    "i32.eq": 0x46,
    "i32.ne": 0x47,
    "i32.lt_s": 0x48,
    "i32.gt_s": 0x4A,
    "i32.le_s": 0x4C,
    "i32.ge_s": 0x4E,
    "f64.eq": 0x61,
    "f64.ne": 0x62,
    "f64.lt": 0x63,
    "f64.gt": 0x64,
    "f64.le": 0x65,
    "f64.ge": 0x66,
    "i32.add": 0x6A,
    "i32.sub": 0x6B,
    "i32.mul": 0x6C,
    "i32.and": 0x71,
    "i32.shl": 0x74,
    "i32.shr_s": 0x75,
    "i64.eqz": 0x50,
    "i64.eq": 0x51,
    "i64.ctz": 0x7A,
    "i64.lt_u": 0x54,
    "i64.add": 0x7C,
    "i64.sub": 0x7D,
    "i64.and": 0x83,
    "i64.or": 0x84,
    "i64.shl": 0x86,
    "i64.reinterpret_f64": 0xBD,
    "f64.convert_i64_s": 0xB9,
    "i64.mul": 0x7E,
    "i64.xor": 0x85,
    "i64.shr_u": 0x88,
    "f64.abs": 0x99,
    "f64.copysign": 0xA6,
    "f64.nearest": 0x9E,
    "f64.sqrt": 0x9F,
    "f64.min": 0xA4,
    "f64.max": 0xA5,
    "f64.add": 0xA0,
    "f64.sub": 0xA1,
    "f64.mul": 0xA2,
    "f64.div": 0xA3,
    "i32.trunc_f64_s": 0xAA,
    "i32.wrap_i64": 0xA7,
    "i64.extend_i32_u": 0xAD,
    "f64.convert_i32_s": 0xB7,
    "f64.convert_i64_u": 0xBA,
}
_SIMD = {
    "v128.bitselect": 82,
    "v128.and": 78,
    "v128.andnot": 79,
    "v128.or": 80,
    "v128.xor": 81,
    "v128.any_true": 83,
    "i32x4.splat": 17,
    "i32x4.ge_u": 64,
    "i32x4.shr_u": 173,
    "i32x4.add": 174,
    "i32x4.mul": 181,
    "i64x2.extend_low_i32x4_s": 199,
    "i64x2.extend_high_i32x4_s": 200,
    "f64x2.splat": 20,
    "f64x2.eq": 71,
    "f64x2.ne": 72,
    "f64x2.lt": 73,
    "f64x2.gt": 74,
    "f64x2.le": 75,
    "f64x2.ge": 76,
    "f64x2.nearest": 148,
    "i64x2.shl": 203,
    "i64x2.shr_u": 205,
    "f64x2.abs": 236,
    "f64x2.neg": 237,
    "f64x2.sqrt": 239,
    "f64x2.add": 240,
    "f64x2.sub": 241,
    "f64x2.mul": 242,
    "f64x2.div": 243,
    "f64x2.min": 244,
    "f64x2.max": 245,
    "f64x2.pmin": 246,
    "f64x2.pmax": 247,
}
_MEMORY = {  # opcode bytes, alignment exponent
    "i32.load": (b"\x28", 2),
    "i64.load": (b"\x29", 3),
    "f64.load": (b"\x2b", 3),
    "i64.store": (b"\x37", 3),
    "f64.store": (b"\x39", 3),
    "v128.load": (b"\xfd\x00", 3),
    "v128.load64_splat": (b"\xfd\x0a", 3),
    "v128.store": (b"\xfd\x0b", 3),
    "i32.store": (b"\x36", 2),
    "i32.store8": (b"\x3a", 0),
}


def unsigned(value: int) -> bytes:
    """LEB128 of a natural number."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        if not value:
            return bytes((*out, low))
        out.append(low | 0x80)


def signed(value: int) -> bytes:
    """LEB128 of an integer in two's complement."""
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        if (value == 0 and not low & 0x40) or (value == -1 and low & 0x40):
            return bytes((*out, low))
        out.append(low | 0x80)


def vector(items: list[bytes]) -> bytes:
    """A counted sequence."""
    return unsigned(len(items)) + b"".join(items)


class Function:
    """One function under construction: parameters first, then locals as they are asked for."""

    def __init__(self, parameters: int = 1) -> None:
        self.parameters = parameters
        self._locals: list[int] = []
        self._code = bytearray()

    def local(self, kind: int = I32) -> int:
        """A new local variable."""
        self._locals.append(kind)
        return self.parameters + len(self._locals) - 1

    def op(self, *names: str) -> Function:
        """Instructions without immediates."""
        for name in names:
            if name == "i32.trunc_f64_s_sat":  # NaN becomes 0 instead of a trap
                self._code += b"\xfc\x02"
            elif name == "i32.trunc_f64_u_sat":
                self._code += b"\xfc\x03"
            elif name in _PLAIN:
                self._code.append(_PLAIN[name])
            else:
                self._code += b"\xfd" + unsigned(_SIMD[name])
        return self

    def get(self, index: int) -> Function:
        self._code += b"\x20" + unsigned(index)
        return self

    def set(self, index: int) -> Function:
        self._code += b"\x21" + unsigned(index)
        return self

    def tee(self, index: int) -> Function:
        self._code += b"\x22" + unsigned(index)
        return self

    def i32(self, value: int) -> Function:
        self._code += b"\x41" + signed(value)
        return self

    def i64(self, value: int) -> Function:
        self._code += b"\x42" + signed(value - (1 << 64) if value >= 1 << 63 else value)
        return self

    def f64(self, value: float) -> Function:
        self._code += b"\x44" + struct.pack("<d", value)
        return self

    def v128(self, value: float) -> Function:
        """The same double in both lanes."""
        self._code += b"\xfd\x0c" + struct.pack("<dd", value, value)
        return self

    def v128_bits(self, value: int) -> Function:
        """The same 64 bits in both lanes."""
        self._code += b"\xfd\x0c" + struct.pack("<QQ", value, value)
        return self

    def lanes_i32(self, *values: int) -> Function:
        """Four 32-bit integers."""
        self._code += b"\xfd\x0c" + struct.pack("<4i", *values)
        return self

    def lane(self, index: int) -> Function:
        """f64x2.extract_lane."""
        self._code += b"\xfd\x21" + bytes((index,))
        return self

    def replace_lane(self, index: int) -> Function:
        """f64x2.replace_lane: the f64 on the stack becomes one lane of the vector below it."""
        self._code += b"\xfd\x22" + bytes((index,))
        return self

    def call(self, index: int) -> Function:
        """Call function ``index`` of the module."""
        self._code += b"\x10" + unsigned(index)
        return self

    def pick(self, index: int, words: tuple[int, ...]) -> Function:
        """Return the i64 of ``words`` that local ``index`` numbers."""
        self._code += b"\x02\x40" * len(words)
        self.get(index)
        places = [unsigned(at) for at in range(len(words) - 1)]
        self._code += b"\x0e" + vector(places) + unsigned(len(words) - 1)
        for word in words:
            self._code.append(0x0B)
            self.i64(word).op("return")
        self._code.append(0x00)  # unreachable: every word has returned
        return self

    def memory(self, name: str, offset: int = 0) -> Function:
        """A load or store at the address on the stack plus ``offset`` bytes."""
        code, align = _MEMORY[name]
        self._code += code + unsigned(align) + unsigned(offset)
        return self

    def fill(self) -> Function:
        """memory.fill: destination, byte, count."""
        self._code += b"\xfc\x0b\x00"
        return self

    def call_indirect(self, type_index: int) -> Function:
        self._code += b"\x11" + unsigned(type_index) + b"\x00"
        return self

    def step(self, index: int, by: int) -> Function:
        """Add a constant to an i32 local."""
        return self.get(index).i32(by).op("i32.add").set(index)

    @contextmanager
    def when(self) -> Iterator[None]:
        """Run the body if the i32 on the stack is not 0."""
        self._code += b"\x04\x40"
        yield
        self._code.append(0x0B)

    @contextmanager
    def while_less(self, index: int, limit: int) -> Iterator[None]:
        """Run the body while local ``index`` < local ``limit`` (signed); the body moves ``index`` on."""
        self._code += b"\x02\x40"
        self.get(index).get(limit).op("i32.ge_s")
        self._code += b"\x0d\x00\x03\x40"
        yield
        self.get(index).get(limit).op("i32.lt_s")
        self._code += b"\x0d\x00\x0b\x0b"

    @contextmanager
    def while_bits(self, index: int, address: int) -> Iterator[None]:
        """Run the body as long as the i64 in memory at local ``address`` is not 0; local ``index`` holds it."""
        self._code += b"\x02\x40\x03\x40"
        self.get(address).memory("i64.load").tee(index).op("i64.eqz")
        self._code += b"\x0d\x01"
        yield
        self._code += b"\x0c\x00\x0b\x0b"

    def body(self) -> bytes:
        """The finished code entry."""
        kinds = vector([b"\x01" + bytes((kind,)) for kind in self._locals])
        code = kinds + bytes(self._code) + b"\x0b"
        return unsigned(len(code)) + code


def _section(number: int, content: bytes) -> bytes:
    return bytes((number,)) + unsigned(len(content)) + content


def module(
    helpers: list[tuple[bytes, Function]], kernels: list[Function], exports: Mapping[str, Function]
) -> bytes:
    """A module with one memory, ``helpers`` (type and body) as its first functions, a table of ``kernels`` (each takes
    the address of its instruction row) and ``exports`` (i32 parameters), beside the memory itself."""
    counts = sorted({function.parameters for function in exports.values()})
    own = [b"\x60" + vector([b"\x7f"] * count) + b"\x00" for count in counts]
    types = vector([b"\x60\x01\x7f\x00", *own, *(kind for kind, _ in helpers)])
    first, last = len(helpers), len(helpers) + len(kernels)
    functions = vector(
        [
            *(unsigned(1 + len(own) + at) for at in range(first)),
            *[b"\x00"] * len(kernels),
            *(unsigned(1 + counts.index(function.parameters)) for function in exports.values()),
        ]
    )
    table = vector([b"\x70\x00" + unsigned(len(kernels))])
    memory = vector([b"\x00\x01"])
    named = [
        unsigned(len(name)) + name.encode() + b"\x00" + unsigned(last + at) for at, name in enumerate(exports)
    ]
    elements = vector([b"\x00\x41\x00\x0b" + vector([unsigned(at) for at in range(first, last)])])
    bodies = [*(body for _, body in helpers), *kernels, *exports.values()]
    return (
        b"\x00asm\x01\x00\x00\x00"
        + _section(1, types)
        + _section(3, functions)
        + _section(4, table)
        + _section(5, memory)
        + _section(7, vector([b"\x06memory\x02\x00", *named]))
        + _section(9, elements)
        + _section(10, vector([each.body() for each in bodies]))
    )
