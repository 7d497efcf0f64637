"""Network columns: data at the left, one column a layer, the loss as a node of its own at the right end."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import ceil

from attrs import frozen

NODE = 46.0  # a node map, with its number below, where there is room
ROW = 84.0  # from one node's centre to the next
TALLEST = 660.0  # no column is higher; more nodes are drawn smaller
SMALLEST = 6.0
FILE = 24  # more hidden neurons stand in several files side by side, so that none is a sliver
PIXEL, PIXEL_GAP = 20.0, 4.0  # a picture's input stands as a picture
LOSS = 30.0
BETWEEN = 144.0  # from one column's edge to the next column's, room for the curves
BEFORE_LOSS = 54.0
SIDE, ABOVE, BELOW = 56.0, 64.0, 44.0  # names beside the inputs, headings, numbers below the last row


@frozen(kw_only=True)
class Columns:
    """Nodes in the order inputs, each layer's neurons, loss: centres ``x``, ``y`` and width ``size``. Column by
    column (the loss is one): the centre ``middle`` and ``wrap``, how many nodes stand side by side in a row.
    Everything, with room for names, headings and numbers, lies in [0, width] x [0, height]."""

    x: array[float]
    y: array[float]
    size: array[float]
    middle: tuple[float, ...]
    wrap: tuple[int, ...]
    width: float
    height: float


def columns(sizes: Sequence[int], pixels: int = 0) -> Columns:
    """Lay out a network with ``sizes`` nodes a column: inputs, hidden layers …, outputs; the loss is added.

    ``pixels``: the side of the picture that the inputs are, row by row; 0 where they are no picture.
    """
    if not sizes or min(sizes) < 1:
        raise ValueError(f"every column needs a node, got {list(sizes)}")
    shapes = [
        _shape(count, pixels=pixels if at == 0 else 0, hidden=0 < at < len(sizes) - 1)
        for at, count in enumerate(sizes)
    ]
    shapes.append(_Shape(size=LOSS, pitch=LOSS, wrap=1, rows=1))
    tallest = max(shape.height for shape in shapes)
    x, y, size = array("f"), array("f"), array("f")
    middle: list[float] = []
    right = SIDE - BETWEEN
    for at, (count, shape) in enumerate(zip((*sizes, 1), shapes, strict=True)):
        left = right + (BEFORE_LOSS if at == len(sizes) and sizes[-1] == 1 else BETWEEN)
        right = left + shape.width
        middle.append((left + right) / 2)
        top = ABOVE + (tallest - shape.height) / 2
        for node in range(count):
            row, column = divmod(node, shape.wrap)
            x.append(left + shape.size / 2 + column * shape.pitch)
            y.append(top + shape.size / 2 + row * shape.pitch)
            size.append(shape.size)
    return Columns(
        x=x,
        y=y,
        size=size,
        middle=tuple(middle),
        wrap=tuple(shape.wrap for shape in shapes),
        width=right + SIDE,
        height=ABOVE + tallest + BELOW,
    )


@frozen(kw_only=True)
class _Shape:
    """The block of one column: ``rows`` of ``wrap`` nodes, ``size`` wide, ``pitch`` from centre to centre."""

    size: float
    pitch: float
    wrap: int
    rows: int

    @property
    def width(self) -> float:
        return (self.wrap - 1) * self.pitch + self.size

    @property
    def height(self) -> float:
        return (self.rows - 1) * self.pitch + self.size


def _shape(count: int, *, pixels: int, hidden: bool) -> _Shape:
    if pixels > 1 and pixels * pixels == count:
        pitch = min(PIXEL + PIXEL_GAP, TALLEST / pixels)
        return _Shape(size=pitch * PIXEL / (PIXEL + PIXEL_GAP), pitch=pitch, wrap=pixels, rows=pixels)
    tightest = SMALLEST * 1.08
    # The names of inputs and classes stand beside their nodes: those keep to one file while they can.
    file = FILE if hidden else int((TALLEST - SMALLEST) / tightest) + 1
    wrap = ceil(count / file)
    rows = ceil(count / wrap)
    if (rows - 1) * ROW + NODE <= TALLEST:
        return _Shape(size=NODE, pitch=ROW, wrap=wrap, rows=rows)
    # More nodes fill more of their row: there is no room for numbers below them anyway.
    share = min(1 / 1.08, 0.6 + 0.003 * rows)
    size = min(NODE, max(SMALLEST, share * TALLEST / (rows - 1 + share)))
    return _Shape(size=size, pitch=(TALLEST - size) / (rows - 1), wrap=wrap, rows=rows)
