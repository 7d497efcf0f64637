"""The instruction set: a row of ``WIDTH`` int32 is an opcode followed by named fields.

Offsets and strides count doubles from the start of the arena; a stride is the distance between two rows of a
matrix, whose columns are the examples of a batch. Beside the structural instructions below, every rule gives one
for each of its kernels, laid out by ``element_wise``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from chainrule.rules import CLIPPINGS, OPTIMISERS, RULES, SCHEDULES
from chainrule.rules.alphabet import maximum, sqrt, where
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
    # For each row: its mean and variance over the columns by their weights, 1 / sqrt(variance + EPSILON), the row
    # less its mean times that (normal), and normal * scale + shift (out). Matrices share one stride.
    "batch_norm": (
        "rows",
        "columns",
        "stride",
        "inputs",
        "weights",
        "scales",
        "shifts",
        "means",
        "variances",
        "inverses",
        "normal",
        "out",
    ),
    # Adds to the gradients of scales and shifts, and to those of what went in (out).
    "batch_norm.back": (
        "rows",
        "columns",
        "stride",
        "upstream",
        "normal",
        "weights",
        "scales",
        "inverses",
        "scale_gradients",
        "shift_gradients",
        "out",
    ),
    # The same with the mean and the variance of each column over the rows; inverses has one number a column.
    "layer_norm": ("rows", "columns", "stride", "inputs", "scales", "shifts", "inverses", "normal", "out"),
    "layer_norm.back": (
        "rows",
        "columns",
        "stride",
        "upstream",
        "normal",
        "scales",
        "inverses",
        "scale_gradients",
        "shift_gradients",
        "out",
    ),
    # out[j][c] = inputs[j][c] * factors[j] + shifts[j]
    "scale_rows": ("rows", "columns", "stride", "inputs", "factors", "shifts", "out"),
    # The 64-bit key of dropout moves on.
    "next_key": ("state",),
    # out[i] = 0 with the probability at rate, else 1 / (1 - rate), for i < count (a multiple of 4)
    "mask": ("out", "count", "state", "salt", "rate"),
}

EPSILON = 1e-5  # added to variances, as Ioffe and Szegedy (2015) do

# SplitMix64's stride and mixing factors, and the rounds (shift, factor) of the 32-bit hash behind dropout's masks.
GOLDEN = 0x9E3779B97F4A7C15
MIXERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
FINALISER = ((16, 0x7FEB352D), (15, 0x846CA68B))

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

# What is dropped out of a layer, and its way back.
MASKED = Kernel("masked", ("x", "mask"), (), (Output("y", symbol("x") * symbol("mask")),))
MASKED_BACK = Kernel(
    "masked.back", ("mask", "g"), (), (Output("dx", symbol("mask") * symbol("g"), accumulate=True),)
)

# A skip connection: one matrix added to another in place, and its way back.
ADDED = Kernel("added", ("y", "x"), (), (Output("y", symbol("y") + symbol("x")),))
ADDED_BACK = Kernel("added.back", ("g",), (), (Output("dx", symbol("g"), accumulate=True),))


def _tracked() -> Kernel:
    """Running statistics follow those of the batch by a tenth; the variance as it is estimated for a whole
    population, n / (n - 1) of the batch's own (Ioffe and Szegedy 2015, algorithm 2)."""
    count = symbol("count")
    unbiased = symbol("batch_variance") * where(count > 1.0, count / maximum(count - 1.0, 1.0), 1.0)
    return Kernel(
        "tracked",
        ("mean", "variance", "batch_mean", "batch_variance"),
        ("count",),
        (
            Output("mean", symbol("mean") + 0.1 * (symbol("batch_mean") - symbol("mean"))),
            Output("variance", symbol("variance") + 0.1 * (unbiased - symbol("variance"))),
        ),
    )


TRACKED = _tracked()

# Normalisation by running statistics, as one factor and one shift a row.
INFERRED = Kernel(
    "inferred",
    ("scale", "shift", "mean", "variance"),
    (),
    (
        Output("factor", symbol("scale") / sqrt(symbol("variance") + EPSILON)),
        Output(
            "offset",
            symbol("shift") - symbol("mean") * (symbol("scale") / sqrt(symbol("variance") + EPSILON)),
        ),
    ),
)
_NETWORK = (COUNT_STEP, MASKED, MASKED_BACK, ADDED, ADDED_BACK, TRACKED, INFERRED)


def kernels() -> tuple[Kernel, ...]:
    """Every kernel of the rule tables as they stand."""
    rules = [kernel for rule in RULES.values() for kernel in (rule.kernel, rule.grad_kernel)]
    optional = (*(each.kernel for each in SCHEDULES.values()), *(each.kernel for each in CLIPPINGS.values()))
    updates = (each.kernel for each in OPTIMISERS.values())
    return (*rules, *_NETWORK, *updates, *(kernel for kernel in optional if kernel is not None))


def instruction_set() -> Mapping[str, tuple[str, ...]]:
    """Name and fields of every instruction; an instruction's opcode is its position."""
    return _instruction_set(kernels())


@cache
def _instruction_set(found: tuple[Kernel, ...]) -> Mapping[str, tuple[str, ...]]:
    return {**STRUCTURAL, **{kernel.name: element_wise(kernel) for kernel in found}}
