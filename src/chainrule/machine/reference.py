"""The machine in plain Python: slow and obvious, the text that the WebAssembly kernels are tested against.

Sums run in the plain order, so results agree with the other machines to rounding, not bit for bit; element-wise
instructions and shuffles, which have no order to choose, agree in every bit.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable

from chainrule.machine.reference_layers import LAYERS
from chainrule.program import Program
from chainrule.program.instructions import COUNT, CURSOR, EPOCH, RANDOM, kernels
from chainrule.rules.kernel import Kernel
from chainrule.rules.reading import evaluate

_MASK = 2**64 - 1


class ReferenceMachine:
    """See ``Machine``."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._arena: array[float] = array("d")
        self._kernels = {kernel.name: kernel for kernel in kernels()}

    def load(self, program: Program) -> None:
        """See ``Machine.load``."""
        self._program = program
        self._arena = array("d", bytes(8 * program.words))
        for offset, numbers in program.constants:
            self.write(offset, numbers)

    def run(self, first: int, last: int, times: int = 1) -> None:
        """See ``Machine.run``."""
        assert self._program is not None
        rows = [self._program.instruction(row) for row in range(first, last)]
        for _ in range(times):
            for name, fields in rows:
                if name in self._kernels:
                    element_wise(self._arena, self._kernels[name], fields)
                else:
                    INSTRUCTIONS[name](self._arena, fields)

    def read(self, offset: int, count: int) -> array[float]:
        """See ``Machine.read``."""
        return self._arena[offset : offset + count]

    def write(self, offset: int, numbers: array[float]) -> None:
        """See ``Machine.write``."""
        self._arena[offset : offset + len(numbers)] = numbers


def element_wise(arena: array[float], kernel: Kernel, at: dict[str, int]) -> None:
    """The kernel's formulas on every element of every row."""
    scalars = {name: arena[at[f"scalar.{name}"]] for name in kernel.scalars}
    for row in range(at["rows"]):
        for column in range(at["columns"]):
            names = dict(scalars)
            for name in kernel.columns:
                names[name] = arena[at[f"in.{name}"] + row * at[f"in.{name}.stride"] + column]
            results = [evaluate(output.expr, names, portable=True) for output in kernel.outputs]
            for output, result in zip(kernel.outputs, results, strict=True):
                place = at[f"out.{output.name}"] + row * at[f"out.{output.name}.stride"] + column
                arena[place] = arena[place] + result if output.accumulate else result


def matmul(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``."""
    for row in range(at["rows"]):
        for column in range(at["columns"]):
            place = at["out"] + row * at["out_stride"] + column
            total = arena[at["bias"] + row] if at["bias"] >= 0 else 0.0
            if at["accumulate"]:
                total = arena[place]
            for k in range(at["depth"]):
                weight = arena[at["weights"] + row * at["weight_row"] + k * at["weight_step"]]
                total += weight * arena[at["inputs"] + k * at["input_stride"] + column]
            arena[place] = total


def outer(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``."""
    for row in range(at["rows"]):
        for k in range(at["depth"]):
            left, right = at["left"] + row * at["left_stride"], at["right"] + k * at["right_stride"]
            total = sum(arena[left + c] * arena[right + c] for c in range(at["columns"]))
            arena[at["out"] + row * at["out_row"] + k] += total


def fill(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``."""
    for place in range(at["out"], at["out"] + at["count"]):
        arena[place] = 0.0
    if at["one"]:
        arena[at["out"]] = 1.0


def shuffle(arena: array[float], order: int, state: int, rows: int) -> None:
    """Fisher and Yates (Durstenfeld 1964) from the top, drawn from splitmix64 (Steele, Lea, Flood 2014)."""
    random = struct.unpack("<Q", arena[state + RANDOM : state + RANDOM + 1].tobytes())[0]
    for last in range(rows - 1, 0, -1):
        random = (random + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((random ^ (random >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        mixed ^= mixed >> 31
        other = int((mixed >> 11) * 2.0**-53 * (last + 1))
        arena[order + last], arena[order + other] = arena[order + other], arena[order + last]
    arena[state + RANDOM : state + RANDOM + 1] = array("d", struct.pack("<Q", random))


def gather(arena: array[float], at: dict[str, int]) -> None:
    """The next ``batch`` rows in the order; at its end an epoch is over, and the order may be shuffled anew."""
    state, order, rows = at["state"], at["order"], at["rows"]
    cursor = int(arena[state + CURSOR])
    if cursor >= rows:
        if at["shuffle"]:
            shuffle(arena, order, state, rows)
        arena[state + EPOCH] += 1
        cursor = 0
    count = min(at["batch"], rows - cursor)
    for column in range(at["columns"]):
        present = column < count
        row = int(arena[order + cursor + column]) if present else 0
        for k in range(at["depth"]):
            number = arena[at["data"] + row * at["depth"] + k] if present else 0.0
            arena[at["inputs"] + k * at["input_stride"] + column] = number
        for k in range(at["outputs"]):
            number = arena[at["targets"] + row * at["outputs"] + k] if present else 0.0
            arena[at["target"] + k * at["target_stride"] + column] = number
        arena[at["weights"] + column] = 1.0 / (at["divisor"] or count) if present else 0.0
    arena[state + CURSOR] = cursor + count
    arena[state + COUNT] = count


def column_max(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``; NaN wins."""
    for column in range(at["columns"]):
        numbers = [arena[at["inputs"] + row * at["input_stride"] + column] for row in range(at["rows"])]
        arena[at["out"] + column] = math.nan if any(x != x for x in numbers) else max(numbers)


def confusion(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``; of equal outputs the first is the largest."""

    def largest(base: str, column: int) -> int:
        start, stride = at[base], at["input_stride" if base == "inputs" else "target_stride"]
        numbers = [arena[start + row * stride + column] for row in range(at["rows"])]
        if len(numbers) == 1:
            return int(numbers[0] > 0)
        best = 0
        for row, number in enumerate(numbers):
            if number > numbers[best]:
                best = row
        return best

    for column in range(at["columns"]):
        if arena[at["weights"] + column] != 0:
            place = at["out"] + largest("target", column) * at["classes"] + largest("inputs", column)
            arena[place] += 1


def pack(arena: array[float], at: dict[str, int]) -> None:
    """See ``instructions.STRUCTURAL``."""
    packed = array("b")
    for row in range(at["rows"]):
        for column in range(at["columns"]):
            x = arena[at["inputs"] + row * at["input_stride"] + column]
            packed.append(-128 if x != x else round(max(-1.0, min(1.0, x)) * 127))
    memoryview(arena).cast("B").cast("b")[at["out"] : at["out"] + len(packed)] = packed


INSTRUCTIONS: dict[str, Callable[[array[float], dict[str, int]], None]] = {
    "matmul": matmul,
    "outer": outer,
    "fill": fill,
    "gather": gather,
    "column_max": column_max,
    "confusion": confusion,
    "pack": pack,
    **LAYERS,
}
