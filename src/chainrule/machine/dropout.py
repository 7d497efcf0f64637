"""Dropout's own random stream: a key that moves on once a step, and masks that are hashed from it.

A mask depends on the key, on the layer's salt and on the place in the matrix alone, so the same step draws the same
mask however often it is run. The key moves as SplitMix64 does; the hash of a place is a 32-bit finaliser of two
multiplications (C. Wellons, "Prospecting for hash functions", 2018) keyed before and after.
"""

from __future__ import annotations

from chainrule.machine.dense import fields
from chainrule.machine.encoder import I64, V128, Function
from chainrule.program.instructions import FINALISER, GOLDEN, MIXERS


def next_key() -> Function:
    """Move the key on."""
    function = Function()
    field = fields(function, "next_key", ("state",))
    function.get(field["state"]).get(field["state"]).memory("i64.load").i64(GOLDEN).op("i64.add")
    function.memory("i64.store")
    return function


def mask() -> Function:
    """0 where dropped, else 1 / (1 - rate): four places at a time."""
    function = Function()
    field = fields(function, "mask", ("out", "count", "state", "rate"))
    key, end = function.local(I64), function.local()
    first, second, x, bound, kept = (function.local(V128) for _ in range(5))
    function.get(field["state"]).memory("i64.load").get(field["salt"]).op("i64.extend_i32_u").i64(MIXERS[0])
    function.op("i64.mul", "i64.xor").set(key)
    for shift, factor in ((30, MIXERS[0]), (27, MIXERS[1])):
        function.get(key).get(key).i64(shift).op("i64.shr_u", "i64.xor").i64(factor).op("i64.mul").set(key)
    function.get(key).get(key).i64(31).op("i64.shr_u", "i64.xor").set(key)
    function.get(key).op("i32.wrap_i64", "i32x4.splat").lanes_i32(0, 1, 2, 3).op("i32x4.add").set(first)
    function.get(key).i64(32).op("i64.shr_u", "i32.wrap_i64", "i32x4.splat").set(second)
    function.get(field["rate"]).memory("f64.load").f64(2.0**32).op("f64.mul", "i32.trunc_f64_u_sat")
    function.op("i32x4.splat").set(bound)
    function.f64(1.0).f64(1.0).get(field["rate"]).memory("f64.load").op("f64.sub", "f64.div", "f64x2.splat")
    function.set(kept)
    function.get(field["out"]).get(field["count"]).op("i32.add").set(end)

    def stir(shift: int) -> None:
        function.get(x).get(x).i32(shift).op("i32x4.shr_u", "v128.xor").set(x)

    def times(factor: int) -> None:
        function.get(x).i32(factor - (1 << 32) if factor >= 1 << 31 else factor).op(
            "i32x4.splat", "i32x4.mul"
        )
        function.set(x)

    with function.while_less(field["out"], end):
        function.get(first).set(x)
        for shift, factor in FINALISER:
            stir(shift)
            times(factor)
        function.get(x).get(second).op("v128.xor").set(x)
        stir(16)
        times(FINALISER[0][1])
        stir(15)
        function.get(x).get(bound).op("i32x4.ge_u").set(x)
        for half, name in enumerate(("i64x2.extend_low_i32x4_s", "i64x2.extend_high_i32x4_s")):
            function.get(field["out"]).get(x).op(name).get(kept).op("v128.and").memory(
                "v128.store", 16 * half
            )
        function.get(first).lanes_i32(4, 4, 4, 4).op("i32x4.add").set(first)
        function.step(field["out"], 32)
    return function
