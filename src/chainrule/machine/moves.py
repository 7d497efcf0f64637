"""The instructions that move numbers instead of computing with them: clear, gather a batch, pick the largest, count."""

from __future__ import annotations

from chainrule.machine.dense import fields, sum_of
from chainrule.machine.encoder import F64, I64, V128, Function
from chainrule.program.instructions import COUNT, CURSOR, EPOCH, RANDOM


def fill() -> Function:
    """Clear, and set the first number to 1 where asked."""
    function = Function()
    field = fields(function, "fill", ("out", "count"))
    function.get(field["out"]).i32(0).get(field["count"]).fill()
    function.get(field["one"])
    with function.when():
        function.get(field["out"]).f64(1.0).memory("f64.store")
    return function


def column_max() -> Function:
    """The largest number of each column."""
    function = Function()
    field = fields(function, "column_max", ("columns", "out", "inputs", "input_stride"))
    at, row, x = function.local(), function.local(), function.local()
    best = function.local(V128)
    function.i32(0).set(at)
    with function.while_less(at, field["columns"]):
        sum_of(function, field["inputs"], at, x)
        function.get(x).memory("v128.load").set(best)
        function.i32(1).set(row)
        with function.while_less(row, field["rows"]):
            sum_of(function, x, field["input_stride"], x)
            function.get(best).get(x).memory("v128.load").op("f64x2.max").set(best)
            function.step(row, 1)
        function.get(field["out"]).get(at).op("i32.add").get(best).memory("v128.store")
        function.step(at, 16)
    return function


def _shuffle(function: Function, order: int, state: int, rows: int) -> None:
    """Fisher and Yates (Durstenfeld 1964) from the top, drawn from splitmix64 (Steele, Lea, Flood 2014)."""
    at, address, other = function.local(), function.local(), function.local()
    random, held = function.local(I64), function.local(F64)
    zero = function.local()
    function.i32(0).set(zero)
    function.get(rows).i32(1).op("i32.sub").set(at)
    function.get(state).memory("i64.load", 8 * RANDOM).set(random)
    mixed = function.local(I64)
    with function.while_less(zero, at):
        function.get(random).i64(0x9E3779B97F4A7C15).op("i64.add").tee(random).set(mixed)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            function.get(mixed).get(mixed).i64(shift).op("i64.shr_u", "i64.xor").i64(factor)
            function.op("i64.mul").set(mixed)
        function.get(mixed).get(mixed).i64(31).op("i64.shr_u", "i64.xor").i64(11).op("i64.shr_u")
        function.op("f64.convert_i64_u").f64(2.0**-53).op("f64.mul")
        function.get(at).i32(1).op("i32.add", "f64.convert_i32_s", "f64.mul", "i32.trunc_f64_s")
        function.i32(3).op("i32.shl").get(order).op("i32.add").set(other)
        function.get(at).i32(3).op("i32.shl").get(order).op("i32.add").set(address)
        function.get(address).memory("f64.load").set(held)
        function.get(address).get(other).memory("f64.load").memory("f64.store")
        function.get(other).get(held).memory("f64.store")
        function.step(at, -1)
    function.get(state).get(random).memory("i64.store", 8 * RANDOM)


