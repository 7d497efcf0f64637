"""Assemble the machine: one WebAssembly module with a function for each instruction of the set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from chainrule.machine import angle, dense, dropout, moves, normal
from chainrule.machine.elementwise import compile_kernel
from chainrule.machine.encoder import Function, module
from chainrule.program.instructions import STRUCTURAL, WIDTH, kernels
from chainrule.rules.kernel import Kernel

_ROW = 4 * WIDTH
_STRUCTURAL: Mapping[str, Callable[[], Function]] = {
    "matmul": dense.matmul,
    "outer": dense.outer,
    "fill": moves.fill,
    "gather": moves.gather,
    "column_max": moves.column_max,
    "confusion": moves.confusion,
    "pack": moves.pack,
    "batch_norm": normal.batch_norm,
    "batch_norm.back": normal.batch_norm_back,
    "layer_norm": normal.layer_norm,
    "layer_norm.back": normal.layer_norm_back,
    "scale_rows": normal.scale_rows,
    "next_key": dropout.next_key,
    "mask": dropout.mask,
}


def _run() -> Function:
    """run(table, first, last, times): the rows of a slice, one after the other, that many times over."""
    function = Function(parameters=4)
    table, first, last, times = range(4)
    row, end, turn = function.local(), function.local(), function.local()
    function.get(table).get(last).i32(_ROW).op("i32.mul", "i32.add").set(end)
    function.i32(0).set(turn)
    with function.while_less(turn, times):
        function.get(table).get(first).i32(_ROW).op("i32.mul", "i32.add").set(row)
        with function.while_less(row, end):
            function.get(row).get(row).memory("i32.load").call_indirect(0)
            function.step(row, _ROW)
        function.step(turn, 1)
    return function


def module_bytes() -> bytes:
    """The machine for the rule tables as they stand. Same rules, same bytes."""
    return _module_bytes(kernels())


@cache
def _module_bytes(found: tuple[Kernel, ...]) -> bytes:
    structural = [_STRUCTURAL[name]() for name in STRUCTURAL]
    return module(angle.helpers(), [*structural, *map(compile_kernel, found)], {"run": _run()})
