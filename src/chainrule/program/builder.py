"""Build a program by saying what to compute forward; the backward half follows by reverse mode.

Every forward call leaves an entry on the tape; ``backward`` walks the tape from its end and emits, for each entry,
the instructions that carry adjoints to its inputs. Adjoints always accumulate, so a value used twice is right.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from attrs import frozen

from chainrule.errors import ProgramError
from chainrule.program.instructions import WIDTH, instruction_set
from chainrule.program.program import LANES, Program, Section, Span, padded, row_stride
from chainrule.rules.kernel import Kernel
from chainrule.rules.table import Rule

MOST_BYTES = 2**31 - 2**16  # signed 32-bit addresses


@frozen
class Operand:
    """A matrix of the program: its values and, where something may ask for its gradient, its adjoints."""

    value: Span
    adjoint: Span | None = None

    @property
    def rows(self) -> int:
        return self.value.rows

    @property
    def columns(self) -> int:
        return self.value.columns

    @property
    def gradient(self) -> Span:
        """Its adjoints, which must be there."""
        if self.adjoint is None:
            raise ProgramError("error.no_adjoint")
        return self.adjoint


class Builder:
    """Collects spans, instructions and sections."""

    def __init__(self) -> None:
        self._set = instruction_set()
        self._codes = {name: code for code, name in enumerate(self._set)}
        self._table: array[int] = array("i")
        self.spans: dict[str, Span] = {}
        self._constants: list[tuple[int, array[float]]] = []
        self._words = 0
        self._sections: list[Section] = []
        self._tape: list[tuple[tuple[str, int], Callable[[], None]]] = []
        self._stage = ("", 0)
        self._adjoints: list[Span] = []

    def span(self, name: str, rows: int, columns: int = 1) -> Span:
        """A new named place, cleared to 0 when the program is loaded."""
        stride = row_stride(columns)
        found = Span(self._words, rows, columns, stride)
        self._words += rows * stride
        if name in self.spans:
            raise ProgramError("error.span_taken", where=name, name=name)
        self.spans[name] = found
        return found

    def vector(self, name: str, count: int) -> Span:
        """``count`` numbers in one row."""
        return self.span(name, 1, count)

    def operand(self, name: str, rows: int, columns: int, *, adjoint: bool) -> Operand:
        """A new matrix, with a place for its adjoints if gradients pass through it."""
        value = self.span(name, rows, columns)
        if not adjoint:
            return Operand(value)
        return Operand(value, self.adjoint(f"{name}.adjoint", rows, columns))

    def operand_once(self, name: str, rows: int, columns: int, *, adjoint: bool = False) -> Operand:
        """The matrix called ``name``, made if there is none yet: passes that never need each other's numbers share
        their places."""
        if name in self.spans:
            return Operand(self.spans[name], self.spans.get(f"{name}.adjoint"))
        return self.operand(name, rows, columns, adjoint=adjoint)

    def preset(self, span: Span, row: int, numbers: array[float]) -> None:
        """Numbers that stand in ``row`` of ``span`` from the start."""
        self._constants.append((span.offset + row * span.stride, numbers))

    def adjoint(self, name: str, rows: int, columns: int) -> Span:
        """A place for adjoints, which ``clear_adjoints`` clears."""
        found = self.span(name, rows, columns)
        self._adjoints.append(found)
        return found

    def clear_adjoints(self) -> None:
        """Set every adjoint so far to 0; neighbours are cleared together."""
        stretches: list[list[int]] = []
        for span in self._adjoints:
            if stretches and sum(stretches[-1]) == span.offset:
                stretches[-1][1] += span.size
            else:
                stretches.append([span.offset, span.size])
        for offset, count in stretches:
            self.emit("fill", out=offset, count=count, one=0)

    def constant(self, name: str, numbers: Iterable[float]) -> Span:
        """Numbers in one row that are there from the start."""
        values = numbers if isinstance(numbers, array) else array("d", numbers)
        found = self.vector(name, len(values))
        self._constants.append((found.offset, values))
        return found

    def ones(self, count: int) -> Span:
        """A row of ``count`` ones."""
        name = f"ones.{count}"
        return self.spans.get(name) or self.constant(name, [1.0] * count)

    @contextmanager
    def section(self, name: str, layer: int = 0) -> Iterator[None]:
        """The instructions emitted inside make one stage."""
        outer, self._stage = self._stage, (name, layer)
        first = len(self._table) // WIDTH
        yield
        self._sections.append(Section(name, layer, first, len(self._table) // WIDTH))
        self._stage = outer

    def emit(self, name: str, **fields: int) -> None:
        """One instruction; every field must be given."""
        if self._words * 8 > MOST_BYTES:  # beyond it, places no longer fit into a field
            raise _too_large(self._words * 8)
        row = [self._codes[name], *(fields[field] for field in self._set[name])]
        self._table.extend(row + [0] * (WIDTH - len(row)))

    def element_wise(
        self, kernel: Kernel, inputs: Iterable[Span], outputs: Iterable[Span], scalars: Iterable[Span] = ()
    ) -> None:
        """Run ``kernel`` over all rows; an input or output of one row is used again for every row."""
        sources, targets = list(inputs), list(outputs)
        rows = max(span.rows for span in (*sources, *targets))
        whole = all(span.rows == rows and span.stride == sources[0].stride for span in (*sources, *targets))
        fields = {
            "rows": 1 if whole else rows,
            "columns": rows * sources[0].stride if whole else padded(sources[0].columns),
        }
        named = [(f"in.{name}", span) for name, span in zip(kernel.columns, sources, strict=True)]
        named += [(f"out.{out.name}", span) for out, span in zip(kernel.outputs, targets, strict=True)]
        for name, span in named:
            fields[name] = span.offset
            fields[f"{name}.stride"] = span.stride if span.rows > 1 else 0
        for name, span in zip(kernel.scalars, scalars, strict=True):
            fields[f"scalar.{name}"] = span.offset
        self.emit(kernel.name, **fields)

    def apply(self, rule: Rule, *inputs: Operand, into: Operand, scalars: Iterable[Span] = ()) -> Operand:
        """``into = rule(*inputs)``; gradients go to those inputs that have adjoints."""
        fixed = list(scalars)
        self.element_wise(rule.kernel, [x.value for x in inputs], [into.value], fixed)

        def pull() -> None:
            adjoint = into.gradient
            sink = self._sink(into)
            self.element_wise(
                rule.grad_kernel,
                [*(x.value for x in inputs), into.value, adjoint],
                [x.adjoint or sink for x in inputs],
                fixed,
            )

        self.record(pull)
        return into

    def _sink(self, like: Operand) -> Span:
        """Where the gradients of constants go: never read."""
        name = f"sink.{like.rows}.{like.columns}"
        return self.spans.get(name) or self.span(name, like.rows, like.columns)

    def matmul(
        self,
        weights: Span,
        inputs: Span,
        into: Span,
        *,
        offset: int = 0,
        bias: int = -1,
        transposed: bool = False,
        accumulate: bool = False,
    ) -> None:
        """``into = W @ inputs`` with W row-major at ``weights.offset + offset`` (transposed: its transpose)."""
        wide = into.rows if transposed else inputs.rows
        self.emit(
            "matmul",
            rows=into.rows,
            columns=padded(into.columns),
            depth=inputs.rows,
            out=into.offset,
            out_stride=into.stride,
            weights=weights.offset + offset,
            weight_row=1 if transposed else wide,
            weight_step=wide if transposed else 1,
            bias=bias,
            inputs=inputs.offset,
            input_stride=inputs.stride,
            accumulate=int(accumulate),
        )

    def outer(self, left: Span, right: Span, out: int) -> None:
        """Add ``left @ right.T`` to the row-major matrix at ``out``."""
        self.emit(
            "outer",
            rows=left.rows,
            columns=padded(left.columns),
            depth=right.rows,
            out=out,
            out_row=right.rows,
            left=left.offset,
            left_stride=left.stride,
            right=right.offset,
            right_stride=right.stride,
        )

    def dense(
        self, weights: int, biases: int, parameters: Operand, inputs: Operand, into: Operand
    ) -> Operand:
        """``into = W @ inputs + b``; W (into.rows x inputs.rows, row-major) and b stand at offsets ``weights`` and
        ``biases`` of ``parameters``."""
        values, gradients = parameters.value, parameters.gradient
        self.matmul(values, inputs.value, into.value, offset=weights, bias=values.offset + biases)

        def pull() -> None:
            adjoint = into.gradient
            self.outer(adjoint, inputs.value, gradients.offset + weights)
            self.outer(adjoint, self.ones(adjoint.columns), gradients.offset + biases)
            if inputs.adjoint is not None:
                self.matmul(values, adjoint, inputs.adjoint, offset=weights, transposed=True, accumulate=True)

        self.record(pull)
        return into

    def column_sum(self, inputs: Operand, into: Operand) -> Operand:
        """``into[0][c]`` = sum of column c."""
        ones = self.ones(inputs.rows)
        self.matmul(ones, inputs.value, into.value)

        def pull() -> None:
            if inputs.adjoint is not None:
                adjoint = into.gradient
                self.matmul(ones, adjoint, inputs.adjoint, transposed=True, accumulate=True)

        self.record(pull)
        return into

    def weighted_sum(self, inputs: Operand, weights: Span, into: Operand) -> Operand:
        """``into`` = sum over columns of one row times the examples' weights."""
        self.emit("fill", out=into.value.offset, count=LANES, one=0)
        self.outer(inputs.value, weights, into.value.offset)

        def pull() -> None:
            if inputs.adjoint is not None:
                self.matmul(into.gradient, weights, inputs.adjoint, accumulate=True)

        self.record(pull)
        return into

    def record(self, pull: Callable[[], None]) -> None:
        """Leave the way back of what was just emitted on the tape."""
        self._tape.append((self._stage, pull))

    def backward(self, name: str) -> None:
        """Emit the backward half, one section called ``name`` for each layer of the forward half, last one first."""
        tape, self._tape = self._tape, []
        while tape:
            layer = tape[-1][0][1]
            with self.section(name, layer):
                while tape and tape[-1][0][1] == layer:
                    tape.pop()[1]()

    def forget(self) -> None:
        """Drop the tape: what was computed so far needs no gradient."""
        self._tape.clear()

    def build(self) -> Program:
        """The finished program. ``ProgramError`` where it needs more memory than a machine can address."""
        program = Program(
            self._table, padded(self._words), dict(self.spans), tuple(self._sections), tuple(self._constants)
        )
        if program.bytes > MOST_BYTES:
            raise _too_large(program.bytes)
        return program


def _too_large(needed: int) -> ProgramError:
    return ProgramError(
        "error.program_too_large", where="network", gigabytes=f"{needed / 2**30:.1f}", most="2"
    )