def gather() -> Function:
    """The next batch: inputs, targets and weights of its examples, zeros in the columns that are left over."""
    function = Function()
    field = fields(
        function,
        "gather",
        (
            "data",
            "targets",
            "order",
            "state",
            "inputs",
            "input_stride",
            "target",
            "target_stride",
            "weights",
        ),
    )
    state, cursor, count, column, at = (function.local(), *(function.local() for _ in range(4)))
    source, target, index = function.local(), function.local(), function.local()
    weight, divisor = function.local(F64), function.local()
    function.get(field["state"]).set(state)
    function.get(state).memory("f64.load", 8 * CURSOR).op("i32.trunc_f64_s").set(cursor)
    function.get(cursor).get(field["rows"]).op("i32.ge_s")
    with function.when():
        function.get(field["shuffle"])
        with function.when():
            _shuffle(function, field["order"], state, field["rows"])
        function.get(state).get(state).memory("f64.load", 8 * EPOCH).f64(1.0).op("f64.add")
        function.memory("f64.store", 8 * EPOCH)
        function.i32(0).set(cursor)
    function.get(field["rows"]).get(cursor).op("i32.sub").set(count)
    function.get(field["batch"]).get(count).get(field["batch"]).get(count).op("i32.lt_s", "select").set(count)
    function.get(field["divisor"]).get(count).get(field["divisor"]).op("select").set(divisor)
    function.f64(1.0).get(divisor).op("f64.convert_i32_s", "f64.div").set(weight)

    def copy(amount: str, base: str, into: str, stride: str, present: bool) -> None:
        """Column ``column`` of ``into`` = example ``index`` of ``base``, or zeros."""
        if present:
            function.get(index).get(field[amount]).op("i32.mul").i32(3).op("i32.shl").get(field[base])
            function.op("i32.add").set(source)
        function.get(column).i32(3).op("i32.shl").get(field[into]).op("i32.add").set(target)
        function.i32(0).set(at)
        with function.while_less(at, field[amount]):
            function.get(target)
            if present:
                function.get(source).memory("f64.load")
                function.memory("f64.store")
                function.step(source, 8)
            else:
                function.f64(0.0).memory("f64.store")
            sum_of(function, target, field[stride], target)
            function.step(at, 1)

    def columns(limit: int, present: bool) -> None:
        with function.while_less(column, limit):
            if present:
                function.get(field["order"]).get(cursor).get(column).op("i32.add").i32(3)
                function.op("i32.shl", "i32.add").memory("f64.load").op("i32.trunc_f64_s").set(index)
            copy("depth", "data", "inputs", "input_stride", present)
            copy("outputs", "targets", "target", "target_stride", present)
            function.get(column).i32(3).op("i32.shl").get(field["weights"]).op("i32.add")
            if present:
                function.get(weight)
            else:
                function.f64(0.0)
            function.memory("f64.store")
            function.step(column, 1)

    function.i32(0).set(column)
    columns(count, present=True)
    columns(field["columns"], present=False)
    function.get(state).get(cursor).get(count).op("i32.add", "f64.convert_i32_s")
    function.memory("f64.store", 8 * CURSOR)
    function.get(state).get(count).op("f64.convert_i32_s").memory("f64.store", 8 * COUNT)
    return function


def confusion() -> Function:
    """Count true class by predicted class: the largest output, or for one output its sign."""
    function = Function()
    field = fields(
        function,
        "confusion",
        ("columns", "out", "inputs", "input_stride", "target", "target_stride", "weights"),
    )
    at, row, address = function.local(), function.local(), function.local()
    best = function.local(F64)
    found = {"inputs": function.local(), "target": function.local()}

    def largest(name: str, stride: str) -> None:
        sum_of(function, field[name], at, address)
        function.get(address).memory("f64.load").set(best)
        function.get(best).f64(0.0).op("f64.gt").set(found[name])
        function.get(field["rows"]).i32(1).op("i32.gt_s")
        with function.when():
            function.i32(0).set(found[name])
            function.i32(1).set(row)
            with function.while_less(row, field["rows"]):
                sum_of(function, address, field[stride], address)
                function.get(address).memory("f64.load").get(best).op("f64.gt")
                with function.when():
                    function.get(address).memory("f64.load").set(best)
                    function.get(row).set(found[name])
                function.step(row, 1)

    function.i32(0).set(at)
    with function.while_less(at, field["columns"]):
        function.get(field["weights"]).get(at).op("i32.add").memory("f64.load").f64(0.0).op("f64.ne")
        with function.when():
            largest("inputs", "input_stride")
            largest("target", "target_stride")
            function.get(found["target"]).get(field["classes"]).op("i32.mul").get(found["inputs"])
            function.op("i32.add").i32(3).op("i32.shl").get(field["out"]).op("i32.add").tee(address)
            function.get(address).memory("f64.load").f64(1.0).op("f64.add").memory("f64.store")
        function.step(at, 8)
    return function


def pack() -> Function:
    """Numbers as signed bytes, for pictures."""
    function = Function()
    field = fields(function, "pack", ("inputs", "input_stride"))
    row, at, source, target = (function.local() for _ in range(4))
    x = function.local(F64)
    function.get(field["out"]).set(target)
    function.i32(0).set(row)
    with function.while_less(row, field["rows"]):
        function.get(field["inputs"]).set(source)
        function.i32(0).set(at)
        with function.while_less(at, field["columns"]):
            function.get(target)
            function.get(source).memory("f64.load").f64(-1.0).op("f64.max").f64(1.0).op("f64.min")
            function.f64(127.0).op("f64.mul", "f64.nearest").set(x)
            function.get(x).op("i32.trunc_f64_s_sat")
            function.i32(-128).get(x).get(x).op("f64.eq", "select")
            function.memory("i32.store8")
            function.step(source, 8)
            function.step(target, 1)
            function.step(at, 1)
        sum_of(function, field["inputs"], field["input_stride"], field["inputs"])
        function.step(row, 1)
    return function
