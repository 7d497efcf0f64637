"""What a machine needs to know of a rule: which numbers go in, which formulas come out, and how they are stored."""

from __future__ import annotations

from attrs import frozen

from chainrule.rules.expr import Expr


@frozen
class Output:
    """One result: assigned to its place, or added to what is there (gradients accumulate)."""

    name: str
    expr: Expr
    accumulate: bool = False


@frozen
class Kernel:
    """An element-wise computation over rows of columns.

    ``columns`` are inputs with one number for each example, ``scalars`` inputs with one number for all.
    Every input is read before any output of the same element is written, so outputs may overwrite inputs.
    """

    name: str
    columns: tuple[str, ...]
    scalars: tuple[str, ...]
    outputs: tuple[Output, ...]
