"""Large angles on the machine: the integer arithmetic behind ``bits.far``, in functions of the module's own.

Two lanes come in; where neither is large, which is nearly always, zeros go back at once.
"""

from __future__ import annotations

from math import inf

from chainrule.machine.encoder import F64, I64, V128, Function
from chainrule.rules.bits import NEAR, TURN

FAR, WORD = 0, 1  # their places among the module's functions
PARTS = ("far_quarters", "far_high", "far_low")
_FAR_TYPE = b"\x60\x02\x7b\x7f\x01\x7b"  # (v128, i32) -> v128
_WORD_TYPE = b"\x60\x01\x7f\x01\x7e"  # (i32) -> i64
_LOW32 = 0xFFFFFFFF


def helpers() -> list[tuple[bytes, Function]]:
    """Type and body of each function, in the order of ``FAR`` and ``WORD``."""
    return [(_FAR_TYPE, _far()), (_WORD_TYPE, Function(parameters=1).pick(0, TURN))]


def _far() -> Function:
    """Part 0, 1 or 2 of the reduced angle of both lanes."""
    function = Function(parameters=2)
    x, part, result = 0, 1, function.local(V128)
    angle, value = function.local(F64), function.local(F64)
    lane_of = _Lane(function, angle, value, part)
    function.get(x).op("f64x2.abs").v128(NEAR).op("f64x2.gt").get(x).op("f64x2.abs").v128(inf)
    function.op("f64x2.lt", "v128.and", "v128.any_true")
    with function.when():
        for lane in (0, 1):
            function.get(x).lane(lane).set(angle)
            lane_of.emit()
            function.get(result).get(value).replace_lane(lane).set(result)
    function.get(result)
    return function


class _Lane:
    """The arithmetic of one lane: from local ``angle`` to local ``value``. See ``bits`` for the text of it."""

    def __init__(self, function: Function, angle: int, value: int, part: int) -> None:
        self._function, self._angle, self._value, self._part = function, angle, value, part
        self._place, self._shift, self._at = (function.local() for _ in range(3))
        self._whole, self._high, self._low, self._carry = (function.local(I64) for _ in range(4))
        self._words = [function.local(I64) for _ in range(3)]
        self._halves = [function.local(I64) for _ in range(4)]
        self._middle, self._product = function.local(I64), function.local(I64)
        self._results = [function.local(F64) for _ in range(3)]

    def emit(self) -> None:
        """0 where the angle is not large or not finite."""
        function = self._function
        function.f64(0.0).set(self._value)
        function.get(self._angle).op("f64.abs").f64(NEAR).op("f64.gt")
        function.get(self._angle).op("f64.abs").f64(inf).op("f64.lt", "i32.and")
        with function.when():
            self._window()
            self._turns()
            quarters, high, low = self._results
            function.get(quarters).get(high).get(low).get(self._part).i32(1).op("i32.eq", "select")
            function.get(self._part).op("i32.eqz", "select")
            function.f64(1.0).get(self._angle).op("f64.copysign", "f64.mul").set(self._value)

    def _window(self) -> None:
        """The integer of the angle's digits, and three words of 1 / (2 pi) from the place on where they matter."""
        function = self._function
        function.get(self._angle).op("i64.reinterpret_f64").set(self._whole)
        function.get(self._whole).i64(52).op("i64.shr_u", "i32.wrap_i64").i32(0x7FF).op("i32.and")
        function.i32(1023 + 52 - 64).op("i32.sub").set(self._place)
        function.get(self._whole).i64((1 << 52) - 1).op("i64.and").i64(1 << 52).op("i64.or").set(self._whole)
        function.get(self._place).i32(63).op("i32.and").set(self._shift)
        function.get(self._place).i32(6).op("i32.shr_s").set(self._at)
        for offset, word in enumerate(self._words):
            function.get(self._at).i32(offset).op("i32.add").call(WORD)
            function.get(self._shift).op("i64.extend_i32_u", "i64.shl")
            # In two shifts, as one by 64 would be none.
            function.get(self._at).i32(offset + 1).op("i32.add").call(WORD).i64(1).op("i64.shr_u")
            function.i32(63).get(self._shift).op("i32.sub", "i64.extend_i32_u", "i64.shr_u", "i64.or").set(
                word
            )

    def _turns(self) -> None:
        """128 bits of the product, and the three numbers that they make."""
        function = self._function
        first, second, third = self._words
        self._upper(self._whole, third)
        function.get(self._product).set(self._carry)
        self._upper(self._whole, second)
        function.get(self._whole).get(second).op("i64.mul").get(self._carry).op("i64.add").set(self._low)
        function.get(self._whole).get(first).op("i64.mul").get(self._product).op("i64.add")
        function.get(self._low).get(self._carry).op("i64.lt_u", "i64.extend_i32_u", "i64.add").set(self._high)
        quarters, high, low = self._results
        function.get(self._high).i64(61).op("i64.shr_u").i64(1).op("i64.add").i64(1).op("i64.shr_u")
        function.op("f64.convert_i64_s").set(quarters)
        function.get(self._high).i64(2).op("i64.shl").get(self._low).i64(62).op("i64.shr_u", "i64.or")
        function.tee(self._high).i64(~0x7FF & (1 << 64) - 1).op("i64.and", "f64.convert_i64_s")
        function.f64(2.0**-64).op("f64.mul").set(high)
        function.get(self._high).i64(53).op("i64.shl")
        function.get(self._low).i64(2).op("i64.shl").i64(11).op("i64.shr_u", "i64.or", "f64.convert_i64_u")
        function.f64(2.0**-117).op("f64.mul").set(low)

    def _upper(self, left: int, right: int) -> None:
        """The upper 64 bits of a product of two words, by the halves of each."""
        function = self._function
        for source, (upper, lower) in zip((left, right), (self._halves[:2], self._halves[2:]), strict=True):
            function.get(source).i64(32).op("i64.shr_u").set(upper)
            function.get(source).i64(_LOW32).op("i64.and").set(lower)
        a1, a0, b1, b0 = self._halves
        function.get(a0).get(b0).op("i64.mul").i64(32).op("i64.shr_u")
        function.get(a1).get(b0).op("i64.mul", "i64.add").set(self._middle)
        function.get(a1).get(b1).op("i64.mul").get(self._middle).i64(32).op("i64.shr_u", "i64.add")
        function.get(a0).get(b1).op("i64.mul").get(self._middle).i64(_LOW32).op("i64.and", "i64.add")
        function.i64(32).op("i64.shr_u", "i64.add").set(self._product)
