"""What is said of a mark: the parts of frames that explain one number, a neuron from inside, a verified gradient."""

from __future__ import annotations

from math import nan
from typing import Literal

from attrs import frozen


@frozen(kw_only=True)
class Term:
    """One factor of a formula: its LaTeX and the number it stands for."""

    latex: str
    value: float


@frozen(kw_only=True)
class Contribution:
    """One term of a sum that makes a gradient: a product of ``factors``. ``target`` is the mark it passes, ``e:N`` for
    example N of the batch, ``penalty`` for the regulariser."""

    target: str
    latex: str
    factors: tuple[Term, ...]
    value: float


@frozen(kw_only=True)
class PathStep:
    """One factor of a path, the mark it belongs to, and the product of all factors so far."""

    target: str
    latex: str
    factor: float
    product: float


@frozen(kw_only=True)
class Path:
    """A way from the loss to a number: its factors in that order, ``value`` their product."""

    steps: tuple[PathStep, ...]
    value: float


@frozen(kw_only=True)
class Inspection:
    """What is known of the selected mark at this frame's step.

    ``forward`` is the LaTeX of how its value arises, ``backward`` of how its gradient does; ``factors`` multiply to
    the gradient where one example is shown (empty for a batch): ``gradient`` is then that example's part of
    ``batch_gradient``. ``change`` is what the next update will add to a parameter (0 for others) and ``moves`` its
    direction; an optimiser that remembers earlier gradients may move against what ``batch_gradient`` alone says.
    ``terms`` and what ``terms_others`` more add up to (``terms_remainder``) add up to ``gradient``; so do ``paths``,
    the largest of ``paths_count``, and ``paths_remainder``. ``paths_state`` says why there are none: the whole
    ``batch`` is shown, normalisation makes paths ``mixed``, or training is ``busy``. ``values`` and ``gradients`` are
    those of the whole batch at ``steps``, as far as they were recorded.
    A ``probability`` shows the softmax of a neuron's sum, and the gradient of that sum. In the graph of code a
    ``leaf``, an ``operation`` or the ``result`` is explained in the same way; an ``operand`` is an edge, its value the
    local derivative, its gradient what flows along it. ``kept`` is then the ``.grad`` that the code was left with,
    and ``steps`` count the calls of ``backward``, after each of which a leaf had these values and ``.grad``. Where the
    pass has not handed on all of such a gradient, ``gradient`` is what ``terms`` add up to so far. ``written`` is what
    the code has for a leaf that was given another number.
    """

    target: str
    kind: Literal[
        "weight",
        "bias",
        "sum",
        "neuron",
        "probability",
        "input",
        "loss",
        "leaf",
        "operation",
        "operand",
        "result",
    ]
    layer: int
    value: float
    before: float
    gradient: float
    value_current: bool
    gradient_current: bool
    batch_gradient: float
    change: float
    forward: str
    backward: str
    factors: tuple[Term, ...]
    terms: tuple[Contribution, ...]
    terms_others: int
    terms_remainder: float
    paths: tuple[Path, ...]
    paths_count: float
    paths_remainder: float
    paths_state: Literal["shown", "batch", "mixed", "busy", "large"]
    steps: tuple[int, ...]
    values: tuple[float, ...]
    gradients: tuple[float, ...]
    moves: Literal["up", "down", "stays", "none"]
    kept: float = nan
    written: float = nan


@frozen(kw_only=True)
class Cell:
    """One operation inside a neuron, with its value and the gradient of the loss with respect to it. A ``product`` has
    its ``weight`` and ``input`` (NaN for others); an ``exponential`` and the ``partition`` function of a softmax have
    no gradient of their own (NaN). ``rest`` is what products left out add up to, ``label`` their number; else ``label``
    is LaTeX. ``normal`` is the sum after its layer's normalisation. ``local`` is the derivative of what reads it with
    respect to it: one number for one example, NaN for a batch, or where a whole layer is mixed. ``target`` is the mark
    it stands for, or empty."""

    kind: Literal["product", "rest", "bias", "sum", "normal", "exponential", "partition", "activation"]
    target: str
    label: str
    weight: float
    input: float
    value: float
    gradient: float
    local: float


@frozen(kw_only=True)
class Opened:
    """A neuron from inside, in the order of computation. ``dropped``: dropout acts on it, and its part of the last
    ``local`` is 0 where this example has it dropped. ``value_current``, ``gradient_current``: as in ``Inspection``."""

    target: str
    operation: str
    dropped: bool
    value_current: bool
    gradient_current: bool
    cells: tuple[Cell, ...]


@frozen(kw_only=True)
class Verified:
    """The gradient of ``target``, a mark at ``step`` or a value of the code, three times: by reverse mode, by dual
    numbers (NaN where that would take too long) and by finite differences. That of a parameter is of the whole batch;
    that of a node of one ``example``, or of the batch (``None``). ``kink``: the one-sided differences differ, and any
    number between them is a gradient."""

    seq: int = 0
    target: str
    step: int
    example: int | None = None
    reverse: float
    dual: float
    numeric: float
    kink: bool
    agree: bool
