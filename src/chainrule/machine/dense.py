"""The two matrix kernels of a dense layer, blocked so that sums stay in registers."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.machine.encoder import V128, Function
from chainrule.program.instructions import STRUCTURAL

_VECTORS = 4  # pairs of columns in a block of matmul


def fields(function: Function, name: str, scaled: tuple[str, ...]) -> Mapping[str, int]:
    """Load every field of the instruction into a local; those in ``scaled`` are turned from doubles to bytes."""
    places = {}
    for at, field in enumerate(STRUCTURAL[name]):
        places[field] = function.local()
        function.get(0).memory("i32.load", 4 * (1 + at))
        if field in scaled:
            function.i32(3).op("i32.shl")
        function.set(places[field])
    return places


def sum_of(function: Function, first: int, second: int, into: int) -> None:
    """``into = first + second`` on i32 locals."""
    function.get(first).get(second).op("i32.add").set(into)


def matmul() -> Function:
    """``out = W @ inputs`` in blocks of two rows by eight columns."""
    function = Function()
    field = fields(
        function,
        "matmul",
        ("columns", "out", "out_stride", "weights", "weight_row", "weight_step", "inputs", "input_stride"),
    )
    at, end, row, pairs = (function.local() for _ in range(4))
    weights, out, bias, x, stop = (function.local() for _ in range(5))
    w = [function.local(), function.local()]
    y = [function.local(), function.local()]
    sums = [[function.local(V128) for _ in range(_VECTORS)] for _ in range(2)]
    parts = [function.local(V128) for _ in range(_VECTORS)]
    factor = function.local(V128)
    span = function.local()
    function.get(field["depth"]).get(field["input_stride"]).op("i32.mul").set(span)
    function.get(field["rows"]).i32(-2).op("i32.and").set(pairs)
    function.get(field["columns"]).set(end)

    def block(height: int) -> None:
        function.get(weights).set(w[0])
        function.get(out).get(at).op("i32.add").set(y[0])
        if height == 2:
            sum_of(function, weights, field["weight_row"], w[1])
            sum_of(function, y[0], field["out_stride"], y[1])
        for line in range(height):
            for vector in range(_VECTORS):
                function.v128(0.0).set(sums[line][vector])
        function.get(field["bias"]).i32(0).op("i32.ge_s")
        with function.when():
            for line in range(height):
                function.get(bias).memory("v128.load64_splat", 8 * line).set(sums[line][0])
                for vector in range(1, _VECTORS):
                    function.get(sums[line][0]).set(sums[line][vector])
        function.get(field["accumulate"])
        with function.when():
            for line in range(height):
                for vector in range(_VECTORS):
                    function.get(y[line]).memory("v128.load", 16 * vector).set(sums[line][vector])
        sum_of(function, field["inputs"], at, x)
        sum_of(function, x, span, stop)
        with function.while_less(x, stop):
            for vector in range(_VECTORS):
                function.get(x).memory("v128.load", 16 * vector).set(parts[vector])
            for line in range(height):
                function.get(w[line]).memory("v128.load64_splat").set(factor)
                for vector in range(_VECTORS):
                    function.get(sums[line][vector]).get(factor).get(parts[vector])
                    function.op("f64x2.mul", "f64x2.add").set(sums[line][vector])
                sum_of(function, w[line], field["weight_step"], w[line])
            sum_of(function, x, field["input_stride"], x)
        for line in range(height):
            for vector in range(_VECTORS):
                function.get(y[line]).get(sums[line][vector]).memory("v128.store", 16 * vector)

    def advance(height: int) -> None:
        for _ in range(height):
            sum_of(function, weights, field["weight_row"], weights)
            sum_of(function, out, field["out_stride"], out)
        function.step(bias, 8 * height)
        function.step(row, height)

    function.i32(0).set(at)
    with function.while_less(at, end):
        function.i32(0).set(row)
        function.get(field["weights"]).set(weights)
        function.get(field["out"]).set(out)
        function.get(field["bias"]).i32(3).op("i32.shl").set(bias)
        for height, limit in ((2, pairs), (1, field["rows"])):
            with function.while_less(row, limit):
                block(height)
                advance(height)
        function.step(at, 16 * _VECTORS)
    return function


def outer() -> Function:
    """``out += left @ right.T``: sums over columns, two rows of left by four, two or one of right at a time."""
    function = Function()
    field = fields(
        function,
        "outer",
        ("columns", "out", "out_row", "left", "left_stride", "right", "right_stride"),
    )
    row, pairs, column, left, right, out = (function.local() for _ in range(6))
    at, cell, wide = (function.local() for _ in range(3))
    limits = {4: function.local(), 2: function.local(), 1: field["depth"]}
    lefts = [function.local(), function.local()]
    rights = [function.local() for _ in range(4)]
    sums = [[function.local(V128) for _ in range(4)] for _ in range(2)]
    factor = function.local(V128)
    parts = [function.local(V128) for _ in range(4)]
    function.get(field["rows"]).i32(-2).op("i32.and").set(pairs)
    function.get(field["depth"]).i32(-4).op("i32.and").set(limits[4])
    function.get(field["depth"]).i32(-2).op("i32.and").set(limits[2])

    def block(height: int, width: int) -> None:
        function.get(left).set(lefts[0])
        if height == 2:
            sum_of(function, left, field["left_stride"], lefts[1])
        function.get(right).set(rights[0])
        for at_right in range(1, width):
            sum_of(function, rights[at_right - 1], field["right_stride"], rights[at_right])
        for line in range(height):
            for at_right in range(width):
                function.v128(0.0).set(sums[line][at_right])
        function.i32(0).set(at)
        with function.while_less(at, field["columns"]):
            for at_right in range(width):
                function.get(rights[at_right]).get(at).op("i32.add").memory("v128.load").set(parts[at_right])
            for line in range(height):
                function.get(lefts[line]).get(at).op("i32.add").memory("v128.load").set(factor)
                for at_right in range(width):
                    function.get(sums[line][at_right]).get(factor).get(parts[at_right])
                    function.op("f64x2.mul", "f64x2.add").set(sums[line][at_right])
            function.step(at, 16)
        for line in range(height):
            function.get(cell if line == 0 else wide)
            function.set(wide)
            for at_right in range(width):
                total = sums[line][at_right]
                function.get(wide).get(wide).memory("f64.load", 8 * at_right)
                function.get(total).lane(0).get(total).lane(1).op("f64.add", "f64.add")
                function.memory("f64.store", 8 * at_right)
            sum_of(function, wide, field["out_row"], wide)

    def rows_of(height: int) -> None:
        function.i32(0).set(column)
        function.get(field["right"]).set(right)
        function.get(out).set(cell)
        for width in (4, 2, 1):
            with function.while_less(column, limits[width]):
                block(height, width)
                for _ in range(width):
                    sum_of(function, right, field["right_stride"], right)
                function.step(cell, 8 * width)
                function.step(column, width)
        for _ in range(height):
            sum_of(function, left, field["left_stride"], left)
            sum_of(function, out, field["out_row"], out)
        function.step(row, height)

    function.i32(0).set(row)
    function.get(field["left"]).set(left)
    function.get(field["out"]).set(out)
    for height, limit in ((2, pairs), (1, field["rows"])):
        with function.while_less(row, limit):
            rows_of(height)
    return function
