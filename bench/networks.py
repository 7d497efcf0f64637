"""The four networks of the benchmarks and their data, and a trainer for each."""

from __future__ import annotations

from array import array
from itertools import pairwise

from chainrule.machine.native import NativeMachine
from chainrule.network import Plan, Stream, Trainer
from chainrule.network.data import Split, Table

NETWORKS = (
    ((2, 8, 8, 1), 100),
    ((2, 16, 16, 1), 100),
    ((10, 50, 50, 50, 10), 200),
    ((100, 48, 48, 28, 10), 1000),
)
RATE = 0.01


def title(sizes: tuple[int, ...], batch: int) -> str:
    return f"{'-'.join(map(str, sizes))}, {batch}"


def parameters(sizes: tuple[int, ...]) -> int:
    return sum((a + 1) * b for a, b in pairwise(sizes))


def examples(sizes: tuple[int, ...], rows: int) -> Table:
    """Standard normal inputs with random classes."""
    stream, classes = Stream(1), max(2, sizes[-1])
    return Table(
        name="random",
        task="binary" if classes == 2 else "multiclass",
        features=tuple(f"x{at}" for at in range(sizes[0])),
        classes=tuple(map(str, range(classes))),
        inputs=array("d", [stream.normal() for _ in range(rows * sizes[0])]),
        labels=array("i", [stream.below(classes) for _ in range(rows)]),
        planar=False,
        extent=0.0,
    )


def trainer(sizes: tuple[int, ...], batch: int, optimiser: str = "sgd", **plan: object) -> Trainer:
    """Full batches of ``batch`` rows, mean squared error, of ten outputs cross-entropy."""
    table = examples(sizes, batch + 1)
    rows = array("i", range(batch))
    split = Split(table=table, training=rows, validation=array("i", [batch]), inputs=table.inputs)
    loss = "mse" if sizes[-1] == 1 else "cross_entropy"
    planned = Plan(sizes, "tanh", loss, optimiser, batch, **plan)  # type: ignore[arg-type]
    return Trainer(NativeMachine(), planned, split, 1, {"learning_rate": RATE})
