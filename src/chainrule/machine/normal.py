"""Batch and layer normalisation: statistics of a row over the examples, or of an example over the rows.

Ioffe and Szegedy (2015), algorithm 1; Ba, Kiros and Hinton (2016), equation 3. The backward halves keep what both
share: with n = (x - mean) / deviation and y = scale n + shift, the gradient of x is (d - mean(d) - n mean(d n)) /
deviation, where d = scale dy and the means are those of the forward half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chainrule.machine.dense import fields, sum_of
from chainrule.machine.encoder import F64, V128, Function
from chainrule.program.instructions import EPSILON, STRUCTURAL

_VECTORS = 4  # pairs of columns in a block
_BLOCK = 16 * _VECTORS


def _start(name: str, unscaled: tuple[str, ...] = ("rows",)) -> tuple[Function, Mapping[str, int]]:
    function = Function()
    return function, fields(function, name, tuple(each for each in STRUCTURAL[name] if each not in unscaled))


def _vectors(function: Function) -> list[int]:
    return [function.local(V128) for _ in range(_VECTORS)]


def _clear(function: Function, locals_: list[int]) -> None:
    for each in locals_:
        function.v128(0.0).set(each)


def _columns(function: Function, limit: int, at: int, body: Callable[[int], None]) -> None:
    """Run ``body(vector)`` on every pair of columns, block by block; ``at`` is the byte of the block."""
    function.i32(0).set(at)
    with function.while_less(at, limit):
        for vector in range(_VECTORS):
            body(vector)
        function.step(at, _BLOCK)


def _load(function: Function, base: int, at: int, vector: int) -> Function:
    return function.get(base).get(at).op("i32.add").memory("v128.load", 16 * vector)


def _total(function: Function, sums: list[int]) -> Function:
    """The sum of all lanes of ``sums``, on the stack as f64."""
    function.get(sums[0]).get(sums[1]).op("f64x2.add").get(sums[2]).get(sums[3]).op("f64x2.add", "f64x2.add")
    function.tee(sums[0]).lane(0).get(sums[0]).lane(1).op("f64.add")
    return function


def _splat(function: Function, into: int) -> None:
    function.op("f64x2.splat").set(into)


def _next_row(function: Function, places: tuple[int, ...], stride: int, vectors: tuple[int, ...]) -> None:
    for place in places:
        sum_of(function, place, stride, place)
    for vector in vectors:
        function.step(vector, 8)


def batch_norm() -> Function:
    """Row by row: the mean and the variance over the examples, the numbers normalised by them, then scaled."""
    function, field = _start("batch_norm")
    row, at = function.local(), function.local()
    sums = _vectors(function)
    x, mean, factor, scale, shift = (function.local(V128) for _ in range(5))
    mean1, variance = function.local(F64), function.local(F64)
    function.i32(0).set(row)
    with function.while_less(row, field["rows"]):
        _clear(function, sums)

        def add_mean(vector: int) -> None:
            function.get(sums[vector])
            _load(function, field["inputs"], at, vector)
            _load(function, field["weights"], at, vector).op("f64x2.mul", "f64x2.add").set(sums[vector])

        _columns(function, field["columns"], at, add_mean)
        _total(function, sums).set(mean1)
        function.get(mean1)
        _splat(function, mean)
        _clear(function, sums)

        def add_square(vector: int) -> None:
            _load(function, field["inputs"], at, vector).get(mean).op("f64x2.sub").set(x)
            function.get(sums[vector]).get(x).get(x).op("f64x2.mul")
            _load(function, field["weights"], at, vector).op("f64x2.mul", "f64x2.add").set(sums[vector])

        _columns(function, field["columns"], at, add_square)
        _total(function, sums).set(variance)
        function.get(field["means"]).get(mean1).memory("f64.store")
        function.get(field["variances"]).get(variance).memory("f64.store")
        function.f64(1.0).get(variance).f64(EPSILON).op("f64.add", "f64.sqrt", "f64.div").set(variance)
        function.get(field["inverses"]).get(variance).memory("f64.store")
        function.get(variance)
        _splat(function, factor)
        function.get(field["scales"]).memory("v128.load64_splat").set(scale)
        function.get(field["shifts"]).memory("v128.load64_splat").set(shift)

        def write(vector: int) -> None:
            _load(function, field["inputs"], at, vector).get(mean).op("f64x2.sub").get(factor)
            function.op("f64x2.mul").set(x)
            function.get(field["normal"]).get(at).op("i32.add").get(x).memory("v128.store", 16 * vector)
            function.get(field["out"]).get(at).op("i32.add")
            function.get(x).get(scale).op("f64x2.mul").get(shift).op("f64x2.add")
            function.memory("v128.store", 16 * vector)

        _columns(function, field["columns"], at, write)
        _next_row(
            function,
            (field["inputs"], field["normal"], field["out"]),
            field["stride"],
            (field["means"], field["variances"], field["inverses"], field["scales"], field["shifts"]),
        )
        function.step(row, 1)
    return function


def _row_sums(
    function: Function, field: Mapping[str, int], at: int, sums: list[int], dots: list[int]
) -> None:
    """``sums`` of a row of upstream gradients, and ``dots`` with its normalised numbers."""
    upstream = function.local(V128)
    _clear(function, sums)
    _clear(function, dots)

    def add(vector: int) -> None:
        _load(function, field["upstream"], at, vector).set(upstream)
        function.get(sums[vector]).get(upstream).op("f64x2.add").set(sums[vector])
        function.get(dots[vector]).get(upstream)
        _load(function, field["normal"], at, vector).op("f64x2.mul", "f64x2.add").set(dots[vector])

    _columns(function, field["columns"], at, add)


def _accumulate(function: Function, place: int, amount: int) -> None:
    function.get(place).get(place).memory("f64.load").get(amount).op("f64.add").memory("f64.store")


def batch_norm_back() -> Function:
    """The gradients of what went in, of the scales and of the shifts, row by row."""
    function, field = _start("batch_norm.back")
    row, at = function.local(), function.local()
    sums, dots = _vectors(function), _vectors(function)
    sum1, dot1 = function.local(F64), function.local(F64)
    total, dot, factor, scaled = (function.local(V128) for _ in range(4))
    function.i32(0).set(row)
    with function.while_less(row, field["rows"]):
        _row_sums(function, field, at, sums, dots)
        _total(function, sums).set(sum1)
        _total(function, dots).set(dot1)
        _accumulate(function, field["scale_gradients"], dot1)
        _accumulate(function, field["shift_gradients"], sum1)
        function.get(sum1)
        _splat(function, total)
        function.get(dot1)
        _splat(function, dot)
        function.get(field["scales"]).memory("v128.load64_splat")
        function.get(field["inverses"]).memory("v128.load64_splat").op("f64x2.mul").set(factor)

        def write(vector: int) -> None:
            _load(function, field["normal"], at, vector).get(dot).op("f64x2.mul").get(total)
            function.op("f64x2.add")
            _load(function, field["weights"], at, vector).op("f64x2.mul").set(scaled)
            function.get(field["out"]).get(at).op("i32.add")
            _load(function, field["out"], at, vector)
            _load(function, field["upstream"], at, vector).get(scaled).op("f64x2.sub").get(factor)
            function.op("f64x2.mul", "f64x2.add").memory("v128.store", 16 * vector)

        _columns(function, field["columns"], at, write)
        _next_row(
            function,
            (field["upstream"], field["normal"], field["out"]),
            field["stride"],
            (field["inverses"], field["scales"], field["scale_gradients"], field["shift_gradients"]),
        )
        function.step(row, 1)
    return function


def _down(
    function: Function, rows: int, walks: Mapping[int, tuple[int, int]], body: Callable[[], None]
) -> None:
    """Run ``body`` once for each row; ``walks`` maps a pointer to where it starts and what it is moved on by."""
    row = function.local()
    for pointer, (start, _) in walks.items():
        function.get(start).set(pointer)
    function.i32(0).set(row)
    with function.while_less(row, rows):
        body()
        for pointer, (_, step) in walks.items():
            sum_of(function, pointer, step, pointer)
        function.step(row, 1)


def layer_norm() -> Function:
    """Example by example: the mean and the variance over the rows, the numbers normalised by them, then scaled."""
    function, field = _start("layer_norm")
    at, eight, inputs = function.local(), function.local(), function.local()
    starts = {name: function.local() for name in ("inputs", "normal", "out")}
    normal, out, scales, shifts = (function.local() for _ in range(4))
    means, squares = _vectors(function), _vectors(function)
    x, share, scale, shift = (function.local(V128) for _ in range(4))
    function.i32(8).set(eight)
    function.f64(1.0).get(field["rows"]).op("f64.convert_i32_s", "f64.div")
    _splat(function, share)
    stride = field["stride"]
    function.i32(0).set(at)
    with function.while_less(at, field["columns"]):
        for name, start in starts.items():
            sum_of(function, field[name], at, start)
        _clear(function, means)
        _clear(function, squares)

        def add_means() -> None:
            for vector in range(_VECTORS):
                function.get(means[vector]).get(inputs).memory("v128.load", 16 * vector)
                function.op("f64x2.add").set(means[vector])

        _down(function, field["rows"], {inputs: (starts["inputs"], stride)}, add_means)
        for each in means:
            function.get(each).get(share).op("f64x2.mul").set(each)

        def add_squares() -> None:
            for vector in range(_VECTORS):
                function.get(inputs).memory("v128.load", 16 * vector).get(means[vector]).op("f64x2.sub")
                function.set(x)
                function.get(squares[vector]).get(x).get(x).op("f64x2.mul", "f64x2.add").set(squares[vector])

        _down(function, field["rows"], {inputs: (starts["inputs"], stride)}, add_squares)
        for vector, each in enumerate(squares):
            function.v128(1.0).get(each).get(share).op("f64x2.mul").v128(EPSILON)
            function.op("f64x2.add", "f64x2.sqrt", "f64x2.div").set(each)
            function.get(field["inverses"]).get(at).op("i32.add").get(each).memory("v128.store", 16 * vector)

        def write() -> None:
            function.get(scales).memory("v128.load64_splat").set(scale)
            function.get(shifts).memory("v128.load64_splat").set(shift)
            for vector in range(_VECTORS):
                function.get(inputs).memory("v128.load", 16 * vector).get(means[vector]).op("f64x2.sub")
                function.get(squares[vector]).op("f64x2.mul").set(x)
                function.get(normal).get(x).memory("v128.store", 16 * vector)
                function.get(out).get(x).get(scale).op("f64x2.mul").get(shift).op("f64x2.add")
                function.memory("v128.store", 16 * vector)

        walks = {
            inputs: (starts["inputs"], stride),
            normal: (starts["normal"], stride),
            out: (starts["out"], stride),
            scales: (field["scales"], eight),
            shifts: (field["shifts"], eight),
        }
        _down(function, field["rows"], walks, write)
        function.step(at, _BLOCK)
    return function


def layer_norm_back() -> Function:
    """The gradients of what went in, example by example, then those of the scales and shifts, row by row."""
    function, field = _start("layer_norm.back")
    at, eight, row = function.local(), function.local(), function.local()
    starts = {name: function.local() for name in ("upstream", "normal", "out")}
    upstream, normal, out, scales = (function.local() for _ in range(4))
    sums, dots, inverses = _vectors(function), _vectors(function), _vectors(function)
    share, scale, d = (function.local(V128) for _ in range(3))
    sum1, dot1 = function.local(F64), function.local(F64)
    function.i32(8).set(eight)
    function.f64(1.0).get(field["rows"]).op("f64.convert_i32_s", "f64.div")
    _splat(function, share)
    stride = field["stride"]

    def scaled(vector: int) -> None:
        function.get(upstream).memory("v128.load", 16 * vector).get(scale).op("f64x2.mul")

    function.i32(0).set(at)
    with function.while_less(at, field["columns"]):
        for name, start in starts.items():
            sum_of(function, field[name], at, start)
        _clear(function, sums)
        _clear(function, dots)

        def add() -> None:
            function.get(scales).memory("v128.load64_splat").set(scale)
            for vector in range(_VECTORS):
                scaled(vector)
                function.set(d)
                function.get(sums[vector]).get(d).op("f64x2.add").set(sums[vector])
                function.get(dots[vector]).get(d).get(normal).memory("v128.load", 16 * vector)
                function.op("f64x2.mul", "f64x2.add").set(dots[vector])

        both = {
            upstream: (starts["upstream"], stride),
            normal: (starts["normal"], stride),
            scales: (field["scales"], eight),
        }
        _down(function, field["rows"], both, add)
        for vector in range(_VECTORS):
            _load(function, field["inverses"], at, vector).set(inverses[vector])
            for each in (sums[vector], dots[vector]):
                function.get(each).get(share).op("f64x2.mul").set(each)

        def write() -> None:
            function.get(scales).memory("v128.load64_splat").set(scale)
            for vector in range(_VECTORS):
                function.get(out).get(out).memory("v128.load", 16 * vector)
                scaled(vector)
                function.get(sums[vector]).op("f64x2.sub")
                function.get(normal).memory("v128.load", 16 * vector).get(dots[vector]).op("f64x2.mul")
                function.op("f64x2.sub").get(inverses[vector]).op("f64x2.mul", "f64x2.add")
                function.memory("v128.store", 16 * vector)

        _down(function, field["rows"], {**both, out: (starts["out"], stride)}, write)
        function.step(at, _BLOCK)
    function.i32(0).set(row)
    with function.while_less(row, field["rows"]):
        _row_sums(function, field, at, sums, dots)
        _total(function, sums).set(sum1)
        _total(function, dots).set(dot1)
        _accumulate(function, field["scale_gradients"], dot1)
        _accumulate(function, field["shift_gradients"], sum1)
        _next_row(
            function,
            (field["upstream"], field["normal"]),
            stride,
            (field["scale_gradients"], field["shift_gradients"]),
        )
        function.step(row, 1)
    return function


def scale_rows() -> Function:
    """Each row times its factor plus its shift: normalisation by statistics that are known beforehand."""
    function, field = _start("scale_rows")
    row, at = function.local(), function.local()
    factor, shift = function.local(V128), function.local(V128)
    function.i32(0).set(row)
    with function.while_less(row, field["rows"]):
        function.get(field["factors"]).memory("v128.load64_splat").set(factor)
        function.get(field["shifts"]).memory("v128.load64_splat").set(shift)

        def write(vector: int) -> None:
            function.get(field["out"]).get(at).op("i32.add")
            _load(function, field["inputs"], at, vector).get(factor).op("f64x2.mul").get(shift)
            function.op("f64x2.add").memory("v128.store", 16 * vector)

        _columns(function, field["columns"], at, write)
        _next_row(
            function,
            (field["inputs"], field["out"]),
            field["stride"],
            (field["factors"], field["shifts"]),
        )
        function.step(row, 1)
    return function
