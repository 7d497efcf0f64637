"""The instruction set: a row of ``WIDTH`` int32 is an opcode followed by named fields.

Offsets and strides count doubles from the start of the arena; a stride is the distance between two rows of a
matrix, whose columns are the examples of a batch. Beside the structural instructions below, every rule gives one
for each of its kernels, laid out by ``element_wise``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from chainrule.rules import OPTIMISERS, RULES
from chainrule.rules.expr import symbol
from chainrule.rules.kernel import Kernel, Output

WIDTH = 32

STRUCTURAL: Mapping[str, tuple[str, ...]] = {
    # out[j][c] = start + sum over k < depth of weights[j * weight_row + k * weight_step] * inputs[k][c],
    # where start is out itself if accumulate, else bias[j], else (bias = -1) 0
    "matmul": (
        "rows",
        "columns",
        "depth",
        "out",
        "out_stride",
        "weights",
        "weight_row",
        "weight_step",
        "bias",
        "inputs",
        "input_stride",
        "accumulate",
    ),
    # out[j * out_row + i] += sum over c < columns of left[j][c] * right[i][c], i < depth
    "outer": (
        "rows",
        "columns",
        "depth",
        "out",
        "out_row",
        "left",
        "left_stride",
        "right",
        "right_stride",
    ),
    # count doubles from out are set to 0; then, if one, the first to 1
    "fill": ("out", "count", "one"),
    # The next batch of examples, in the order given; see machine.reference for the text of it.
    "gather": (
        "rows",
        "columns",
        "batch",
        "depth",
        "outputs",
        "data",
        "targets",
        "order",
        "state",
        "shuffle",
        "divisor",
        "inputs",
        "input_stride",
        "target",
        "target_stride",
        "weights",
    ),
    # out[c] = the largest of inputs[0][c] .. inputs[rows - 1][c]
    "column_max": ("rows", "columns", "out", "inputs", "input_stride"),
    # out[true * classes + predicted] += 1 for each column whose weight is not 0
    "confusion": (
        "rows",
        "columns",
        "classes",
        "out",
        "inputs",
        "input_stride",
        "target",
        "target_stride",
        "weights",
    ),
    # bytes from byte offset out (not doubles), row after row: -1 .. 1 as -127 .. 127, clipped and rounded to
    # even; NaN as -128
    "pack": ("rows", "columns", "out", "inputs", "input_stride"),
}

# The state of a gather: next position in the order, epochs completed, random state (64 bits), rows in the batch.
CURSOR, EPOCH, RANDOM, COUNT = 0, 1, 2, 3


def element_wise(kernel: Kernel) -> tuple[str, ...]:
    """Fields of a kernel's instruction: extent, then offset and row stride of each column input and each output,
    then the offset of each scalar."""
    fields = ["rows", "columns"]
    for name in kernel.columns:
        fields += [f"in.{name}", f"in.{name}.stride"]
    for output in kernel.outputs:
        fields += [f"out.{output.name}", f"out.{output.name}.stride"]
    return (*fields, *(f"scalar.{name}" for name in kernel.scalars))


COUNT_STEP = Kernel("count", ("step",), (), (Output("step", symbol("step") + 1.0),))


def kernels() -> tuple[Kernel, ...]:
    """Every kernel of the rule tables as they stand."""
    rules = [kernel for rule in RULES.values() for kernel in (rule.kernel, rule.grad_kernel)]
    return (*rules, COUNT_STEP, *(optimiser.kernel for optimiser in OPTIMISERS.values()))


def instruction_set() -> Mapping[str, tuple[str, ...]]:
    """Name and fields of every instruction; an instruction's opcode is its position."""
    return _instruction_set(kernels())


@cache
def _instruction_set(found: tuple[Kernel, ...]) -> Mapping[str, tuple[str, ...]]:
    return {**STRUCTURAL, **{kernel.name: element_wise(kernel) for kernel in found}}
