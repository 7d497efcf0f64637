"""Time of one training step: the machine, NumPy written by hand, micrograd; same sizes, same run, one thread.

    python bench/steps.py

A step is forward, mean squared error (softmax cross-entropy for ten outputs), backward and an SGD update on one full
batch in double precision. Rounds of all contestants alternate, so a slow moment hits them all; medians are printed.
micrograd is timed with one output only: its steps of the larger networks would take minutes.
"""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)  # NumPy shall choose the kernels that suit the processor

import random
import statistics
import time
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import micrograd.engine
import micrograd.nn
import numpy as np

from chainrule.machine.native import NativeMachine
from chainrule.network import Plan, Stream, Trainer
from chainrule.network.data import Split, Table

NETWORKS = (
    ((2, 8, 8, 1), 100),
    ((2, 16, 16, 1), 100),
    ((10, 50, 50, 50, 10), 200),
    ((100, 48, 48, 28, 10), 1000),
)
TARGETS = (20.0, 40.0, 700.0, 4000.0)
ROUNDS = 9
SLICE = 0.25  # seconds for each contestant in a round


def examples(inputs: int, classes: int, rows: int) -> Table:
    """Standard normal inputs with random classes."""
    stream = Stream(1)
    return Table(
        name="random",
        task="binary" if classes == 2 else "multiclass",
        features=tuple(f"x{at}" for at in range(inputs)),
        classes=tuple(map(str, range(classes))),
        inputs=array("d", [stream.normal() for _ in range(rows * inputs)]),
        labels=array("i", [stream.below(classes) for _ in range(rows)]),
        planar=False,
        extent=0.0,
    )


def machine_steps(sizes: tuple[int, ...], batch: int) -> Callable[[int], None]:
    """Ours: many steps in one call."""
    table = examples(sizes[0], max(2, sizes[-1]), batch + 1)
    rows = array("i", range(batch))
    split = Split(table=table, training=rows, validation=array("i", [batch]), inputs=table.inputs)
    loss = "mse" if sizes[-1] == 1 else "cross_entropy"
    trainer = Trainer(
        NativeMachine(), Plan(sizes, "tanh", loss, "sgd", batch), split, 1, {"learning_rate": 0.01}
    )
    return trainer.advance


def numpy_steps(sizes: tuple[int, ...], batch: int) -> Callable[[int], None]:
    """The same step as a person would write it with NumPy, arrays allocated as they come."""
    table = examples(sizes[0], max(2, sizes[-1]), batch)
    x = np.array(table.inputs).reshape(batch, sizes[0])
    labels = np.array(table.labels)
    generator = np.random.default_rng(1)
    weights = [generator.normal(size=(a, b)) / np.sqrt(a) for a, b in pairwise(sizes)]
    biases = [np.zeros(b) for b in sizes[1:]]
    target = np.where(labels, 1.0, -1.0)[:, None] if sizes[-1] == 1 else np.eye(sizes[-1])[labels]

    def advance(steps: int) -> None:
        for _ in range(steps):
            outputs = [x]
            for at, (w, b) in enumerate(zip(weights, biases, strict=True)):
                z = outputs[-1] @ w + b
                last = at == len(weights) - 1
                outputs.append(z if last and sizes[-1] > 1 else np.tanh(z))
            if sizes[-1] == 1:
                y = outputs[-1]
                delta = 2 * (y - target) / batch * (1 - y * y)
            else:
                e = np.exp(outputs[-1] - outputs[-1].max(axis=1, keepdims=True))
                delta = (e / e.sum(axis=1, keepdims=True) - target) / batch
            for at in range(len(weights) - 1, -1, -1):
                gradient, bias = outputs[at].T @ delta, delta.sum(axis=0)
                if at:
                    delta = (delta @ weights[at].T) * (1 - outputs[at] * outputs[at])
                weights[at] -= 0.01 * gradient
                biases[at] -= 0.01 * bias

    return advance


def micrograd_microseconds(sizes: tuple[int, ...], batch: int) -> float:
    """micrograd's own classes (relu, it has no tanh); the graph of a step holds every example of the batch."""
    random.seed(1)
    model = micrograd.nn.MLP(sizes[0], list(sizes[1:]))
    rows = [[random.uniform(-1, 1) for _ in range(sizes[0])] for _ in range(batch)]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        loss = micrograd.engine.Value(0.0)
        for row in rows:
            loss = loss + (model([micrograd.engine.Value(x) for x in row]) - 1.0) ** 2
        loss = loss * (1 / batch)
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= 0.01 * parameter.grad
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def calibrated(advance: Callable[[int], None]) -> int:
    """Steps that fill a slice."""
    steps = 1
    while True:
        start = time.perf_counter()
        advance(steps)
        spent = time.perf_counter() - start
        if spent > SLICE / 10:
            return max(1, int(steps * SLICE / spent))
        steps *= 4


def main() -> None:
    lines = [
        "| network, batch | parameters | target | machine | NumPy by hand | machine / NumPy | micrograd |",
        "|---|---|---|---|---|---|---|",
    ]
    for (sizes, batch), target in zip(NETWORKS, TARGETS, strict=True):
        contestants = {"machine": machine_steps(sizes, batch), "numpy": numpy_steps(sizes, batch)}
        counts = {name: calibrated(advance) for name, advance in contestants.items()}
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            for name, advance in contestants.items():
                start = time.perf_counter()
                advance(counts[name])
                times[name].append((time.perf_counter() - start) / counts[name] * 1e6)
        ours, theirs = (statistics.median(times[name]) for name in ("machine", "numpy"))
        ratio = statistics.median(a / b for a, b in zip(times["machine"], times["numpy"], strict=True))
        slow = f"{micrograd_microseconds(sizes, batch):,.0f} µs" if sizes[-1] == 1 else "–"
        parameters = sum((a + 1) * b for a, b in pairwise(sizes))
        name = "-".join(map(str, sizes))
        lines.append(
            f"| {name}, {batch} | {parameters} | ≤ {target:,.0f} µs | {ours:,.1f} µs | {theirs:,.1f} µs"
            f" | {ratio:.2f} | {slow} |"
        )
        print(lines[-1], flush=True)
    text = "\n".join(
        [
            "# Time of one training step",
            "",
            "`python bench/steps.py` (medians of alternating rounds, one thread, float64, full batch, SGD)",
            "",
            *lines,
            "",
        ]
    )
    (Path(__file__).parent / "results" / "steps.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
