"""Layers that are more than arithmetic element by element: normalisation, dropout, skip connections.

Each function emits the forward half on a builder and leaves the way back on its tape.
"""

from __future__ import annotations

from chainrule.program.builder import Builder, Operand
from chainrule.program.instructions import ADDED, ADDED_BACK, INFERRED, MASKED, MASKED_BACK
from chainrule.program.program import Span, padded, row_stride


def part(span: Span, at: int, count: int) -> Span:
    """``count`` numbers of the one-row ``span`` from ``at`` on, as a row of their own."""
    return Span(span.offset + at, 1, count, row_stride(count))


def upper(span: Span, rows: int) -> Span:
    """The first ``rows`` rows."""
    return Span(span.offset, rows, span.columns, span.stride)


def normalise(
    builder: Builder,
    kind: str,
    inputs: Operand,
    into: Operand,
    parameters: Operand,
    scales: int,
    shifts: int,
    weights: Span,
    name: str,
) -> None:
    """``into`` = scale * normalised ``inputs`` + shift, ``kind`` "batch" or "layer"; ``scales`` and ``shifts`` are
    offsets into ``parameters``, one number a row. Batch statistics weigh the columns by ``weights`` and stay in the
    spans ``name.means`` and ``name.variances``."""
    normal = builder.operand_once(f"{name}.normal", inputs.rows, inputs.columns).value
    inverses = builder.operand_once(
        f"{name}.inverses", 1, inputs.rows if kind == "batch" else inputs.columns
    ).value
    shape = {"rows": inputs.rows, "columns": padded(inputs.columns), "stride": normal.stride}
    values = parameters.value.offset
    forward = {"scales": values + scales, "shifts": values + shifts, "inverses": inverses.offset}
    if kind == "batch":
        forward["weights"] = weights.offset
        for statistic in ("means", "variances"):
            forward[statistic] = builder.operand_once(f"{name}.{statistic}", 1, inputs.rows).value.offset
    builder.emit(
        f"{kind}_norm",
        **shape,
        **forward,
        inputs=inputs.value.offset,
        normal=normal.offset,
        out=into.value.offset,
    )

    def pull() -> None:
        gradients = parameters.gradient.offset
        back = {"weights": weights.offset} if kind == "batch" else {}
        builder.emit(
            f"{kind}_norm.back",
            **shape,
            **back,
            upstream=into.gradient.offset,
            normal=normal.offset,
            scales=values + scales,
            inverses=inverses.offset,
            scale_gradients=gradients + scales,
            shift_gradients=gradients + shifts,
            out=inputs.gradient.offset,
        )

    builder.record(pull)


def normalise_by(
    builder: Builder,
    inputs: Operand,
    into: Operand,
    parameters: Operand,
    scales: int,
    shifts: int,
    mean: Span,
    variance: Span,
    name: str,
) -> None:
    """As batch normalisation does when nothing is learned: by the statistics ``mean`` and ``variance``."""
    factors, offsets = (
        builder.operand_once(f"{name}.{kind}", 1, inputs.rows).value for kind in ("factors", "offsets")
    )
    own = [part(parameters.value, at, inputs.rows) for at in (scales, shifts)]
    builder.element_wise(INFERRED, [*own, mean, variance], [factors, offsets])
    builder.emit(
        "scale_rows",
        rows=inputs.rows,
        columns=padded(inputs.columns),
        stride=inputs.value.stride,
        inputs=inputs.value.offset,
        factors=factors.offset,
        shifts=offsets.offset,
        out=into.value.offset,
    )


def drop_out(
    builder: Builder, inputs: Operand, into: Operand, key: Span, rate: Span, salt: int, name: str
) -> None:
    """``into`` = ``inputs`` where kept, divided by the share that is kept, else 0 (Srivastava et al. 2014, the
    inverted form)."""
    mask = builder.operand_once(f"{name}.mask", inputs.rows, inputs.columns).value
    builder.emit("mask", out=mask.offset, count=mask.size, state=key.offset, salt=salt, rate=rate.offset)
    builder.element_wise(MASKED, [inputs.value, mask], [into.value])
    builder.record(lambda: builder.element_wise(MASKED_BACK, [mask, into.gradient], [inputs.gradient]))


def add(builder: Builder, source: Operand, into: Operand) -> None:
    """Add the first rows of ``source`` to the first rows of ``into``, as many as both have."""
    rows = min(source.rows, into.rows)
    target = upper(into.value, rows)
    builder.element_wise(ADDED, [target, upper(source.value, rows)], [target])

    def pull() -> None:
        if source.adjoint is not None:
            builder.element_wise(ADDED_BACK, [upper(into.gradient, rows)], [upper(source.adjoint, rows)])

    builder.record(pull)
